// The end of a kept session as events, so that it is shown as it was when it happened.
import type { AnyEvent, Block, Message, Session } from "claw";
import { openTodos, todosOf } from "claw/kit";
import { MEMORY_MARK } from "./memory-line.ts";
import { SHELL_MARK } from "./shell-line.ts";

/** Events that show the end of a kept session as it was: its last inputs, with what came of them. */
export function replayEvents(session: Session): readonly AnyEvent[] {
  const { messages } = session;
  const asked = messages.flatMap((message, index) => (spoken(message) ? [index] : []));
  const from = Math.max(asked.at(-MOST_INPUTS) ?? 0, messages.length - MOST_MESSAGES);
  const events: AnyEvent[] = [];
  const add = (type: string, data: unknown): void => void events.push({ type, seq: 0, at: 0, source: "claw", session: session.id, data } as AnyEvent);
  if (from > 0) add("notice.raised", { level: "info", text: `… ${from} earlier messages` });
  const open = new Map<string, string>();
  for (const { role, content } of messages.slice(from)) {
    const said = content.filter((block) => block.type !== "call" && block.type !== "result" && !told(block));
    if (said.length > 0) add("message.added", { message: { role, content: said } });
    for (const block of content) {
      if (block.type === "call") {
        open.set(block.id, block.tool);
        add("call.started", { id: block.id, tool: block.tool, access: "none", subject: subjectOf(block.input), input: block.input });
      } else if (block.type === "result" && open.has(block.id)) {
        add("call.ended", { id: block.id, tool: open.get(block.id), failed: block.failed, ms: 0, content: block.content });
        open.delete(block.id);
      }
    }
  }
  const todos = todosOf(session);
  if (openTodos(todos) > 0) add("todo.changed", { todos, open: openTodos(todos) });
  return events;
}

// --- internal ---

const MOST_INPUTS = 3;
const MOST_MESSAGES = 60;

function spoken({ role, content }: Message): boolean {
  return role === "user" && content.some((block) => block.type === "text" && !told(block));
}

/** What the frontend told the model of its own accord. */
function told(block: Block): boolean {
  return block.type === "text" && (block.text.startsWith(SHELL_MARK) || block.text.startsWith(MEMORY_MARK));
}

/** What a call was about, as far as its input says without the tool. */
function subjectOf(input: unknown): string {
  const fields = typeof input === "object" && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
  const named = SUBJECTS.map((name) => fields[name]).find((value) => typeof value === "string");
  return String(named ?? Object.values(fields).find((value) => typeof value === "string") ?? "").slice(0, 300);
}
const SUBJECTS = ["command", "path", "file_path", "pattern", "url", "query", "description"];
