// A session file as it is read: every complete record, whatever happened to the others. Never writes.
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { ClawError } from "claw";
import { decodeEntry, decodeHead, type Entry, SESSION_VERSION, type SessionHead } from "claw/kit";

/** How a file ends: where its last complete record does, whether a line end follows that, and how long it was. */
export interface Ending {
  readonly good: number;
  readonly ended: boolean;
  readonly size: number;
}
export interface Loaded extends Ending {
  readonly head: SessionHead;
  readonly entries: readonly Entry[];
  /** Lines that hold no record. */
  readonly bad: readonly number[];
}

/** Reads a session whole. Throws `CLAW_SESSION_MISSING`, or `CLAW_SESSION_INVALID` with file and line; an incomplete last record is dropped. */
export function load(path: string): Loaded {
  const bytes = read(path);
  const entries: Entry[] = [];
  const bad: number[] = [];
  const first = bytes.indexOf(LINE_END);
  const head = headAt(path, bytes.toString("utf8", 0, first < 0 ? bytes.length : first));
  let [good, ended] = [first < 0 ? bytes.length : first + 1, first >= 0];
  for (let [start, line] = [good, 2]; start < bytes.length; line++) {
    const found = bytes.indexOf(LINE_END, start);
    const end = found < 0 ? bytes.length : found;
    const text = bytes.toString("utf8", start, end);
    const entry = decodeEntry(text);
    const skipped = entry === undefined && (text.trim() === "" || foreign(text));
    if (found < 0 && entry === undefined && !skipped) break;
    if (entry !== undefined) entries.push(entry);
    else if (!skipped) {
      bad.push(line);
      const behind = glued(text);
      if (behind !== undefined) entries.push(behind);
    }
    start = end + 1;
    [good, ended] = [Math.min(start, bytes.length), found >= 0];
  }
  return { head, entries, good, size: bytes.length, ended, bad };
}

/** What a session's id looks like. It names files, so nothing else may come through. */
export const UUID: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a list needs of a file: the head, of whatever version, the bytes of its line, when the file last changed, and its size. */
export interface Glance {
  readonly head: SessionHead;
  readonly line: number;
  readonly at: number;
  readonly size: number;
}
/** `undefined` for what is no session. */
export function glance(path: string): Glance | undefined {
  let fd: number | undefined;
  try {
    const { mtimeMs, size } = regular(path);
    fd = openSync(path, "r");
    const bytes = Buffer.allocUnsafe(HEAD_BYTES);
    const line = bytes.subarray(0, readSync(fd, bytes, 0, HEAD_BYTES, 0)).indexOf(LINE_END);
    const head = line < 0 ? undefined : decodeHead(bytes.toString("utf8", 0, line));
    return head === undefined || !UUID.test(head.id) ? undefined : { head, line, at: mtimeMs, size };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** A whole record that was written behind a torn one, on its line. */
export function glued(line: string): Entry | undefined {
  const at = line.search(/(?!^)\{"type":"(?:message|fold|note)","id":"/);
  return at > 0 ? decodeEntry(line.slice(at)) : undefined;
}

// --- internal ---

const LINE_END = 10;
/** More than the longest folder name and title take. */
const HEAD_BYTES = 32_768;

function read(path: string): Buffer {
  try {
    regular(path);
    return readFileSync(path);
  } catch (thrown) {
    if (thrown instanceof ClawError) throw thrown;
    const code = (thrown as { readonly code?: string }).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG")
      throw new ClawError("CLAW_SESSION_MISSING", `no session at ${path}`, {
        hint: "Name a session file, an id, or `latest`.",
        cause: thrown,
      });
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ClawError("CLAW_SESSION_INVALID", `${path} cannot be read: ${why}`, { hint: "Check its permissions.", cause: thrown });
  }
}

/** A pipe or device would never end. */
function regular(path: string): { readonly mtimeMs: number; readonly size: number } {
  const stat = statSync(path);
  if (stat.isFile()) return stat;
  const what = stat.isDirectory() ? "a folder" : "no regular file";
  throw new ClawError("CLAW_SESSION_INVALID", `${path} is ${what}`, { hint: "Name the session's .jsonl file." });
}

function headAt(path: string, line: string): SessionHead {
  const head = decodeHead(line);
  if (head === undefined || !UUID.test(head.id))
    throw new ClawError("CLAW_SESSION_INVALID", `${path}:1 is not the head of a claw session`, {
      hint: "The file is left as it is. `claw session repair` with its id or path puts a first line in front of the records that are whole, `claw session import` takes those of other tools.",
    });
  if (head.version === SESSION_VERSION) return head;
  throw new ClawError("CLAW_SESSION_INVALID", `${path}:1 has session format ${head.version}; this claw knows ${SESSION_VERSION}`, {
    hint: "Update claw to continue this session. The file is left as it is.",
  });
}

/** A record of a type that is not ours: a later claw, or a plugin, may have written it. */
function foreign(line: string): boolean {
  try {
    const { type } = JSON.parse(line) as { readonly type?: unknown };
    return typeof type === "string" && !["message", "fold", "note"].includes(type);
  } catch {
    return false;
  }
}
