// Landlock rules for a policy. Rules only add rights, so what is hidden is what no rule names: the folders on the way to it are opened one by one.
// Nothing can be hidden or guarded within a folder that may be written.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { entry, within } from "./paths.ts";
import type { Policy } from "./policy.ts";

/** Rights, as the kernel counts them, and the path they begin at. */
export type Grant = readonly [rights: number, path: string];

export function grants({ hidden, writable, temp }: Policy): readonly Grant[] {
  const found: Grant[] = [[LIST, "/"]];
  open("/", [...hidden, "/dev"], found);
  found.push([LIST, "/dev"], [EVERYTHING, "/dev/shm"]);
  for (const name of ["null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts"]) found.push([DEVICE, `/dev/${name}`]);
  for (const path of [...writable, temp]) found.push([EVERYTHING, path]);
  return found;
}

// --- internal ---

const LIST = 1 << 3;
/** Execute, read files, list folders. */
const READ = 1 | (1 << 2) | LIST;
/** All that files and folders need; no device nodes are made. */
const EVERYTHING = 0x7fff & ~((1 << 6) | (1 << 11));
/** Write, read, ioctl. */
const DEVICE = (1 << 1) | (1 << 2) | (1 << 15);

function open(folder: string, closed: readonly string[], found: Grant[]): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // What cannot be listed here cannot be read by the command either.
  }
  for (const name of names) {
    const path = join(folder, name);
    const inside = closed.filter((one) => within(one, path));
    // A link's target is granted where it is, if it is.
    if (inside.includes(path) || entry(path)?.isSymbolicLink() !== false) continue;
    if (inside.length === 0) found.push([READ, path]);
    else open(path, inside, found);
  }
}
