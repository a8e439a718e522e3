// Asks git what changed. Whatever the repository's own configuration names is kept from running, and nothing is fetched or written.
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { clipLine, decode, headOf, looksBinary, type ProcessEnd, Processes, trustedFolder } from "claw/kit";

/** One file that differs. Lines are `null` for what is no text. */
export interface ChangedFile {
  readonly path: string;
  readonly kind: "changed" | "untracked";
  readonly added: number | null;
  readonly removed: number | null;
}
export interface Repository {
  readonly root: string;
  /** The files that differ from `against`, by path. */
  changed(against: Against, paths: readonly string[]): Promise<readonly ChangedFile[]>;
  diff(against: Against, paths: readonly string[], word: boolean): Promise<string>;
  untracked(paths: readonly string[]): Promise<readonly string[]>;
}
/** Work and index with the last commit, the index with it, or the work with the index. */
export type Against = "head" | "staged" | "unstaged";

/** The repository around the session's folder; `undefined` where there is none. Throws `CLAW_TOOL_FAILED` without git. */
export async function openRepository(scope: TurnScope): Promise<Repository | undefined> {
  const { cwd } = scope.session;
  const found = await git(["rev-parse", "--show-toplevel"], cwd, [], scope);
  if (found.code !== 0) {
    if (/not a git repository|must be run in a work tree/.test(found.stderr ?? "")) return undefined;
    throw failed(found);
  }
  const root = found.output.replace(/\n$/, "");
  const config = await ownConfig(root, scope);
  const ask = async (words: readonly string[]): Promise<string> => {
    const end = await git(words, root, config, scope);
    if (end.code !== 0) throw failed(end);
    return end.output;
  };
  const born = (await git(["rev-parse", "--verify", "--quiet", "HEAD"], root, config, scope)).code === 0;
  const base = (against: Against): readonly string[] =>
    against === "unstaged" ? [] : [...(against === "staged" ? ["--cached"] : []), born ? "HEAD" : EMPTY_TREE];
  // Paths are as the person sees them: from the session's folder.
  const behind = (paths: readonly string[]): readonly string[] => ["--", ...paths.map((path) => resolve(cwd, path))];
  return {
    root,
    async changed(against, paths) {
      const out = await ask(["diff", ...DIFF, "--numstat", "--no-renames", ...base(against), ...behind(paths)]);
      return out.split("\n").flatMap((line): readonly ChangedFile[] => {
        const [, added = "", removed = "", path = ""] = /^(\d+|-)\t(\d+|-)\t(.+)$/s.exec(line) ?? [];
        const count = (text: string): number | null => (text === "-" ? null : Number(text));
        return path === "" ? [] : [{ path: unquoted(path), kind: "changed", added: count(added), removed: count(removed) }];
      });
    },
    diff: (against, paths, word) => ask(["diff", ...DIFF, ...(word ? ["--word-diff=plain"] : []), ...base(against), ...behind(paths)]),
    untracked: async (paths) =>
      (await ask(["ls-files", "--others", "--exclude-standard", "--full-name", ...behind(paths)]))
        .split("\n")
        .filter((path) => path !== "")
        .map(unquoted),
  };
}

/** An untracked file as a diff would show it; no lines for what is no text or too large to show. */
export function newFile(root: string, path: string): { readonly text: string; readonly file: ChangedFile } {
  const head = `diff --git a/${path} b/${path}\nnew file`;
  const none = (why: string) => ({ text: `${head}\n${why}\n`, file: { path, kind: "untracked", added: null, removed: null } as const });
  try {
    const stat = statSync(join(root, path));
    if (!stat.isFile()) return none("No regular file");
    if (stat.size > MOST_BYTES) return none(`${stat.size} bytes, not shown`);
    const bytes = readFileSync(join(root, path));
    const text = looksBinary(bytes) ? undefined : decode(bytes)?.text;
    if (text === undefined) return none("Binary file");
    const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
    const body = lines.map((line) => `+${clipLine(line, WIDEST)}\n`).join("");
    const hunk = lines.length === 0 ? "" : `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n`;
    return { text: `${head}\n${hunk}${body}`, file: { path, kind: "untracked", added: lines.length, removed: 0 } };
  } catch {
    return none("Cannot be read");
  }
}

// --- internal ---

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const DIFF = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty"];
/** What a repository could make git run, or fetch, while it compares. */
const HARMLESS = ["core.fsmonitor=false", "core.quotePath=false", "protocol.allow=never", "diff.external=", "core.pager=cat"];
const MOST_BYTES = 200_000;
const WIDEST = 2_000;
const KEEP = 4_000_000;
const LIMIT_MS = 30_000;

/** Filters run programs to compare. In a folder that nobody has trusted there are none. */
async function ownConfig(root: string, scope: TurnScope): Promise<readonly string[]> {
  if (trustedFolder(scope)) return [];
  const { output } = await git(["config", "--name-only", "--get-regexp", "^filter\\..*\\.(clean|process|smudge|required)$"], root, [], scope);
  return output
    .split("\n")
    .filter((name) => name !== "")
    .map((name) => `${name}=${name.endsWith(".required") ? "false" : ""}`);
}

/** A path as git writes one with characters that could be mistaken. */
function unquoted(path: string): string {
  if (!path.startsWith('"')) return path;
  const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };
  return path
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) => named[code] ?? (code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code));
}

async function git(words: readonly string[], cwd: string, config: readonly string[], scope: TurnScope): Promise<ProcessEnd> {
  const processes = await scope.use(Processes);
  const kept = Object.entries(processes.environment(scope)).filter(([name]) => !name.startsWith("GIT_"));
  const env = { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", LC_ALL: "C" };
  const set = [...HARMLESS, ...config].flatMap((one) => ["-c", one]);
  const options = { argv: ["git", "--no-pager", ...set, ...words], cwd, env, timeoutMs: LIMIT_MS, keep: KEEP, apart: true, name: "git" };
  const end = await processes.run(options, scope);
  if (end.aborted) throw new ClawError("CLAW_ABORTED", "interrupted");
  return end;
}

function failed({ timedOut, code, stderr = "" }: ProcessEnd): ClawError {
  const why = timedOut ? `it took more than ${LIMIT_MS / 1_000} s` : headOf(stderr.trim(), 500) || `exit code ${code}`;
  return new ClawError("CLAW_TOOL_FAILED", `git could not say what changed: ${why}`, { hint: "Try `git diff` itself in this folder." });
}
