// Walks a folder tree, some folders at a time. Knows of rules only whether they ignore a path.
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { WalkOptions } from "claw/kit";
import { enter, ignoring, NO_RULES, RULE_FILES, type Rules, rulesAbove } from "./rules.ts";

/** See `Tree.walk`. */
export async function* walk(root: string, options: WalkOptions = {}): AsyncGenerator<readonly string[]> {
  const { signal, most = 1_000_000 } = options;
  signal?.throwIfAborted();
  using stopped = rejection(signal);
  const above = options.ignored === true ? { rules: NO_RULES, base: "" } : await stopped.race(rulesAbove(root));
  const trip: Trip = { root, base: above.base, options };
  const pending: Folder[] = [{ path: "", level: 0, rules: above.rules }];
  let left = most;
  while (pending.length > 0 && left > 0) {
    // The last ones first: the deeper folder before its neighbour, so that `pending` stays short.
    const batch = pending.splice(-AT_ONCE);
    const files: string[] = [];
    for (const listing of await stopped.race(Promise.all(batch.map((folder) => list(folder, trip))))) {
      for (const folder of listing.folders) pending.push(folder);
      for (const file of listing.files) files.push(file);
    }
    if (files.length === 0) continue;
    yield files.length > left ? files.slice(0, left) : files;
    left -= files.length;
  }
}

// --- internal ---

/** Folders read at the same time. */
const AT_ONCE = 32;
/** Made up by Linux as they are read, without end. Walked only when asked for by name. */
const UNREAL: ReadonlySet<string> = new Set(process.platform === "linux" ? ["/proc", "/sys", "/dev"] : []);

interface Trip {
  readonly root: string;
  readonly base: string;
  readonly options: WalkOptions;
}
interface Folder {
  /** Below the root: `""` or `a/b/`. */
  readonly path: string;
  readonly level: number;
  readonly rules: Rules;
}
interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly Folder[];
}
const EMPTY: Listing = { files: [], folders: [] };

async function list(folder: Folder, { root, base, options }: Trip): Promise<Listing> {
  const absolute = join(root, folder.path);
  const entries = await readdir(absolute, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return EMPTY;
  const obeyed = options.ignored !== true;
  const names = obeyed ? entries.filter((entry) => RULE_FILES.includes(entry.name)).map((entry) => entry.name) : [];
  const rules = names.length > 0 ? await enter(folder.rules, absolute, base + folder.path, names) : folder.rules;
  const ignored = ignoring(rules);
  const deeper = folder.level < (options.depth ?? Number.POSITIVE_INFINITY);
  const files: string[] = [];
  const folders: Folder[] = [];
  const unsure: string[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (options.hidden === false && name.startsWith(".")) continue;
    const path = folder.path + name;
    const kind = kindOf(entry);
    if (kind === "folder") {
      if (name.toLowerCase() === ".git" || UNREAL.has(join(absolute, name)) || ignored(`${base + path}/`)) continue;
      if (options.folders === true) files.push(`${path}/`);
      if (deeper) folders.push({ path: `${path}/`, level: folder.level + 1, rules });
    } else if (options.folders !== true && kind !== "other" && name !== ".git" && !ignored(base + path)) {
      if (kind === "file") files.push(path);
      else unsure.push(path);
    }
  }
  for (const path of await regular(root, unsure)) files.push(path);
  return { files, folders };
}

function kindOf(entry: Dirent): "file" | "folder" | "link" | "other" {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  return entry.isSymbolicLink() ? "link" : "other";
}

/** Those of `links` that lead to a regular file. */
async function regular(root: string, links: readonly string[]): Promise<readonly string[]> {
  if (links.length === 0) return links;
  const ends = await Promise.all(links.map((path) => stat(join(root, path)).catch(() => undefined)));
  return links.filter((_, index) => ends[index]?.isFile() === true);
}

/** Lets waiting end when `signal` aborts, so that a folder on a dead network drive cannot hold anybody up. */
function rejection(signal: AbortSignal | undefined): Disposable & { race<T>(work: Promise<T>): Promise<T> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  return {
    race: (work) => Promise.race([work, promise]),
    [Symbol.dispose]: () => signal?.removeEventListener("abort", abort),
  };
}
