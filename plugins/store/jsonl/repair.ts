// Writing a damaged session file anew: every whole record in its order, as its bytes were; what is none goes to a file beside it.
import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { ClawError } from "claw";
import {
  decodeEntry,
  decodeHead,
  type Entry,
  encodeEntry,
  encodeHead,
  SESSION_VERSION,
  type SessionHead,
  type SessionRepair,
  titleOfMessages,
} from "claw/kit";
import { glued, load, UUID } from "./file.ts";
import { lock } from "./lock.ts";
import { recordAt } from "./manage.ts";
import { find, SUFFIX } from "./refs.ts";
import { replaceFile } from "./replace.ts";

export function repair(home: string, ref: string, cwd: string): SessionRepair {
  const path = find(home, cwd, ref);
  const id = idOf(path);
  const held = lock(home, id);
  try {
    const { parts, kept, lost } = sorted(readFileSync(path), path, id, cwd);
    if (lost.length === 0) return { record: recordAt(home, path), kept, lost: 0 };
    const aside = `${path}.damaged`;
    appendFileSync(aside, Buffer.concat(lost.flatMap((line) => [line, LINE_END])), { mode: 0o600 });
    replaceFile(path, () => parts);
    return { record: recordAt(home, path), kept, lost: lost.length, aside };
  } finally {
    held.release();
  }
}

// --- internal ---

const LINE_END = Buffer.from("\n");

/** The session that the file is of. Where its first line is lost, its name says it. */
function idOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) load(path);
  const first = readFileSync(path).subarray(0, 32_768).toString("utf8").split("\n")[0] ?? "";
  const head = decodeHead(first);
  const later = head !== undefined && head.version !== SESSION_VERSION;
  // What a later version wrote is not ours to judge.
  if (later) load(path);
  if (head !== undefined && UUID.test(head.id)) return head.id;
  const named = basename(path, SUFFIX);
  if (UUID.test(named)) return named;
  throw new ClawError("CLAW_SESSION_INVALID", `${path} has lost its first line, and its name is no session id`, {
    hint: "Name the file after the id that the session had: ID.jsonl.",
  });
}

/** What the file is to hold, and the lines that are to go. */
function sorted(bytes: Buffer, path: string, id: string, cwd: string): { parts: Uint8Array[]; kept: number; lost: Buffer[] } {
  const parts: Uint8Array[] = [];
  const lost: Buffer[] = [];
  const entries: Entry[] = [];
  const first = bytes.indexOf(10);
  const top = first < 0 ? bytes : bytes.subarray(0, first);
  const head = decodeHead(top.toString("utf8"));
  const whole = head !== undefined && head.id === id;
  for (let start = whole ? top.length + 1 : 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    start = end + 1;
    const text = line.toString("utf8");
    if (text.trim() === "") continue;
    const entry = decodeEntry(text);
    if (entry !== undefined || foreign(text)) parts.push(line, LINE_END);
    else {
      lost.push(line);
      const behind = glued(text);
      if (behind !== undefined) {
        entries.push(behind);
        parts.push(Buffer.from(`${encodeEntry(behind)}\n`));
      }
    }
    if (entry !== undefined) entries.push(entry);
  }
  if (!whole && entries.length === 0)
    throw new ClawError("CLAW_SESSION_INVALID", `${path} holds no record of a session`, { hint: "It is left as it is." });
  const line = whole ? top : Buffer.from(encodeHead(made(id, cwd, entries)));
  return { parts: [line, LINE_END, ...parts], kept: entries.length, lost };
}

/** A head for records that have lost theirs. */
function made(id: string, cwd: string, entries: readonly Entry[]): SessionHead {
  const title = titleOfMessages(entries.flatMap((entry) => (entry.type === "message" ? [entry.message] : [])));
  return { type: "session", version: SESSION_VERSION, id, cwd, at: entries[0]?.at ?? Date.now(), ...(title === "" ? {} : { title }) };
}

/** A record of a type that this version does not know. */
function foreign(line: string): boolean {
  try {
    const { type } = JSON.parse(line) as { readonly type?: unknown };
    return typeof type === "string" && !["message", "fold", "note", "session"].includes(type);
  } catch {
    return false;
  }
}
