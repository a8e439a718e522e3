// What going back did, in words and as facts.
import type { Json } from "claw";
import { type FileChange, plain, type Restored } from "claw/kit";

/** One line a file, the first ones when there are many. */
export function changeLines(changes: readonly FileChange[]): string[] {
  const words = { restore: "put back", create: "made again", delete: "removed" } as const;
  const lines = changes
    .slice(0, MOST)
    .map(({ path, action, changedSince }) => `  ${plain(path)}: ${words[action]}${changedSince ? ", with what was changed in it since" : ""}`);
  return changes.length > MOST ? [...lines, `  … and ${changes.length - MOST} more`] : lines;
}

export function restoredText({ changes, skipped }: Restored): string {
  const head = changes.length === 0 ? "No file was changed." : `${changes.length} ${changes.length === 1 ? "file" : "files"}:`;
  const left = skipped.slice(0, MOST).map(({ path, why }) => `  ${plain(path)}: left as it is, ${why}`);
  return [head, ...changeLines(changes), ...left].join("\n");
}

export function done(action: string, restored: Restored | undefined): { readonly [key: string]: Json } {
  return {
    kind: "rewind",
    action,
    status: (restored?.skipped.length ?? 0) > 0 ? "partial" : "ok",
    changes: restored?.changes.map((one) => ({ ...one })) ?? [],
    skipped: restored?.skipped.map((one) => ({ ...one })) ?? [],
  };
}

// --- internal ---

const MOST = 20;
