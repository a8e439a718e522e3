// Takes the last fold back: the session goes to where it stood before, and what was said since follows again. The fold stays in the record as a branch.
import type { CommandOutcome, TurnScope } from "claw";
import { FOLD_UNDONE, markOf, REWIND } from "claw/kit";
import { foldsOf, recordOf } from "./folds.ts";

export async function undo(scope: TurnScope): Promise<CommandOutcome> {
  const session = await recordOf(scope);
  const [fold] = await foldsOf(session);
  const about = { kind: "compact", action: "undo", status: "ok" } as const;
  if (fold === undefined) return { kind: "done", notice: "There is no compaction to take back.", data: { ...about, restored_messages: 0 } };
  await session.rewind(fold.entry.parent);
  for (const entry of fold.after) {
    if (entry.type === "message") {
      const { message, usage, model } = entry;
      await (usage !== undefined && model !== undefined ? session.append(message, { usage, model }) : session.append(message));
    } else if (entry.type === "note" && entry.kind !== REWIND) await session.note(entry.kind, entry.data);
  }
  // So that it is not folded again at once.
  await session.note(FOLD_UNDONE, { first: markOf(session.messages[0]) });
  const count = fold.dropped.length;
  const notice = `${count} messages are back in sight. The session is not compacted by itself again before the model's window is full.`;
  return { kind: "done", notice, data: { ...about, restored_messages: count, messages: session.messages.length } };
}
