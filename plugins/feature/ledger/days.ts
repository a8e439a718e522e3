// Entries by day, a file each under claw's home: a line for every request of every session. Lines that are none are passed over.
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "claw";
import { type LedgerEntry, namesIn, readEntry } from "claw/kit";

export interface Days {
  add(date: string, entry: Json): void;
  /** Writes all that was added and is not on disk. */
  flush(): void;
  read(date: string): Promise<readonly LedgerEntry[]>;
  list(): Promise<readonly string[]>;
}

/** `failed` hears of the first entry that could not be kept. */
export function createDays(home: string, failed: (error: Error) => void): Days {
  const folder = join(home, "usage");
  let [ready, told] = [false, false];
  const waiting = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // At once, not beside other work: a few lines are written sooner than a thread for them begins.
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const [date, lines] of waiting) write(date, lines);
    waiting.clear();
  };
  const write = (date: string, line: string): void => {
    try {
      if (!ready) mkdirSync(folder, { recursive: true, mode: 0o700 });
      ready = true;
      // One write that appends: lines of several processes stay whole.
      appendFileSync(join(folder, `${date}.ndjson`), line, { mode: 0o600 });
    } catch (error) {
      if (!told) failed(error as Error);
      told = true;
    }
  };
  return {
    add(date, entry) {
      waiting.set(date, `${waiting.get(date) ?? ""}${JSON.stringify(entry)}\n`);
      // Steps follow one another quickly; the session itself has each entry at once.
      timer ??= setTimeout(flush, GATHER_MS);
      timer.unref();
    },
    flush,
    async read(date) {
      flush();
      const file = Bun.file(join(folder, `${date}.ndjson`));
      if (!DATE.test(date) || !(await file.exists())) return [];
      const text = await file.slice(Math.max(0, file.size - MOST_BYTES)).text();
      return text.split("\n").flatMap((line) => parse(line) ?? []);
    },
    async list() {
      flush();
      return namesIn(folder)
        .flatMap((name) => (name.endsWith(".ndjson") && DATE.test(name.slice(0, -7)) ? [name.slice(0, -7)] : []))
        .toSorted();
    },
  };
}

// --- internal ---

const GATHER_MS = 200;
const DATE = /^\d{4}-\d\d-\d\d$/;
/** A hundred thousand requests in a day. */
const MOST_BYTES = 32_000_000;

function parse(line: string): LedgerEntry | undefined {
  try {
    return readEntry(JSON.parse(line));
  } catch {
    return undefined;
  }
}
