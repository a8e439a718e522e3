// What can be done with kept sessions besides opening them: listing in full, reading, renaming, removing, adding.
import { closeSync, openSync, rmSync, utimesSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { ClawError } from "claw";
import {
  decodeHead,
  encodeHead,
  type NewSession,
  SESSION_VERSION,
  type SessionContent,
  type SessionHead,
  type SessionRecord,
  titleOf,
  wellFormedEntry,
} from "claw/kit";
import { type Glance, glance, load } from "./file.ts";
import { holder, lock } from "./lock.ts";
import { allFiles, filesIn, find } from "./refs.ts";
import { replaceFile } from "./replace.ts";
import { glances, identify, summaryOf, vacant } from "./store.ts";
import { createWriter } from "./writer.ts";

export function list(home: string, cwd?: string): readonly SessionRecord[] {
  return glances(home, cwd).map((seen) => recordOf(home, seen.path, seen));
}

export function read(home: string, ref: string, cwd: string): SessionContent {
  const path = find(home, cwd, ref);
  const { head, entries, bad, good, size } = load(path);
  return { record: recordAt(home, path), head, entries, damage: { bad, torn: good < size, headless: false } };
}

export function rename(home: string, ref: string, cwd: string, title: string): SessionRecord {
  const path = find(home, cwd, ref);
  const wanted = titleOf(title);
  if (wanted === "") throw new ClawError("CLAW_USAGE", "a title has at least one letter", { hint: "Write claw session rename REF TITLE." });
  const seen = known(path);
  const { title: _, ...head } = seen.head;
  const line = encodeHead({ ...head, title: wanted }).trimEnd();
  const room = seen.line - Buffer.byteLength(line);
  // In its place when it fits: one write of a few hundred bytes, which no append of another process meets.
  if (room >= 0) overwrite(path, line + " ".repeat(room));
  else rewrite(home, path, { ...head, title: wanted }, seen);
  utimesSync(path, seen.at / 1000, seen.at / 1000);
  return recordAt(home, path);
}

export function remove(home: string, ref: string, cwd: string): SessionRecord {
  const path = find(home, cwd, ref);
  const record = recordAt(home, path);
  const held = lock(home, record.id);
  try {
    for (const file of filesIn(dirname(path))) {
      const head = file === path ? undefined : glance(file)?.head;
      if (head?.agent === true && head.parent === record.id) rmSync(file, { force: true });
    }
    rmSync(path);
  } catch (thrown) {
    throw new ClawError("CLAW_STORE_FAILED", `${path} could not be removed: ${String(thrown)}`, {
      hint: "Check the folder's permissions.",
      cause: thrown,
    });
  } finally {
    held.release();
  }
  return record;
}

export function add(home: string, { entries, id, ...about }: NewSession): SessionRecord {
  const head: SessionHead = { type: "session", version: SESSION_VERSION, id: identify(id), ...about };
  const path = vacant(home, head);
  const whole = entries.map(wellFormedEntry);
  // A file is begun with a message: what comes before one waits for it.
  const last = whole.findLastIndex(({ type }) => type === "message");
  if (last < 0) throw new ClawError("CLAW_SESSION_INVALID", "a session without a message is not kept");
  const writer = createWriter({ home, path, id: head.id, head, entries: whole.slice(0, last) });
  try {
    for (const entry of whole.slice(last)) writer.keep(entry);
  } finally {
    writer.close();
  }
  const said = whole[last]?.at ?? 0;
  // What was held elsewhere is as old as it was there.
  if (about.from !== undefined && said > 0 && said < Date.now()) utimesSync(path, said / 1000, said / 1000);
  return recordAt(home, path);
}

/** What a list tells of the file. Throws `CLAW_SESSION_*` for what is no session. */
export function recordAt(home: string, path: string): SessionRecord {
  return recordOf(home, path, known(path));
}

/** Every session file that may be meant by a search. */
export function searchable(home: string, cwd?: string): readonly string[] {
  return cwd === undefined ? allFiles(home) : glances(home, cwd).map(({ path }) => path);
}

// --- internal ---

function recordOf(home: string, path: string, { head, at, size }: Glance): SessionRecord {
  const openIn = holder(home, head.id);
  return {
    ...summaryOf({ path, head, at }),
    bytes: size,
    created: head.at,
    ...(head.parent === undefined ? {} : { parent: head.parent }),
    ...(head.from === undefined ? {} : { from: head.from }),
    ...(openIn === undefined ? {} : { openIn }),
  };
}

/** The head; the errors of reading it whole when there is none. */
function known(path: string): Glance {
  const seen = glance(path);
  if (seen?.head.version === SESSION_VERSION) return seen;
  load(path);
  throw new ClawError("CLAW_SESSION_INVALID", `${path}:1 is not the head of a claw session`);
}

function overwrite(path: string, line: string): void {
  const fd = openSync(path, "r+");
  try {
    writeSync(fd, Buffer.from(line), 0, undefined, 0);
  } finally {
    closeSync(fd);
  }
}

/** A file from before there was room for another title: all of it is written anew. */
function rewrite(home: string, path: string, head: SessionHead, { line }: Glance): void {
  const held = lock(home, head.id);
  try {
    replaceFile(path, (bytes) => {
      if (decodeHead(bytes.toString("utf8", 0, line))?.id !== head.id) throw new ClawError("CLAW_SESSION_INVALID", `${path} has changed meanwhile`);
      return [Buffer.from(encodeHead(head)), bytes.subarray(line)];
    });
  } finally {
    held.release();
  }
}
