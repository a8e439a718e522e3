// The tree service: walking folders with their ignore rules. Provided by feature/tree.
import { defineService, type ServiceToken } from "claw";

export interface WalkOptions {
  /** Include what ignore files leave out. `.git` is never entered. */
  readonly ignored?: boolean;
  /** Include names that start with a dot. Default true; `.git` is never entered. */
  readonly hidden?: boolean;
  readonly signal?: AbortSignal;
  /** Stop after this many. Default one million. */
  readonly most?: number;
  /** List folders instead of files, each with `/` at its end. */
  readonly folders?: boolean;
  /** How many levels of folders below `root` are entered: 0 is `root` alone. Default: all. */
  readonly depth?: number;
}
export interface Tree {
  /**
   * Files under `root`, an absolute folder, in batches as they are found and in no promised order. Paths are relative to `root`, with `/`.
   * `.gitignore`, `.git/info/exclude` and `.ignore` are obeyed as git does, those of the repository above `root` too; a `root` that
   * is itself ignored is walked all the same. Links to files are listed; links to folders are not entered; unreadable folders and files that are no regular
   * ones (pipes, devices) are left out. Throws what `signal` was aborted with.
   */
  walk(root: string, options?: WalkOptions): AsyncIterable<readonly string[]>;
  /** The top folder of the repository whose rules hold in `folder`, an absolute path. None when it is in none, or is itself ignored there. */
  repository(folder: string): Promise<string | undefined>;
}
/** Provided by `@claw/feature-tree`. */
export const Tree: ServiceToken<Tree> = defineService<Tree>("claw.tree@1");
