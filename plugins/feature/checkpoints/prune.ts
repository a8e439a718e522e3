// Takes away what nobody will put back any more: folders in which no session has changed anything for a long time.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "claw/kit";

/** Never throws: what cannot be removed stays for the next time. */
export function prune(home: string, now: number): void {
  const base = join(home, "checkpoints");
  for (const name of namesIn(base)) {
    const records = join(base, name, "sessions");
    const dates = namesIn(records).map((file) => statSync(join(records, file), { throwIfNoEntry: false })?.mtimeMs ?? now);
    if (dates.length === 0 || now - Math.max(...dates) < KEPT_MS) continue;
    try {
      rmSync(join(base, name), { recursive: true, force: true });
    } catch {
      // Somebody else's, or in use.
    }
  }
}

// --- internal ---

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
