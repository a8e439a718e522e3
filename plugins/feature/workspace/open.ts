// Opening files and folders that were judged, and nothing that was put in their place meanwhile.
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats, statfsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ClawError } from "claw";
import { codeOf, explain } from "./fault.ts";
import { follow } from "./resolve.ts";

/** A file as it was read, with what is needed to put another in its place. */
export interface Opened {
  readonly bytes: Uint8Array;
  readonly stat: Stats;
}

/** Reads the regular file at the real path `path`, at most `limit` bytes of it. `undefined` when there is none. */
export async function readFile(path: string, given: string, limit: number, signal: AbortSignal): Promise<Opened | undefined> {
  const kind = lstat(path, given);
  if (kind === undefined) return undefined;
  // A FIFO would hang and a device might act when opened, so this comes first; it is checked again on what was opened.
  refuseOdd(kind, given);
  if (kind.size > LARGE) return readLarge(path, given, limit, signal);
  let fd: number;
  try {
    fd = openSync(path, READ);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw explain(thrown, given, "read");
  }
  try {
    const stat = check(fd, path, given, limit);
    // What is added to the file while it is read belongs to its next version.
    const buffer = Buffer.allocUnsafeSlow(stat.size);
    let used = 0;
    for (let got = 1; got > 0 && used < buffer.length; used += got) got = readSync(fd, buffer, used, buffer.length - used, null);
    return { bytes: buffer.subarray(0, used), stat };
  } catch (thrown) {
    throw explain(thrown, given, "read");
  } finally {
    closeSync(fd);
  }
}

/** Opens the folder at the real path `path`, never a link. On Linux what is done through the handle stays in this very folder. */
export async function openFolder(path: string, given: string): Promise<FileHandle> {
  const handle = await open(path, FOLDER);
  try {
    verify(handle.fd, path, given);
    return handle;
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/** Throws unless the open file is the one at the real path `path`: a folder on the way may have become a link. */
export function verify(fd: number, path: string, given: string): void {
  let real: string;
  try {
    real = readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // No /proc: the path must lead to itself, and to the same file.
    const [opened, now] = [fstatSync(fd), lstatSync(path)];
    real = opened.ino === now.ino && opened.dev === now.dev ? follow(path, "/").path : "another file";
  }
  if (real === path) return;
  throw new ClawError("CLAW_TOOL_FAILED", `${given} moved while it was opened: it leads to ${real}, but was allowed as ${path}.`, {
    hint: "Something else works on these files. Make the call again.",
  });
}

/** The entry itself, links not followed. `undefined` when there is none. */
export function lstat(path: string, given: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    throw explain(thrown, given, "found");
  }
}

/** Sizes for people: "12 bytes", "3.4 MB". */
export function sizeOf(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

// --- internal ---

/** Up to here a file is read at once; a larger one in pieces, beside other work. */
const LARGE = 256 * 1024;
const PIECE = 4 * 1024 * 1024;
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const READ = constants.O_RDONLY | NOFOLLOW | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const FOLDER = constants.O_RDONLY | NOFOLLOW | (constants.O_DIRECTORY ?? 0);
/** Magic numbers of proc, sysfs, cgroup, cgroup2, debugfs, tracefs, securityfs, configfs, efivarfs, bpf, devpts, mqueue. */
const ODD_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163, 0x73636673, 0x62656570, 0xde5e81e4, 0xcafe4a11, 0x1cd1, 0x19800202,
]);

async function readLarge(path: string, given: string, limit: number, signal: AbortSignal): Promise<Opened | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, READ);
    const stat = check(handle.fd, path, given, limit);
    const buffer = Buffer.allocUnsafeSlow(stat.size);
    let used = 0;
    for (let got = 1; got > 0 && used < buffer.length; used += got) {
      signal.throwIfAborted();
      got = (await handle.read(buffer, used, Math.min(PIECE, buffer.length - used), null)).bytesRead;
    }
    return { bytes: buffer.subarray(0, used), stat };
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw signal.aborted ? thrown : explain(thrown, given, "read");
  } finally {
    await handle?.close();
  }
}

function check(fd: number, path: string, given: string, limit: number): Stats {
  const stat = fstatSync(fd);
  refuseOdd(stat, given);
  verify(fd, path, given);
  if (process.platform === "linux" && ODD_SYSTEMS.has(systemOf(fd))) {
    throw new ClawError("CLAW_TOOL_FAILED", `${given} is no ordinary file: the kernel makes it up.`, {
      hint: "File tools open only stored files.",
    });
  }
  if (stat.size > limit) {
    throw new ClawError("CLAW_TOOL_FAILED", `${given} is too large: ${sizeOf(stat.size)}, at most ${sizeOf(limit)}.`, {
      hint: "Search it with grep_search, or take a part of it with offset and limit.",
    });
  }
  return stat;
}

function systemOf(fd: number): number {
  try {
    return statfsSync(`/proc/self/fd/${fd}`).type;
  } catch {
    return 0;
  }
}

function refuseOdd(stat: Stats, given: string): void {
  if (stat.isFile()) return;
  const kind = stat.isDirectory() ? "a folder" : stat.isSymbolicLink() ? "a symbolic link" : stat.isFIFO() ? "a pipe" : "no regular file";
  throw new ClawError("CLAW_TOOL_FAILED", `${given} is ${kind}, not a file.`, { hint: "Only regular files can be read and written." });
}
