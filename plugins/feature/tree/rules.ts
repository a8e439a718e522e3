// Ignore rules: which files hold them, how they are read, and which rules hold in a folder. Each file is compiled once.
import { lstat, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

/**
 * The rules that hold in one folder. All paths they judge are relative to one `top` folder. A later set wins over an earlier one, and `dot`
 * (`.ignore`, `.rgignore`) over `git`, as in ripgrep.
 */
export interface Rules {
  readonly git: readonly Ignore[];
  readonly dot: readonly Ignore[];
}
export const NO_RULES: Rules = { git: [], dot: [] };

/** The rules that come from above `root`, where `root` lies below the folder they are relative to (`""` or `a/b/`), and the repository they are of. */
export interface Above {
  readonly rules: Rules;
  readonly base: string;
  readonly top?: string;
}
export async function rulesAbove(root: string): Promise<Above> {
  const top = await repositoryOf(root);
  if (top === undefined) return { rules: NO_RULES, base: "" };
  if (top === root) return { rules: NO_RULES, base: "", top };
  const base = `${relative(top, root).split(sep).join("/")}/`;
  let rules = NO_RULES;
  for (let folder = top, at = ""; at !== base; ) {
    rules = await enter(rules, folder, at, RULE_FILES);
    at = base.slice(0, base.indexOf("/", at.length) + 1);
    folder = join(top, at);
  }
  // A folder that was asked for by name is walked though it is ignored; then only what lies below can rule.
  return ignoring(rules)(base) ? { rules: NO_RULES, base } : { rules, base, top };
}

/** The names that `enter` wants to hear of. */
export const RULE_FILES: readonly string[] = [".git", ".gitignore", ".ignore", ".rgignore"];

/** The rules inside `folder`, whose path below the top is `at`. `names` are those of `RULE_FILES` that may be there. */
export async function enter(rules: Rules, folder: string, at: string, names: readonly string[]): Promise<Rules> {
  let { git, dot } = rules;
  for (const name of RULE_FILES) {
    if (!names.includes(name)) continue;
    if (name === ".git") {
      const exclude = await excludeFile(folder);
      // A repository inside another one is ruled by its own files only.
      if (exclude !== undefined) git = await withFile([], exclude, at);
    } else if (name === ".gitignore") git = await withFile(git, join(folder, name), at);
    else dot = await withFile(dot, join(folder, name), at);
  }
  return git === rules.git && dot === rules.dot ? rules : { git, dot };
}

/** The test for the entries of one folder: their path below the top, with `/` at the end for folders. It remembers what it was asked: make one a folder. */
export function ignoring(rules: Rules): (path: string) => boolean {
  if (rules.git.length + rules.dot.length === 0) return () => false;
  const all = compiler();
  for (const set of [...rules.git, ...rules.dot]) all.add(set);
  return (path) => all.ignores(path);
}

// --- internal ---

/** Larger files are no rules that a person wrote. */
const MOST_BYTES = 512 * 1024;

function compiler(): Ignore {
  return ignore({ ignorecase: process.platform === "darwin" || process.platform === "win32" });
}

/** The nearest folder upwards that holds a `.git`. */
async function repositoryOf(start: string): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = await lstat(join(folder, ".git")).catch(() => undefined);
    if (found !== undefined) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** `info/exclude` of the repository in `folder`; `undefined` when its `.git` is none. In a worktree `.git` is a file that points elsewhere. */
async function excludeFile(folder: string): Promise<string | undefined> {
  const path = join(folder, ".git");
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory()) return join(path, "info", "exclude");
  const pointer = /^gitdir:\s*(.+?)\s*$/m.exec((await textOf(path)) ?? "")?.[1];
  if (pointer === undefined) return undefined;
  const own = resolve(folder, pointer);
  const common = (await textOf(join(own, "commondir")))?.trim();
  return join(common === undefined ? own : resolve(own, common), "info", "exclude");
}

async function withFile(sets: readonly Ignore[], path: string, at: string): Promise<readonly Ignore[]> {
  const text = await textOf(path);
  if (text === undefined) return sets;
  const set = compiler();
  try {
    set.add(at === "" ? text : rebased(text, at));
    set.ignores("x");
  } catch {
    // A pattern that cannot be compiled must not end the walk.
    return sets;
  }
  return [...sets, set];
}

/** The text of a small regular file. Links are not followed, as in git, and pipes never opened. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size > MOST_BYTES) return undefined;
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The same rules, written so that they mean in the top folder what they meant in the folder `at` below it. */
function rebased(text: string, at: string): string {
  const prefix = `/${at.slice(0, -1).replace(/[\\*?[\] !#]/g, "\\$&")}`;
  const lines: string[] = [];
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const mark = raw.startsWith("!") ? "!" : "";
    const body = raw.slice(mark.length);
    if (raw.startsWith("#") || /^\/* *$/.test(body)) continue;
    const anchored = /\/(?! *$)/.test(body);
    const glue = !anchored ? "/**/" : body.startsWith("/") ? "" : "/";
    lines.push(mark + prefix + glue + body);
  }
  return lines.join("\n");
}
