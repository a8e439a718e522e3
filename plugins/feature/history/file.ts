// A project's inputs in a file: one JSON text a line, only ever appended to, so that many processes can keep theirs at once.
import { appendFileSync, chmodSync, closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type InputHistory, nameOfPath, namesIn, projectRoot, realPath } from "claw/kit";

export interface HistoryOptions {
  readonly home: string;
  /** Whether anything is written. */
  readonly kept: boolean;
  /** Hears why something was not kept, or could not be read. */
  lost(why: string): void;
}

/** The file for the project that `cwd` is in: readable, and unlike that of any other. */
export function fileOf(home: string, cwd: string): string {
  return join(home, "history", `${nameOfPath(realPath(projectRoot(cwd)))}.jsonl`);
}

/** What is in `file` and what went before it, and a way to add to it. */
export function openHistory(file: string, { home, kept, lost }: HistoryOptions): InputHistory {
  const entries: string[] = [];
  const push = (text: string): boolean => {
    if (entries.at(-1) === text) return false;
    entries.push(text);
    if (entries.length > MOST_ENTRIES * 2) entries.splice(0, entries.length - MOST_ENTRIES);
    return true;
  };
  const attempt = (what: string, work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      lost(`${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  };
  attempt(`${file} cannot be read`, () => {
    for (const text of readEntries(file)) push(text);
    entries.splice(0, entries.length - MOST_ENTRIES);
  });
  return {
    entries,
    add(given) {
      const text = given.toWellFormed();
      if (/^\s/.test(text) || text === "" || !push(text) || !kept) return;
      if (text.length > LONGEST) return lost(`an input of ${text.length} characters is only kept in memory`);
      // At once: a process that is killed has lost nothing. It is one small write.
      attempt(`${file} cannot be written`, () => append(file, home, text));
    },
    flush: async () => undefined,
  };
}

// --- internal ---

const MOST_ENTRIES = 2_000;
const LONGEST = 100_000;
/** Bytes of a file; then a new one is begun. */
const MOST_BYTES = 2_000_000;
/** Files of before that are kept. */
const MOST_OLD = 1;

/** The files of one project, oldest first, the one in use last. */
function filesOf(file: string): readonly string[] {
  const folder = dirname(file);
  const stem = basename(file, ".jsonl");
  const old = namesIn(folder).filter((name) => name.startsWith(`${stem}.`) && name.endsWith(".old.jsonl"));
  return [...old.sort().map((name) => join(folder, name)), file];
}

function* readEntries(file: string): Iterable<string> {
  for (const path of filesOf(file)) {
    for (const line of tailOf(path).split("\n")) {
      if (line === "") continue;
      try {
        const { text } = JSON.parse(line) as { readonly text?: unknown };
        if (typeof text === "string" && text !== "") yield text;
      } catch {
        // A line that a killed process left half written.
      }
    }
  }
}

/** The end of a file, however large somebody has made it; empty when there is none. */
function tailOf(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw thrown;
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES * 2));
    const read = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, read).toString("utf8");
  } finally {
    closeSync(file);
  }
}

function append(file: string, home: string, text: string): void {
  const folder = dirname(file);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES) rotate(file);
  // A line end in front too: what stands there may be the half line of a process that was killed.
  const line = `${endsInLine(file) ? "" : "\n"}${JSON.stringify({ at: Date.now(), text })}\n`;
  appendFileSync(file, line, { mode: 0o600 });
  chmodSync(file, 0o600);
}

function endsInLine(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return true;
  }
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    return size === 0 || readSync(file, last, 0, 1, size - 1) === 0 || last[0] === 10;
  } finally {
    closeSync(file);
  }
}

/** Puts the file aside under a name of its own: whoever does the same at this moment takes nothing away. */
function rotate(file: string): void {
  const aside = file.replace(/\.jsonl$/, `.${Date.now()}-${process.pid}.old.jsonl`);
  try {
    renameSync(file, aside);
  } catch {
    // Another process was quicker.
    return;
  }
  for (const old of filesOf(file).slice(0, -1 - MOST_OLD)) rmSync(old, { force: true });
}
