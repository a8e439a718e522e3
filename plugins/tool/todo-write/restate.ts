// Open todos said again after a fold has taken the call that set them. What is said stays the same, byte for byte, until the next fold:
// requests go on sharing their prefix, and a later `TodoWrite` stands further down anyway.
import type { Draft, Json, Message, Session } from "claw";
import { openTodos, readTodos, type Todo, todosNote, todosOf, todoText } from "claw/kit";

/** The kind of the notes that say what was told after which fold: `{ at, todos }`. */
export const RESTATED = "todos.restated";

export function createRestating() {
  const known = new Map<string, Restated>();
  return {
    /** The draft with the open todos behind its first message, if a fold took them. */
    add(draft: Draft, session: Session): Draft | undefined | Promise<Draft | undefined> {
      const first = session.messages[0];
      if (first === undefined) return undefined;
      const state = known.get(session.id);
      // Only a fold changes the first message.
      if (state?.first === first) return said(draft, state);
      return restated(session, first).then((todos) => {
        const fresh = { first, instead: todos && spoken(first, todos) };
        known.set(session.id, fresh);
        return said(draft, fresh);
      });
    },
    forget: (session: string): void => void known.delete(session),
  };
}

// --- internal ---

/** Of a session: the first message it had when it was last looked at, and what is sent instead of that. */
interface Restated {
  readonly first: Message;
  readonly instead: readonly Message[] | undefined;
}

function said(draft: Draft, { first, instead }: Restated): Draft | undefined {
  const at = instead === undefined ? -1 : draft.messages.indexOf(first);
  return instead === undefined || at < 0 ? undefined : { ...draft, messages: draft.messages.toSpliced(at, 1, ...instead) };
}

/** What is to be said after the fold that `first` stands for: what was said already, or what is open now and no longer in sight. */
async function restated(session: Session, first: Message): Promise<readonly Todo[] | undefined> {
  if (session.notes(todosNote).length === 0) return undefined;
  const at = Bun.hash(JSON.stringify(first)).toString(36);
  const said = session.notes(RESTATED).findLast((note) => (note as { readonly at?: Json } | null)?.at === at);
  if (said !== undefined) return readTodos(said);
  const todos = todosOf(session);
  if (openTodos(todos) === 0 || visible(session.messages)) return undefined;
  await session.note(RESTATED, { at, todos }).catch(() => undefined);
  return todos;
}

/** Whether the model still sees a list that was kept. */
function visible(messages: readonly Message[]): boolean {
  const asked = new Set<string>();
  for (const block of messages.flatMap((message) => message.content)) {
    if (block.type === "call" && block.tool === "TodoWrite") asked.add(block.id);
    if (block.type === "result" && !block.failed && asked.has(block.id)) return true;
  }
  return false;
}

function spoken(first: Message, todos: readonly Todo[]): readonly Message[] {
  const block = { type: "text", text: `[The todo list at this point, as TodoWrite kept it]\n${todoText(todos)}` } as const;
  return first.role === "user" ? [{ ...first, content: [...first.content, block] }] : [{ role: "user", content: [block] }, first];
}
