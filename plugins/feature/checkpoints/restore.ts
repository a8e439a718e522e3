// Putting files back: what has to be done, and doing it one file at a time, each in one step.
import { lstatSync, mkdirSync, realpathSync, renameSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileChange } from "claw/kit";
import type { Step } from "./log.ts";
import { type Content, contentOf, keep, same } from "./objects.ts";
import type { Shadow } from "./shadow.ts";

/** One file to put back: absolute `path`, what it is now, and what it is to be. */
export interface Planned extends FileChange {
  readonly now: Content | null;
  readonly target: Content | null;
}

/** What undoes these steps, oldest first given: each file as it was before the first of them. */
export function planOf(steps: readonly Step[]): readonly Planned[] {
  const files = new Map<string, { target: Content | null; after: Content | null | undefined }>();
  for (const { changes = [] } of steps) {
    for (const { path, before, after } of changes) files.set(path, { target: files.has(path) ? (files.get(path)?.target ?? null) : before, after });
  }
  const plan: Planned[] = [];
  for (const [path, { target, after }] of files) {
    const content = contentOf(path);
    const now = content === undefined ? null : { id: content.id, mode: content.mode };
    if (same(now, target)) continue;
    const action = target === null ? "delete" : now === null ? "create" : "restore";
    plan.push({ path, action, changedSince: after !== undefined && !same(now, after), now, target });
  }
  return plan.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface Tools {
  readonly shadow: Shadow;
  readonly root: string;
  /** Called with what a file was, before it is touched. */
  note(path: string, before: Content | null): void;
}

export async function apply(
  plan: readonly Planned[],
  { shadow, root, note }: Tools,
): Promise<{ done: Planned[]; skipped: { path: string; why: string }[] }> {
  const contents = await shadow.contents(plan.flatMap(({ target }) => (target === null ? [] : [target.id])));
  const done: Planned[] = [];
  const skipped: { path: string; why: string }[] = [];
  for (const one of plan) {
    const { path, target } = one;
    try {
      const bytes = target === null ? undefined : contents.get(target.id);
      if (target !== null && bytes === undefined) throw new Error(target.id === "" ? "it was too large to keep" : "what it was is not kept any more");
      checkPlace(path);
      const now = keep(shadow.objects, path);
      note(path, now);
      if (target === null) remove(path, root);
      else put(path, target, bytes ?? Buffer.alloc(0));
      done.push({ ...one, now });
    } catch (thrown) {
      skipped.push({ path, why: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
  return { done, skipped };
}

// --- internal ---

/** The folder must be the one that the file lay in: a link that somebody put in its place leads elsewhere. */
function checkPlace(path: string): void {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined && folder !== dirname(folder)) continue;
    if (realpathSync(folder) !== folder) throw new Error("its folder is somewhere else now");
    break;
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error("there is a folder in its place now");
}

function put(path: string, { mode }: Content, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const temporary = join(dirname(path), `.claw-${basename(path).slice(0, 40)}-${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    if (mode === "120000") symlinkSync(bytes, temporary);
    else {
      const rights = stat?.isFile()
        ? (stat.mode & 0o666) | (mode === "100755" ? (stat.mode & 0o444) >> 2 : 0)
        : mode === "100755"
          ? 0o777 & ~umask()
          : 0o666 & ~umask();
      writeFileSync(temporary, bytes, { mode: rights, flag: "wx" });
    }
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
}

/** The file, and the folders that are empty without it. */
function remove(path: string, root: string): void {
  rmSync(path);
  for (let folder = dirname(path); folder.length > root.length && folder.startsWith(root); folder = dirname(folder)) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

function umask(): number {
  return process.umask();
}
