// A session file as it is written: one line an entry, at the end, never twice. What cannot be written waits in memory for the next try.
import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { ClawError } from "claw";
import { type Entry, encodeAll, encodeEntry, encodeHead, type SessionHead, titleOfMessages } from "claw/kit";
import type { Ending } from "./file.ts";
import { makeFolder } from "./folders.ts";
import { type Lock, lock } from "./lock.ts";

export interface Writer {
  /** Throws `CLAW_STORE_FAILED`; the entry is then tried again before the next one. A note may be kept a moment later, with what follows it. */
  keep(entry: Entry): void | Promise<void>;
  /** Entries that are in no file yet. */
  waiting(): readonly Entry[];
  /** Whether there is a file. */
  made(): boolean;
  close(): void;
}
/** Where a session goes. `ending`: the file is there, and this is how it ends. `head`: it is to be made, with `entries` before all others. */
export interface Target {
  readonly home: string;
  readonly path: string;
  readonly id: string;
  readonly ending?: Ending;
  readonly lock?: Lock;
  readonly head?: SessionHead;
  readonly entries?: readonly Entry[];
}

/** Opens nothing yet: a new file is made with its first message. */
export function createWriter({ home, path, id, ending, head, lock: taken, entries = [] }: Target): Writer {
  const waiting: Entry[] = [...entries];
  let held = taken;
  let fd: number | undefined;
  /** The file ends in something that is no line end. */
  let ragged = false;
  let made = ending !== undefined;
  let begun = made;
  let closed = false;

  function open(): number {
    if (made) {
      const opened = openSync(path, constants.O_WRONLY | constants.O_APPEND);
      if (ending !== undefined) ragged = !trim(opened, ending);
      return opened;
    }
    makeFolder(home, dirname(path));
    held ??= lock(home, id, true);
    const opened = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL, 0o600);
    fchmodSync(opened, 0o600);
    return opened;
  }
  function write(): void {
    fd ??= open();
    while (waiting.length > 0) {
      const { texts, count } = batch(waiting, made ? (ragged ? "\n" : "") : `${encodeHead(titled(head as SessionHead, waiting))}\n`);
      const bytes = encodeAll(texts);
      const wrote = writeSync(fd, bytes);
      if (wrote < bytes.length) {
        ragged = !undo(fd, wrote) || ragged;
        throw new Error(`only ${wrote} of ${bytes.length} bytes fitted`);
      }
      [made, ragged] = [true, false];
      waiting.splice(0, count);
    }
  }
  /** A file that got nothing is not left behind. */
  function abandon(): void {
    if (made || fd === undefined) return;
    closeSync(fd);
    fd = undefined;
    rmSync(path, { force: true });
    held?.release();
    held = undefined;
  }
  function keepAll(): void {
    if (waiting.length === 0) return;
    try {
      if (closed) throw new Error("the session is closed");
      write();
    } catch (thrown) {
      abandon();
      if (thrown instanceof ClawError) throw thrown;
      throw failure(path, thrown, waiting.length);
    }
  }
  const keepSoon = gathered(keepAll);
  return {
    keep(entry) {
      waiting.push(entry);
      begun ||= entry.type === "message";
      if (!begun) return undefined;
      return entry.type === "note" ? keepSoon() : keepAll();
    },
    waiting: () => waiting.slice(),
    made: () => made,
    close() {
      if (closed) return;
      closed = true;
      try {
        if (begun && waiting.length > 0) write();
      } catch {
        // Said when each of them was appended.
        abandon();
      }
      if (fd !== undefined) closeSync(fd);
      held?.release();
    },
  };
}

// --- internal ---

/** `write`, once for all that came in one moment. Every step has notes, and a message right after them. */
function gathered(write: () => void): () => Promise<void> {
  let soon: Promise<void> | undefined;
  return () => {
    soon ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      soon = undefined;
      write();
    });
    return soon;
  };
}

/** Entries are written together up to this many bytes: only a fork and a disk that was full have more than one to write. */
const BATCH = 262_144;

function batch(waiting: readonly Entry[], before: string): { readonly texts: readonly string[]; readonly count: number } {
  const texts = [before];
  let [size, count] = [0, 0];
  for (const entry of waiting) {
    if (count > 0 && size > BATCH) break;
    const text = line(entry);
    texts.push(text, "\n");
    size += text.length;
    count += 1;
  }
  return { texts, count };
}

/** What no JSON can hold, as nesting beyond the stack, must not hold up what comes after it: a note takes its place. */
function line(entry: Entry): string {
  try {
    return encodeEntry(entry);
  } catch (thrown) {
    const { id, parent, at } = entry;
    return encodeEntry({ type: "note", id, parent, at, kind: "lost", data: String(thrown) });
  }
}

function titled(head: SessionHead, entries: readonly Entry[]): SessionHead {
  if (head.title !== undefined) return head;
  const title = titleOfMessages(entries.flatMap((entry) => (entry.type === "message" ? [entry.message] : [])));
  return title === "" ? head : { ...head, title };
}

/** Takes a torn record off the end, so that the next one begins a line. False when that could not be done. */
function trim(fd: number, { good, size, ended }: Ending): boolean {
  try {
    if (fstatSync(fd).size !== size) return false;
    if (good < size) ftruncateSync(fd, good);
    return ended;
  } catch {
    return false;
  }
}

/** Takes back what a write left that did not fit. */
function undo(fd: number, wrote: number): boolean {
  try {
    ftruncateSync(fd, fstatSync(fd).size - wrote);
    return true;
  } catch {
    return false;
  }
}

function failure(path: string, thrown: unknown, waiting: number): ClawError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const many = waiting === 1 ? "1 entry is" : `${waiting} entries are`;
  return new ClawError("CLAW_STORE_FAILED", `the session could not be kept in ${path}: ${why}`, {
    hint: `The session goes on; ${many} only in memory, and tried again with the next one.`,
    cause: thrown,
  });
}
