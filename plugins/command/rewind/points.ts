// The places that a session can go back to: the messages of its branch that a person wrote. Pure.
import { branchOf, type Checkpoint, type Entry, titleOf, writtenIn } from "claw/kit";

/** A message to go back to before. `before` is the entry that the session then stands at; `files` counts those changed since. */
export interface Point {
  /** 1 is the last message, 2 the one before it. */
  readonly back: number;
  readonly entry: string;
  readonly before: string | null;
  readonly at: number;
  readonly text: string;
  /** All of what was written. */
  readonly whole: string;
  readonly files: number;
}

/** Newest first. `last` is where the session stands. */
export function pointsOf(entries: readonly Entry[], last: string | null, checkpoints: readonly Checkpoint[]): readonly Point[] {
  const end = last === null ? -1 : entries.findIndex(({ id }) => id === last);
  const written = (end < 0 ? [] : branchOf(entries, end)).flatMap((entry) => {
    if (entry.type !== "message" || entry.message.role !== "user") return [];
    const whole = writtenIn(entry.message);
    return whole.trim() === "" ? [] : [{ entry, whole }];
  });
  return written.reverse().map(({ entry, whole }, index) => ({
    back: index + 1,
    entry: entry.id,
    before: entry.parent,
    at: entry.at,
    text: titleOf(whole),
    whole,
    files: changedSince(entry.parent, checkpoints),
  }));
}

// --- internal ---

/** Entries are numbered in the order they were made, on whatever branch. */
function changedSince(before: string | null, checkpoints: readonly Checkpoint[]): number {
  const since = checkpoints.filter(({ entry }) => Number(entry ?? 0) > Number(before ?? 0));
  return new Set(since.flatMap(({ paths }) => paths)).size;
}
