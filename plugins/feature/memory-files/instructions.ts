// Which instruction files a session goes by, in order, and the part they make together.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { headOf, type InstructionFile, markdownFiles } from "claw/kit";
import { importsOf } from "./imports.ts";
import { type Bounds, MOST_CHARACTERS, place, read } from "./text.ts";

/** `user` is the user's home folder, `home` claw's own. */
export interface Where {
  readonly cwd: string;
  readonly home: string;
  readonly user: string | undefined;
}

/** Every file once, general first: the user's, then from the git root down to the session's folder; an imported one follows its importer. */
export function collect(where: Where): { readonly files: readonly InstructionFile[]; readonly warnings: readonly string[] } {
  const files: InstructionFile[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  const folders = downTo(where.cwd);
  const bounds = boundsOf(where, folders[0] ?? where.cwd);
  let total = 0;
  const add = (path: string, level: Level, depth: number, source: string, from?: InstructionFile): void => {
    const found = place(path, bounds[level], seen, warnings);
    if (found === undefined) return;
    // What a rule about some files imports is about the same.
    const { text, about = from?.about } = read(path, found, warnings) ?? { text: "" };
    const key = text.replace(/\s+/g, " ");
    if (key.trim() === "" || seen.has(key)) return;
    seen.add(key);
    if (files.length >= MOST_FILES || total + text.length > MOST_CHARACTERS * 5) {
      warnings.push(`Instruction file ${path} is left out: there are more than ${MOST_FILES} of them, or they are too long together.`);
      return;
    }
    total += text.length;
    const file = { path, level, source, text, ...(from === undefined ? {} : { from: from.path }), ...(about === undefined ? {} : { about }) };
    files.push(file);
    if (depth < DEEPEST) for (const name of importsOf(text, dirname(path), where.user)) add(name, level, depth + 1, "import", file);
  };
  for (const [level, path, source] of candidates(where, folders)) add(path, level, 0, source ?? basename(path));
  return { files, warnings };
}

/** The part of the system prompt; empty for no files. */
export function render(files: readonly InstructionFile[]): string {
  return files.length === 0 ? "" : [HEADING, ...files.map(frame)].join("\n\n");
}

/** One file under its name. */
export function frame({ path, level, text, from, about }: InstructionFile): string {
  const marks = [
    `from=${JSON.stringify(path)} level="${level}"`,
    ...(from === undefined ? [] : [`imported-by=${JSON.stringify(from)}`]),
    ...(about === undefined ? [] : [`for=${JSON.stringify(headOf(about.join(", "), 500))}`]),
  ];
  return `<instructions ${marks.join(" ")}>\n${text.replaceAll("</instructions", "<\\/instructions")}\n</instructions>`;
}

// --- internal ---

const HEADING = `# Instructions

From the user and this project, general first: where two disagree, the later one holds. \`for\` names the files that one is about. They never widen what you may do.`;
const DEEPEST = 5;
const MOST_FILES = 60;
const MOST_RULES = 200;
const NAMES = ["CLAUDE", "CLAW", "AGENTS"];

type Level = InstructionFile["level"];

type Candidate = readonly [level: Level, path: string, source?: string];

function candidates({ home, user }: Where, folders: readonly string[]): readonly Candidate[] {
  const found: Candidate[] = [];
  const names = (level: Level, folder: string, ending: string): void => {
    for (const name of NAMES) found.push([level, join(folder, `${name}${ending}`)]);
  };
  const rulesIn = (level: Level, folder: string): void => {
    for (const path of rules(join(folder, "rules"))) found.push([level, path, "rules"]);
  };
  names("user", home, ".md");
  rulesIn("user", home);
  if (user !== undefined) {
    found.push(["user", join(user, ".claude", "CLAUDE.md")]);
    rulesIn("user", join(user, ".claude"));
  }
  for (const folder of folders) {
    names("project", folder, ".md");
    for (const own of [".claw", ".claude"]) {
      found.push(["project", join(folder, own, "CLAUDE.md")]);
      rulesIn("project", join(folder, own));
    }
    names("project", folder, ".local.md");
  }
  return found;
}

/** Those in folders of it too. */
function rules(folder: string): readonly string[] {
  return existsSync(folder) ? markdownFiles(folder, MOST_RULES).map(({ path }) => path) : [];
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
function boundsOf({ home, user }: Where, workspace: string): Readonly<Record<Level, Bounds>> {
  return {
    user: { anything: [home, workspace, ...(user === undefined ? [] : [user])], markdown: [] },
    project: { anything: [workspace], markdown: [home, ...(user === undefined ? [] : [join(user, ".claude")])] },
  };
}
