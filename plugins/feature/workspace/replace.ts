// Putting bytes in a file's place in one step: either all of them are there, or the file is as it was.
import { constants, type Stats } from "node:fs";
import { access, type FileHandle, link, lstat, mkdir, open, rename, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ClawError } from "claw";
import { codeOf, explain } from "./fault.ts";
import { openFolder } from "./open.ts";

/** Writes `bytes` to the real path `path`. `was` is the file to replace, as it was last looked at; without it the file must not exist yet. */
export async function replace(path: string, given: string, bytes: Uint8Array, was: Stats | undefined): Promise<void> {
  const made: string[] = [];
  try {
    const folder = was === undefined ? await openParent(dirname(path), given, made) : await openFolder(dirname(path), given);
    try {
      await put(inFolder(folder, dirname(path)), basename(path), given, bytes, was);
    } finally {
      await folder.close();
    }
  } catch (thrown) {
    for (const one of made.reverse()) await rmdir(one).catch(() => undefined);
    throw explain(thrown, given, "written");
  }
}

// --- internal ---

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
/** Makes the path of a name in a folder. */
type At = (name: string) => string;

/** Through the handle where the system can: then the folder cannot be swapped under us. */
function inFolder(folder: FileHandle, path: string): At {
  return process.platform === "linux" ? (name) => `/proc/self/fd/${folder.fd}/${name}` : (name) => join(path, name);
}

/** Opens the folder, made with its parents when it is missing. Each is made in the open one before it and opened without following links. */
async function openParent(path: string, given: string, made: string[]): Promise<FileHandle> {
  try {
    return await openFolder(path, given);
  } catch (thrown) {
    if (codeOf(thrown) !== "ENOENT" || dirname(path) === path) throw thrown;
  }
  const parent = await openParent(dirname(path), given, made);
  try {
    await mkdir(inFolder(parent, dirname(path))(basename(path)));
    made.push(path);
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  } finally {
    await parent.close();
  }
  return openFolder(path, given);
}

async function put(at: At, name: string, given: string, bytes: Uint8Array, was: Stats | undefined): Promise<void> {
  if (was !== undefined) await access(at(name), constants.W_OK);
  const temporary = `.claw-${crypto.randomUUID()}.tmp`;
  // Unseen by others until it has the mode of the file it replaces; a new file gets what the umask leaves.
  const handle = await open(at(temporary), NEW, was === undefined ? 0o666 : 0o600);
  try {
    try {
      await fill(handle, bytes, was);
    } finally {
      await handle.close();
    }
    if (was === undefined) await appear(at, temporary, name, given);
    else await take(at, temporary, name, given, was);
  } catch (thrown) {
    await unlink(at(temporary)).catch(() => undefined);
    throw thrown;
  }
}

async function fill(handle: FileHandle, bytes: Uint8Array, was: Stats | undefined): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
  if (was !== undefined) {
    // Only the administrator may give files away; for others the file becomes theirs, as with any editor that saves by renaming.
    if (was.uid !== process.getuid?.() || was.gid !== process.getgid?.()) await handle.chown(was.uid, was.gid).catch(() => undefined);
    await handle.chmod(was.mode & 0o7777);
  }
  await handle.sync();
}

/** A new file: `link` fails where `rename` would replace what came meanwhile. Some file systems have no links. */
async function appear(at: At, temporary: string, name: string, given: string): Promise<void> {
  try {
    await link(at(temporary), at(name));
    await unlink(at(temporary)).catch(() => undefined);
    return;
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") throw changed(given);
  }
  if ((await entry(at(name))) !== undefined) throw changed(given);
  await rename(at(temporary), at(name));
}

async function take(at: At, temporary: string, name: string, given: string, was: Stats): Promise<void> {
  const now = await entry(at(name));
  const same = now?.ino === was.ino && now.dev === was.dev && now.size === was.size && now.mtimeMs === was.mtimeMs;
  if (!same) throw changed(given);
  await rename(at(temporary), at(name));
}

async function entry(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((thrown) => {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw thrown;
  });
}

function changed(given: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", `${given} changed while it was written, so it was left as it is.`, {
    hint: "Read it again first.",
  });
}
