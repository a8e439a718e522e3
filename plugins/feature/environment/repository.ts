// What a folder's git repository says of itself in its own small files. git is never started: a repository can name programs for it to run.
import { closeSync, existsSync, lstatSync, openSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Repository {
  readonly root: string;
  readonly branch?: string;
  /** Short, when there is no branch. */
  readonly commit?: string;
  /** What was begun and not ended: `merge`, `rebase`, … */
  readonly doing?: string;
  /** The default branch of the remote `origin`, when it was fetched. */
  readonly main?: string;
}

/** The repository that `folder` is in; `undefined` when it is in none. */
export function repositoryOf(folder: string): Repository | undefined {
  for (let root = folder; ; root = dirname(root)) {
    const own = gitFolder(join(root, ".git"));
    if (own !== undefined) return { root, ...head(own), ...doing(own), ...main(own) };
    if (dirname(root) === root) return undefined;
  }
}

// --- internal ---

const HEADS = "ref: refs/heads/";
const ORIGIN = "ref: refs/remotes/origin/";
const SIGNS: readonly (readonly [string, string])[] = [
  ["MERGE_HEAD", "merge"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
];

/** A linked worktree and a submodule have a file that names the folder. */
function gitFolder(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return path;
  const named = stat?.isFile() ? /^gitdir: (.+)/.exec(read(path))?.[1] : undefined;
  return named === undefined ? undefined : resolve(dirname(path), named);
}

function head(own: string): Pick<Repository, "branch" | "commit"> {
  const text = read(join(own, "HEAD"));
  // With the reftable format HEAD names a branch that cannot be.
  if (text.startsWith(HEADS)) return text.endsWith("/.invalid") ? {} : { branch: text.slice(HEADS.length) };
  return /^[0-9a-f]{40,64}$/.test(text) ? { commit: text.slice(0, 10) } : {};
}

function doing(own: string): Pick<Repository, "doing"> {
  const sign = SIGNS.find(([name]) => existsSync(join(own, name)));
  return sign === undefined ? {} : { doing: sign[1] };
}

function main(own: string): Pick<Repository, "main"> {
  const shared = read(join(own, "commondir"));
  const text = read(join(resolve(own, shared), "refs", "remotes", "origin", "HEAD"));
  return text.startsWith(ORIGIN) ? { main: text.slice(ORIGIN.length) } : {};
}

/** The first line of a small regular file; empty when there is none. */
function read(path: string): string {
  let fd: number | undefined;
  try {
    if (!statSync(path).isFile()) return "";
    fd = openSync(path, "r");
    const bytes = Buffer.alloc(4_096);
    return (
      bytes
        .toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, 0))
        .split("\n")[0]
        ?.trim() ?? ""
    );
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
