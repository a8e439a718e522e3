// The facts of `diff`, and how they are laid out: counts, then one unified diff, new files last.
import { relative, resolve } from "node:path";
import type { CommandOutcome, Json, TurnScope } from "claw";
import { Checkpoints, plain, seated } from "claw/kit";
import { type Against, type ChangedFile, newFile, openRepository, type Repository } from "./git.ts";

export async function run(words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const asked = { flags: new Set(words.filter((word) => word.startsWith("--"))), paths: words.filter((word) => !word.startsWith("--")) };
  const repository = await openRepository(scope);
  const session = asked.flags.has("--session") ? await sessionPaths(scope) : undefined;
  if (repository === undefined) return outside(session, scope);
  const paths = asked.paths.length === 0 ? (session ?? []) : asked.paths.filter((path) => session?.includes(clean(path, scope)) !== false);
  if (session !== undefined && paths.length === 0) return tell({ files: [], diff: "", staged: "", unstaged: "" }, "in this session", scope);
  return tell(await look(repository, asked.flags, paths), session === undefined ? "since the last commit" : "in files of this session", scope);
}

// --- internal ---

/** How much a person in a session is shown; a shell has a pager. */
const MOST_LINES = 600;
const MOST_NEW = 200;

interface Found {
  readonly files: readonly ChangedFile[];
  /** What is shown. */
  readonly diff: string;
  readonly staged: string;
  readonly unstaged: string;
}

async function look(repository: Repository, flags: ReadonlySet<string>, paths: readonly string[]): Promise<Found> {
  const against: Against = flags.has("--staged") || flags.has("--cached") ? "staged" : flags.has("--unstaged") ? "unstaged" : "head";
  const word = flags.has("--word");
  const [changed, untracked, staged, unstaged, whole] = await Promise.all([
    repository.changed(against, paths),
    against === "staged" ? [] : repository.untracked(paths),
    repository.diff("staged", paths, word),
    repository.diff("unstaged", paths, word),
    against === "head" ? repository.diff("head", paths, word) : "",
  ]);
  const fresh = untracked.slice(0, MOST_NEW).map((path) => newFile(repository.root, path));
  const more = untracked.slice(MOST_NEW).map((path): ChangedFile => ({ path, kind: "untracked", added: null, removed: null }));
  const shown = { head: whole, staged, unstaged }[against];
  const files = [...changed, ...fresh.map(({ file }) => file), ...more];
  return { files, diff: flags.has("--stat") ? "" : shown + fresh.map(({ text }) => text).join(""), staged, unstaged };
}

/** Files that this session's turns changed, from its folder. Without the plugin that keeps them, none is known. */
async function sessionPaths(scope: TurnScope): Promise<readonly string[]> {
  const service = await scope.use(Checkpoints).catch(() => undefined);
  const turns = (await service?.list(scope)) ?? [];
  return [...new Set(turns.flatMap(({ paths }) => paths.map((path) => clean(path, scope))))];
}

function clean(path: string, { session }: TurnScope): string {
  return relative(session.cwd, resolve(session.cwd, path));
}

async function tell({ files, diff, staged, unstaged }: Found, where: string, scope: TurnScope): Promise<CommandOutcome> {
  const sum = (key: "added" | "removed"): number => files.reduce((total, file) => total + (file[key] ?? 0), 0);
  const untracked = files.filter(({ kind }) => kind === "untracked");
  const rows = files.map(({ path, kind, added, removed }) => {
    const counts = added === null ? "no text" : `+${added} -${removed}`;
    return `  ${kind === "untracked" ? "?" : "M"} ${plain(path)}  ${counts}`;
  });
  const news = untracked.length === 0 ? "" : `, ${untracked.length} untracked`;
  const head = `${files.length} ${files.length === 1 ? "file" : "files"} changed ${where}: +${sum("added")} -${sum("removed")}${news}`;
  const none = `Nothing has changed ${where}.`;
  const inSession = await seated(scope);
  const text = diff === "" ? "" : `\n\n${inSession ? shortened(diff) : diff}`;
  const data = {
    ...{ kind: "diff", action: "show", status: "ok", result: files.length === 0 ? "clean" : "changes", working_directory: scope.session.cwd },
    ...{ changed_file_count: files.length, added: sum("added"), removed: sum("removed"), untracked: untracked.map(({ path }) => path) },
    ...{ files: files.map((file): Json => ({ ...file })), diff, staged, unstaged },
  };
  return { kind: "done", notice: files.length === 0 ? none : `${[head, ...rows].join("\n")}${text}`.trimEnd(), data };
}

function shortened(diff: string): string {
  const lines = diff.trimEnd().split("\n");
  if (lines.length <= MOST_LINES) return diff;
  return `${lines.slice(0, MOST_LINES).join("\n")}\n… ${lines.length - MOST_LINES} more lines: name a file, or run \`claw diff\` in a shell.`;
}

function outside(session: readonly string[] | undefined, scope: TurnScope): CommandOutcome {
  const data = { kind: "diff", action: "show", status: "ok", result: "no_git_repo", working_directory: scope.session.cwd };
  const listed = (session ?? []).map((path) => `  M ${plain(path)}`);
  const told = listed.length === 0 ? "" : `\nFiles changed in this session:\n${listed.join("\n")}`;
  const notice = `This folder is in no git repository.${told}`;
  return { kind: "done", notice, data: { ...data, changed_file_count: listed.length, files: [...(session ?? [])] } };
}
