// Folders for the tests of the walk.
import { mkdir, mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { WalkOptions } from "claw/kit";
import { walk } from "./walk.ts";

/** A real folder with these files in it. `clear` removes it. */
export async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await Bun.write(join(root, path), text);
  }
  return root;
}

/** All that a walk lists, sorted. */
export async function found(root: string, options?: WalkOptions): Promise<string[]> {
  const files: string[] = [];
  for await (const batch of walk(root, options)) files.push(...batch);
  return files.sort();
}

/** Removes every folder of this process. */
export async function clear(): Promise<void> {
  const pattern = join(tmpdir(), `${PREFIX}${process.pid}-`);
  await Bun.spawn(["sh", "-c", 'chmod -R u+rwx "$1"*; rm -rf "$1"*', "sh", pattern], { stderr: "ignore" }).exited;
}

// --- internal ---

const PREFIX = "claw-tree-";
