// The todo list of a session: what it is and where it lies, for whoever writes it, shows it or keeps it in the model's sight. Changes nothing.
import type { Json, Session } from "claw";

/** One item. `activeForm` says what is done while it is in progress, as in "Running the tests". */
export type Todo = Readonly<{ content: string; activeForm: string; status: TodoStatus }>;
export type TodoStatus = (typeof todoStatuses)[number];
export const todoStatuses = ["pending", "in_progress", "completed"] as const;
/** The kind of the session's notes that hold the list: `{ todos }`, the latest is the one that counts. */
export const todosNote = "todos";

declare module "claw" {
  interface EventMap {
    /** A session has another todo list: the whole of it. `open` counts what is not completed. */
    "todo.changed": Readonly<{ todos: readonly Todo[]; open: number }>;
  }
}

/** The list as it stands; empty when there never was one. */
export function todosOf(session: Pick<Session, "notes">): readonly Todo[] {
  return readTodos(session.notes(todosNote).at(-1));
}

/** The list of a note; what is no todo in it is left out. */
export function readTodos(note: Json | undefined): readonly Todo[] {
  const list = (note as { readonly todos?: Json } | null | undefined)?.todos;
  return Array.isArray(list) ? (list as readonly unknown[]).filter(valid) : [];
}

/** How many are not completed. */
export function openTodos(todos: readonly Todo[]): number {
  return todos.filter((todo) => todo.status !== "completed").length;
}

/** A line for each item, with a box before it: `[x]` completed, `[>]` in progress, `[ ]` pending. */
export function todoText(todos: readonly Todo[]): string {
  return todos.map(({ content, status }) => `${BOXES[status]} ${content}`).join("\n");
}

// --- internal ---

const BOXES: Readonly<Record<TodoStatus, string>> = { completed: "[x]", in_progress: "[>]", pending: "[ ]" };

function valid(value: unknown): value is Todo {
  const { content, activeForm, status } = (value ?? {}) as Partial<Todo>;
  return typeof content === "string" && typeof activeForm === "string" && (todoStatuses as readonly unknown[]).includes(status);
}
