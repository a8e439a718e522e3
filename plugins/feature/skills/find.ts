// Finds skills: those in the binary, and `<folder>/<name>/SKILL.md` in the folders where definitions are looked for.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ClawError, type PluginScope, type PluginStatus } from "claw";
import {
  containedDefinition,
  type DefinitionFolder,
  definitionFolders,
  describeSkill,
  parseFrontMatter,
  type Skill,
  type SkillFile,
  shadowed,
} from "claw/kit";
import { bundledSkills } from "./bundled.gen.ts";

/** What was read of a file, as long as it stays as it was. */
export type Known = Map<string, { readonly at: number; readonly size: number; readonly read: SkillFile }>;
/** The largest `SKILL.md` that is read. */
export const MOST_BYTES = 256_000;

/** All skills of the scope's folder, nearest first; what cannot act comes after what can, so that it hides nothing. */
export function findSkills(scope: PluginScope, plugins: readonly PluginStatus[], known: Known, bundled: boolean): readonly Skill[] {
  const found: Skill[] = [];
  if (known.size > MOST_KNOWN) known.clear();
  for (const folder of definitionFolders("skills", scope, plugins)) {
    for (const name of foldersIn(folder.path)) {
      const path = join(folder.path, name, "SKILL.md");
      const read = readKnown(path, known);
      if (read !== undefined) found.push(onDisk(path, folder, staying(path, folder, scope.cwd, read)));
    }
  }
  if (bundled) found.push(...bundledSkills);
  const acting = (skill: Skill): boolean => skill.trusted && skill.problem === undefined;
  return shadowed([...found.filter(acting), ...found.filter((skill) => !acting(skill))]);
}

/** Reads a `SKILL.md`. What is wrong with it is in `problem`. */
export function readSkill(path: string): SkillFile {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return broken("SKILL.md is no file");
    if (stat.size > MOST_BYTES) return broken(`SKILL.md has ${stat.size} bytes, more than ${MOST_BYTES}: put the rest in files beside it`);
    return parse(readWhole(path));
  } catch (thrown) {
    return broken(`SKILL.md cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** The body of a skill in the binary. */
export async function bundledBody(name: string): Promise<string> {
  return (await import("./bodies.gen.ts")).bundledBodies[name] ?? "";
}

// --- internal ---

const MOST_KNOWN = 2_000;
const MOST_FOLDERS = 500;
/** What no person sees and a model reads: tag characters, zero-width and bidirectional marks. */
const INVISIBLE = /[\u{E0000}-\u{E01EF}\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/gu;

function broken(problem: string): SkillFile {
  return { fields: {}, body: "", problem };
}

function parse(text: string): SkillFile {
  try {
    return parseFrontMatter(text.toWellFormed().replace(INVISIBLE, ""));
  } catch (thrown) {
    if (!(thrown instanceof ClawError)) throw thrown;
    return broken(`SKILL.md ${[thrown.message, thrown.info.hint].filter(Boolean).join(". ")}`);
  }
}

/** Opened once: what is read is what was found to be a file of that size. */
function readWhole(path: string): string {
  const file = openSync(path, "r");
  try {
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

function readKnown(path: string, known: Known): SkillFile | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const before = known.get(path);
  if (before?.at === stat.mtimeMs && before.size === stat.size) return before.read;
  const read = readSkill(path);
  known.set(path, { at: stat.mtimeMs, size: stat.size, read });
  return read;
}

function staying(path: string, folder: DefinitionFolder, cwd: string, read: SkillFile): SkillFile {
  try {
    if (containedDefinition(path, folder, cwd)) return read;
  } catch {}
  return broken(`SKILL.md is a link that leads out of the ${folder.source}`);
}

function onDisk(path: string, { source, plugin, trusted }: DefinitionFolder, read: SkillFile): Skill {
  const folder = realpathSync(dirname(path));
  const named = { name: basename(dirname(path)), path, folder, source, trusted };
  return describeSkill(read, plugin === undefined ? named : { ...named, plugin });
}

function foldersIn(folder: string): readonly string[] {
  // Most are not there. An error for each would cost more than this look.
  if (!existsSync(folder)) return [];
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((one) => !one.name.startsWith(".") && (one.isDirectory() || one.isSymbolicLink())).map((one) => one.name);
    return names.sort().slice(0, MOST_FOLDERS);
  } catch {
    return [];
  }
}
