// Keeps a todo list in the session, and announces it.
import { type CallScope, ClawError, type ToolResult } from "claw";
import { openTodos, type Todo, todosNote, todosOf } from "claw/kit";

export async function run(todos: readonly Todo[], scope: CallScope): Promise<ToolResult> {
  const before = todosOf(scope.session);
  // A disk that is full is announced with the next message; in memory the list is there.
  await scope.session.note(todosNote, { todos }).catch((error: unknown) => {
    if (!(error instanceof ClawError) || error.code !== "CLAW_STORE_FAILED") throw error;
  });
  const open = openTodos(todos);
  scope.bus.emit("todo.changed", { todos, open });
  return { content: [{ type: "text", text: answer(todos, open) }], details: { todos, before, open } };
}

// --- internal ---

function answer(todos: readonly Todo[], open: number): string {
  if (todos.length === 0) return "The list is empty.";
  const doing = todos.filter((todo) => todo.status === "in_progress").length;
  const counts = `${todos.length - open} of ${todos.length} completed, ${doing} in progress`;
  return open === 0 ? `Saved: all ${todos.length} completed.` : `Saved: ${counts}.`;
}
