// One writer at a time in a store, among all processes. The lock is the operating system's, held through SQLite: it is gone when its holder is.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ClawError, wrap } from "claw";

/** Runs `work` while no other process writes in the store at `root`. Waits up to a minute. Throws `CLAW_STORE_FAILED`. */
export async function locked<T>(root: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const { Database } = await import("bun:sqlite");
  await mkdir(root, { recursive: true, mode: 0o700 });
  const path = join(root, "lock.db");
  const database = open(() => new Database(path, { create: true }), path);
  try {
    for (const end = Date.now() + WAIT_MS; !take(database, path); await Bun.sleep(POLL_MS)) {
      if (signal.aborted) throw new ClawError("CLAW_ABORTED", "nothing was changed");
      if (Date.now() > end)
        throw new ClawError("CLAW_STORE_FAILED", `${root} is held by another claw`, { hint: "Wait for it to end, then try again." });
    }
    return await work();
  } finally {
    database.close();
  }
}

// --- internal ---

const WAIT_MS = 60_000;
const POLL_MS = 30;

function open<T>(make: () => T, path: string): T {
  try {
    return make();
  } catch (cause) {
    throw wrap(cause, "CLAW_STORE_FAILED", { hint: `${path} must be writable.` });
  }
}

function take(database: import("bun:sqlite").Database, path: string): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (cause) {
    if (/locked|busy/i.test((cause as Error).message)) return false;
    throw wrap(cause, "CLAW_STORE_FAILED", { hint: `${path} must be writable.` });
  }
}
