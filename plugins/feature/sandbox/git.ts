// What of git's own folders commands may write, and what not: the configuration and the hooks, which name programs that git runs.
import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { within } from "./paths.ts";

export interface GitParts {
  /** Git folders that are not below `root`, or must not be moved away: a commit writes in them. */
  readonly writable: readonly string[];
  /** Present, and not to be written. */
  readonly guarded: readonly string[];
  /** Absent; git acts on them when they appear. */
  readonly absent: readonly string[];
}

/** Looks at the repository that `root`, a real path, is in. `root` is the checked out tree, a folder in it, or in none: then nothing is found. */
export function gitAround(root: string): GitParts {
  const writable: string[] = [];
  const guarded: string[] = [];
  const absent: string[] = [];
  const guard = (path: string): void => void (present(path) ? guarded : absent).push(path);
  const marker = nearest(root);
  if (marker === undefined) return { writable, guarded, absent };
  const folders = lstatSync(marker).isDirectory() ? [marker] : linked(marker);
  if (within(marker, root) && folders[0] !== marker) guarded.push(marker);
  for (const folder of folders) {
    writable.push(folder);
    // Empty, it means nothing to git; there, it can be closed.
    attempt(() => mkdirSync(join(folder, "hooks")));
    for (const name of ["hooks", "config", "config.worktree", "commondir"]) guard(join(folder, name));
    for (const name of names(join(folder, "worktrees"))) for (const file of ["commondir", "gitdir"]) guard(join(folder, "worktrees", name, file));
    for (const module of modules(join(folder, "modules"), 4)) for (const name of ["hooks", "config", "commondir"]) guard(join(module, name));
  }
  return { writable, guarded, absent };
}

/** Whether a git folder that a command made has nothing in it that names programs: settings every `git init` and `git clone` writes, sample hooks. */
export function harmless(folder: string): boolean {
  if (!present(folder) || !lstatSync(folder).isDirectory() || present(join(folder, "commondir"))) return false;
  if (names(join(folder, "hooks")).some((name) => !name.endsWith(".sample")) || names(join(folder, "modules")).length > 0) return false;
  const config = join(folder, "config");
  if (!present(config)) return true;
  return lstatSync(config).isFile() && plainConfig(readFileSync(config, "utf8"));
}

// --- internal ---

function nearest(root: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const marker = join(folder, ".git");
    // A link could be swapped for another by the next command.
    if (present(marker)) return lstatSync(marker).isSymbolicLink() ? undefined : marker;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The git folder of a worktree or submodule and the one it shares. Only where that folder says so too: the file itself anybody may have written. */
function linked(marker: string): string[] {
  const said = /^gitdir: (.+)$/m.exec(attempt(() => readFileSync(marker, "utf8")) ?? "")?.[1];
  const own = said === undefined ? undefined : attempt(() => realpathSync(resolve(dirname(marker), said.trim())));
  if (own === undefined) return [];
  const back = attempt(() => readFileSync(join(own, "gitdir"), "utf8"))?.trim();
  if (back !== undefined && attempt(() => realpathSync(resolve(own, back))) === marker) {
    const shared = attempt(() => readFileSync(join(own, "commondir"), "utf8"))?.trim();
    const common = shared === undefined ? undefined : attempt(() => realpathSync(resolve(own, shared)));
    return common !== undefined && dirname(dirname(own)) === common ? [common] : [];
  }
  const tree = /^\s*worktree\s*=\s*"?([^"\n]+)"?$/m.exec(attempt(() => readFileSync(join(own, "config"), "utf8")) ?? "")?.[1];
  return tree !== undefined && attempt(() => realpathSync(resolve(own, tree.trim()))) === dirname(marker) ? [own] : [];
}

/** Git folders of submodules, whose names may hold slashes. */
function modules(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  return names(folder)
    .slice(0, 200)
    .map((name) => join(folder, name))
    .flatMap((path) => (present(join(path, "HEAD")) ? [path, ...modules(join(path, "modules"), depth - 1)] : modules(path, depth - 1)));
}

/** Sections and keys that only name places, branches and people. Anything else, continued lines too, might name a program. */
function plainConfig(text: string): boolean {
  let section = "";
  return text.split("\n").every((line) => {
    const bare = line.trim();
    if (bare === "" || bare.startsWith("#") || bare.startsWith(";")) return true;
    const head = /^\[([A-Za-z0-9.-]+)(?: "[^"\\]*")?\]$/.exec(bare);
    if (head !== null) {
      section = (head[1] ?? "").toLowerCase();
      return section in PLAIN;
    }
    const key = /^([A-Za-z][A-Za-z0-9-]*)\s*(?:=[^\\]*)?$/.exec(bare)?.[1]?.toLowerCase();
    return key !== undefined && PLAIN[section]?.includes(key) === true;
  });
}
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  core: ["repositoryformatversion", "filemode", "bare", "logallrefupdates", "ignorecase", "precomposeunicode", "symlinks", "autocrlf", "eol"],
  extensions: ["objectformat", "refstorage", "partialclone"],
  remote: ["url", "fetch", "pushurl", "promisor", "partialclonefilter", "tagopt"],
  branch: ["remote", "merge", "rebase"],
  user: ["name", "email"],
  init: ["defaultbranch"],
  submodule: ["active", "url"],
};

function present(path: string): boolean {
  return attempt(() => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
}

function names(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
