// What a folder holds, as a tree in a git directory of our own: nothing of the user's git is written, and what it already keeps is not kept again.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { textOf } from "./log.ts";
import { type Content, get, type Mode } from "./objects.ts";
import { treeOfIndex } from "./tree-of-index.ts";

/** A path that differs between two trees, relative to the folder. */
export interface Difference {
  readonly path: string;
  readonly before: Content | null;
  readonly after: Content | null;
}

export class Shadow {
  readonly #root: string;
  readonly #folder: string;
  readonly #search: string;
  #ready: Promise<boolean> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `folder` is ours; `search` is where git is found. */
  constructor(root: string, folder: string, search: string) {
    [this.#root, this.#folder, this.#search] = [root, folder, search];
  }

  /** Where contents lie. */
  get objects(): string {
    return join(this.#folder, "objects");
  }

  /** The tree of all files that git would not ignore. `undefined` where there is no git, or the folder is too large for one that is no repository. */
  async snapshot(small: () => Promise<boolean>): Promise<string | undefined> {
    this.#ready ??= this.#prepare(small);
    if (!(await this.#ready)) return undefined;
    return this.#alone(async () => {
      await this.#leaveAlone();
      const added = (await this.#git(["add", "--all", "--ignore-errors"])) ?? (await this.#anew());
      if (added === undefined) return undefined;
      return knownTree(this.#folder) ?? (await this.#git(["write-tree", "--missing-ok"]))?.toString("latin1").trim();
    });
  }

  async compare(before: string, after: string): Promise<readonly Difference[]> {
    if (before === after) return [];
    const raw = await this.#git(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", before, after]);
    return raw === undefined ? [] : differences(raw.toString("utf8"));
  }

  /** Contents that were kept, by id. What is not there any more is left out. */
  async contents(ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const found = new Map<string, Buffer>();
    const packed: string[] = [];
    for (const id of new Set(ids)) {
      const loose = get(this.objects, id);
      if (loose !== undefined) found.set(id, loose);
      else if (/^[0-9a-f]{40}$/.test(id)) packed.push(id);
    }
    if (packed.length === 0) return found;
    const batch = await this.#git(["cat-file", "--batch"], `${packed.join("\n")}\n`);
    for (let at = 0; batch !== undefined && at < batch.length; ) {
      const end = batch.indexOf(10, at);
      if (end < 0) break;
      const [id = "", type, size = ""] = batch.toString("latin1", at, end).split(" ");
      at = end + 1;
      if (type !== "blob") continue;
      found.set(id, batch.subarray(at, at + Number(size)));
      at += Number(size) + 1;
    }
    return found;
  }

  // --- internal ---

  async #prepare(small: () => Promise<boolean>): Promise<boolean> {
    const git = gitFolder(this.#root);
    if (UNFIT.has(this.#root) || this.#root === homedir()) return false;
    if (git === undefined && !(await small())) return false;
    // Where git has gone meanwhile, adding says so.
    if (existsSync(join(this.#folder, "config"))) return true;
    mkdirSync(join(this.#folder, "info"), { recursive: true, mode: 0o700 });
    if ((await this.#git(["init", "--quiet", "--bare", this.#folder])) === undefined) return false;
    for (const [key, value] of CONFIG) await this.#git(["config", key, value]);
    // As they lie there: no line ends changed, no filter run.
    writeFileSync(join(this.#folder, "info", "attributes"), "* -text -ident -filter !eol !working-tree-encoding\n");
    if (git !== undefined) seed(this.#folder, this.#root, git);
    await this.#leaveOutLarge();
    return true;
  }

  /** Untracked files that would cost too much are left out of the trees for good. */
  async #leaveOutLarge(): Promise<void> {
    const others = await this.#git(["ls-files", "-z", "--others", "--exclude-standard"]);
    const large = (others?.toString("utf8") ?? "").split("\0").filter((path) => path !== "" && sizeOf(join(this.#root, path)) > LARGE);
    if (large.length === 0) return;
    const lines = large.map((path) => `/${path.replace(/[\\*?[\]!# ]/g, "\\$&")}`);
    writeFileSync(join(this.#folder, "info", "exclude"), `${textOf(join(this.#folder, "info", "exclude"))}\n${lines.join("\n")}\n`);
  }

  /** A repository in the folder may name programs: what the index has of one is not looked at again, or git would run its own `status` there. */
  async #leaveAlone(): Promise<void> {
    if (!bytesOf(join(this.#folder, "index")).includes(GITLINK)) return;
    const staged = (await this.#git(["ls-files", "-s", "-z"]))?.toString("utf8") ?? "";
    const inner = staged.split("\0").flatMap((entry) => (entry.startsWith("160000 ") ? [entry.slice(entry.indexOf("\t") + 1)] : []));
    if (inner.length > 0) await this.#git(["update-index", "-z", "--assume-unchanged", "--stdin"], `${inner.join("\0")}\0`);
  }

  /** An index that was taken over and that git does not like is made anew. */
  async #anew(): Promise<Buffer | undefined> {
    for (const file of ["index", "index.lock"]) rmSync(join(this.#folder, file), { force: true });
    return this.#git(["add", "--all", "--ignore-errors"]);
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** What git says; `undefined` when it failed, or is not there. It reads no configuration but ours, and ends by itself soon. */
  async #git(words: readonly string[], stdin?: string): Promise<Buffer | undefined> {
    const env = { ...ENVIRONMENT, PATH: this.#search, GIT_DIR: this.#folder, GIT_WORK_TREE: this.#root };
    try {
      const child = Bun.spawn(["git", ...words], {
        cwd: this.#root,
        env: words[0] === "init" ? { ...ENVIRONMENT, PATH: this.#search } : env,
        stdin: stdin === undefined ? "ignore" : new Blob([stdin]),
        stdout: "pipe",
        stderr: "ignore",
        timeout: LONGEST_MS,
        killSignal: "SIGKILL",
      });
      const [bytes, code] = await Promise.all([child.stdout.bytes(), child.exited]);
      // Files that could not be read are left out of the tree.
      return code === 0 || (words[0] === "add" && code === 1) ? Buffer.from(bytes) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** The mode of a repository's entry, as an index has it. */
const GITLINK = Buffer.from([0, 0, 0xe0, 0]);
const LONGEST_MS = 15_000;
const LARGE = 8 * 1024 * 1024;
const UNFIT: ReadonlySet<string> = new Set(["/", "/home", "/root", "/tmp", "/usr", "/etc", "/var"]);
const ENVIRONMENT = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
const CONFIG = [
  ["index.version", "4"],
  ["index.skipHash", "true"],
  ["core.untrackedCache", "true"],
  ["core.preloadIndex", "true"],
  ["core.fsync", "none"],
  ["core.bare", "false"],
  ["core.autocrlf", "false"],
  ["core.safecrlf", "false"],
  ["core.quotePath", "false"],
  ["gc.auto", "0"],
] as const;

/** The tree of an index in which nothing changed since its tree was written: no need to start git for it. */
function knownTree(folder: string): string | undefined {
  try {
    const id = treeOfIndex(readFileSync(join(folder, "index")));
    return id !== undefined && existsSync(join(folder, "objects", id.slice(0, 2), id.slice(2))) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Where the user's git keeps its index, and its objects. */
interface GitFolder {
  readonly own: string;
  readonly common: string;
}

function gitFolder(root: string): GitFolder | undefined {
  const marker = join(root, ".git");
  try {
    if (statSync(marker).isDirectory()) return { own: marker, common: marker };
    const own = resolve(root, /^gitdir: (.+)$/m.exec(readFileSync(marker, "utf8"))?.[1]?.trim() ?? "");
    const common = textOf(join(own, "commondir")).trim();
    return { own, common: common === "" ? own : resolve(own, common) };
  } catch {
    return undefined;
  }
}

/** What the user's git keeps need not be kept again: its objects are looked up there, and its index says which files are as it has them. */
function seed(folder: string, root: string, { own, common }: GitFolder): void {
  try {
    mkdirSync(join(folder, "objects", "info"), { recursive: true });
    writeFileSync(join(folder, "info", "exclude"), textOf(join(common, "info", "exclude")));
    const objects = join(common, "objects");
    if (!objects.includes("\n")) writeFileSync(join(folder, "objects", "info", "alternates"), `${objects}\n`);
    const index = join(own, "index");
    // Where git changes contents on their way, what it keeps is not what lies there.
    const changing = /autocrlf|\[filter|eol|objectformat|worktreeConfig/i.test(
      textOf(join(common, "config")) + textOf(join(homedir(), ".gitconfig")),
    );
    const plain = !changing && !existsSync(join(common, "info", "attributes")) && !existsSync(join(root, ".gitattributes"));
    if (plain && existsSync(index) && !readFileSync(index).includes("attributes")) copyFileSync(index, join(folder, "index"));
  } catch {
    // Then all of it is kept here.
    rmSync(join(folder, "index"), { force: true });
  }
}

/** `:100644 100755 ID ID M` NUL path NUL, again and again. */
function differences(raw: string): readonly Difference[] {
  const fields = raw.split("\0");
  const found: Difference[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = "", mode = "", oldId = "", id = ""] = (fields[at] ?? "").slice(1).split(" ");
    const path = fields[at + 1] ?? "";
    // A repository in the repository is a commit to git, and not ours to put back.
    if (path !== "" && oldMode !== "160000" && mode !== "160000") found.push({ path, before: contentAt(oldMode, oldId), after: contentAt(mode, id) });
  }
  return found;
}

function contentAt(mode: string, id: string): Content | null {
  return mode === "100644" || mode === "100755" || mode === "120000" ? { id, mode: mode as Mode } : null;
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
