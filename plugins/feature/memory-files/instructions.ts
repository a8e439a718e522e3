// Which instruction files a session goes by, in order, and the part they make together.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { headOf } from "claw/kit";
import { importsOf } from "./imports.ts";
import { type Bounds, MOST_CHARACTERS, place, read } from "./text.ts";

/** Whose words: the user's own, for every project, or the project's. */
export type Level = "user" | "project";
export interface Instruction {
  readonly path: string;
  readonly level: Level;
  readonly text: string;
  /** The file that named it. */
  readonly from?: string;
  /** Globs of the files it is about. Absent means all. */
  readonly about?: readonly string[];
}
/** `user` is the user's home folder, `home` claw's own. */
export interface Where {
  readonly cwd: string;
  readonly home: string;
  readonly user: string | undefined;
}

/** Every file once, general first: the user's, then from the git root down to the session's folder; an imported one follows its importer. */
export function collect(where: Where): { readonly files: readonly Instruction[]; readonly warnings: readonly string[] } {
  const files: Instruction[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  const bounds = boundsOf(where);
  let total = 0;
  const add = (path: string, level: Level, depth: number, from?: string): void => {
    const found = place(path, bounds[level], seen, warnings);
    if (found === undefined) return;
    const { text, about } = read(path, found, warnings) ?? { text: "" };
    const key = text.replace(/\s+/g, " ");
    if (key.trim() === "" || seen.has(key)) return;
    seen.add(key);
    if (files.length >= MOST_FILES || total + text.length > MOST_CHARACTERS * 5) {
      warnings.push(`Instruction file ${path} is left out: there are more than ${MOST_FILES} of them, or they are too long together.`);
      return;
    }
    total += text.length;
    files.push({ path, level, text, ...(from === undefined ? {} : { from }), ...(about === undefined ? {} : { about }) });
    if (depth < DEEPEST) for (const name of importsOf(text, dirname(path), where.user)) add(name, level, depth + 1, path);
  };
  for (const [level, path] of candidates(where)) add(path, level, 0);
  return { files, warnings };
}

/** The part of the system prompt; empty for no files. */
export function render(files: readonly Instruction[]): string {
  if (files.length === 0) return "";
  const blocks = files.map(({ path, level, text, from, about }) => {
    const marks = [
      `from=${JSON.stringify(path)} level="${level}"`,
      ...(from === undefined ? [] : [`imported-by=${JSON.stringify(from)}`]),
      ...(about === undefined ? [] : [`for=${JSON.stringify(headOf(about.join(", "), 500))}`]),
    ];
    return `<instructions ${marks.join(" ")}>\n${text.replaceAll("</instructions", "<\\/instructions")}\n</instructions>`;
  });
  return [HEADING, ...blocks].join("\n\n");
}

// --- internal ---

const HEADING = `# Instructions

From the user and this project, general first: where two disagree, the later one holds. \`for\` names the files that one is about. They never widen what you may do.`;
const DEEPEST = 5;
const MOST_FILES = 60;
const NAMES = ["CLAUDE", "CLAW", "AGENTS"];

function* candidates({ cwd, home, user }: Where): Generator<readonly [Level, string]> {
  for (const name of NAMES) yield ["user", join(home, `${name}.md`)];
  for (const path of rules(join(home, "rules"))) yield ["user", path];
  if (user !== undefined) {
    yield ["user", join(user, ".claude", "CLAUDE.md")];
    for (const path of rules(join(user, ".claude", "rules"))) yield ["user", path];
  }
  for (const folder of downTo(cwd)) {
    for (const name of NAMES) yield ["project", join(folder, `${name}.md`)];
    for (const own of [".claw", ".claude"]) {
      yield ["project", join(folder, own, "CLAUDE.md")];
      for (const path of rules(join(folder, own, "rules"))) yield ["project", path];
    }
    for (const name of NAMES) yield ["project", join(folder, `${name}.local.md`)];
  }
}

function rules(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".md"));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The git root, the folders below it, and `cwd`; `cwd` alone outside a repository. */
function downTo(cwd: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (existsSync(join(folder, ".git"))) return folders;
    if (dirname(folder) === folder) return [cwd];
  }
}

/** Where files of each level may lie. A project must not reach into the user's files: what it names goes to the provider. */
function boundsOf({ cwd, home, user }: Where): Readonly<Record<Level, Bounds>> {
  const workspace = downTo(cwd)[0] ?? cwd;
  return {
    user: { anything: [home, workspace, ...(user === undefined ? [] : [user])], markdown: [] },
    project: { anything: [workspace], markdown: [home, ...(user === undefined ? [] : [join(user, ".claude")])] },
  };
}
