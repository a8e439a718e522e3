// Where a folder's git repository is and what is checked out. Reads git's own small files: no process is started.
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** A repository: its top folder, and its branch, or the start of the commit when none is checked out. */
export interface GitHead {
  readonly root: string;
  readonly branch: string;
}

/** The repository around `cwd`. */
export function gitHead(cwd: string): GitHead | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    try {
      const marker = join(folder, ".git");
      const linked = statSync(marker).isFile() ? /^gitdir: (.+)$/m.exec(readFileSync(marker, "utf8"))?.[1] : undefined;
      const head = readFileSync(join(linked === undefined ? marker : resolve(folder, linked), "HEAD"), "utf8").trim();
      return { root: folder, branch: head.startsWith("ref: refs/heads/") ? head.slice(16) : head.slice(0, 12) };
    } catch {
      if (folder === dirname(folder)) return undefined;
    }
  }
}
