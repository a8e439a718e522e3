// Adding skills from a folder, a file or a git repository: found, shown, agreed to, copied whole or not at all. Runs nothing of them.
import { existsSync, statSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { listField, Processes, parseFrontMatter, textField } from "claw/kit";
import { type Asked, checkName, folderFor, sizeOf } from "./words.ts";

/** A skill found at the source. `files` are relative paths. */
interface Found {
  readonly name: string;
  readonly from: string;
  readonly description: string;
  readonly tools: readonly string[];
  readonly files: readonly string[];
  readonly bytes: number;
}

/** `add SOURCE [NAME…]`: all skills of the source, or those named. */
export async function add({ names: [source = "", ...wanted], project, agreed, replace }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const remote = REMOTE.test(source);
  const scratch = remote ? await mkdtemp(join(tmpdir(), "claw-skills-")) : undefined;
  try {
    const folder = scratch === undefined ? resolve(scope.cwd, source.replace(/^~(?=$|\/)/, homedir())) : await clone(source, scratch, scope);
    const all = await skillsIn(folder, source);
    const found = wanted.length === 0 ? all : wanted.map((name) => all.find((one) => one.name === name) ?? missing(name, source, all));
    const target = folderFor(project, scope);
    const taken = found.filter(({ name }) => existsSync(join(target, name)));
    if (taken.length > 0 && !replace) {
      const hint = "--force puts the new one in its place.";
      throw new ClawError("CLAW_USAGE", `there already: ${taken.map(({ name }) => join(target, name)).join(", ")}`, { hint });
    }
    const shown = found.map(lineOf).join("\n");
    if (remote && !agreed) await agree(`Add from ${source} to ${target}:\n${shown}`, scope);
    await mkdir(scope.home, { recursive: true, mode: 0o700 });
    for (const one of found) await copy(one, join(target, one.name));
    const told = found.map(({ name, description, files, bytes, tools }) => ({
      name,
      description,
      path: join(target, name),
      files: files.length,
      bytes,
      allowed_tools: [...tools],
    }));
    return { kind: "done", notice: `Added to ${target}:\n${shown}`, data: { kind: "skills", action: "add", status: "ok", source, skills: told } };
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}

// --- internal ---

/** `https://…`, `ssh://…`, `git@host:path`, `file://…`; a `#` names a branch or tag. */
const REMOTE = /^(?:https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/|[\w.-]+@[\w.-]+:)/;
const CLONE_MS = 120_000;
const MOST_FILES = 500;
const MOST_BYTES = 20_000_000;
const MOST_SKILLS = 200;

async function clone(source: string, into: string, scope: TurnScope): Promise<string> {
  const [url = "", ref] = source.split("#");
  const processes = await scope.use(Processes);
  const folder = join(into, basename(url).replace(/\.git$/, "") || "skills");
  const branch = ref === undefined || ref === "" ? [] : [`--branch=${ref}`];
  const argv = ["git", "clone", "--quiet", "--depth=1", "--no-tags", ...branch, "--", url, folder];
  const env = { ...processes.environment(scope), GIT_TERMINAL_PROMPT: "0", GIT_LFS_SKIP_SMUDGE: "1" };
  const end = await processes.run({ argv, cwd: into, env, timeoutMs: CLONE_MS, keep: 2_000, name: "git clone" }, scope);
  if (end.code === 0) return folder;
  const why = end.timedOut ? `it took longer than ${CLONE_MS / 1_000} s` : end.output.trim();
  throw new ClawError("CLAW_TOOL_FAILED", `${source} could not be cloned: ${why}`, { hint: "Check the address, and that git may read it." });
}

/** The folder itself, or those in it, in `skills/` or in any folder at its top; a single file is a skill without others. */
async function skillsIn(folder: string, source: string): Promise<readonly Found[]> {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw new ClawError("CLAW_USAGE", `there is nothing at ${folder}`, { hint: "Give a folder, a SKILL.md or a git URL." });
  if (stat.isFile())
    return [
      await read(folder, [basename(folder)], dirname(folder), basename(folder) === "SKILL.md" ? basename(dirname(folder)) : basename(folder, ".md")),
    ];
  if (existsSync(join(folder, "SKILL.md"))) return [await readFolder(folder)];
  for (const inner of ["skills", ".claude/skills", ".agents/skills", ".claw/skills", "."]) {
    const names = await readdir(join(folder, inner)).catch(() => []);
    const folders = names.map((name) => join(folder, inner, name)).filter((path) => existsSync(join(path, "SKILL.md")));
    if (folders.length > 0) return Promise.all(folders.slice(0, MOST_SKILLS).map(readFolder));
  }
  throw new ClawError("CLAW_USAGE", `there is no SKILL.md in ${source}`, { hint: "A skill is a folder with a SKILL.md." });
}

async function readFolder(folder: string): Promise<Found> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    // A link could bring in anything of this machine, or lead out later.
    if (entry.isSymbolicLink())
      throw new ClawError("CLAW_USAGE", `${join(folder, path)} is a link`, { hint: "A skill is made of files: put the file in its place." });
    if (entry.isFile() && path.split(/[\\/]/)[0] !== ".git") files.push(path);
  }
  return read(join(folder, "SKILL.md"), files.sort(), folder, basename(folder));
}

async function read(path: string, files: readonly string[], from: string, name: string): Promise<Found> {
  const bytes = files.reduce((sum, file) => sum + statSync(join(from, file)).size, 0);
  if (files.length > MOST_FILES || bytes > MOST_BYTES) {
    throw new ClawError("CLAW_USAGE", `${from} has ${files.length} files and ${sizeOf(bytes)}: too large for a skill`, {
      hint: `At most ${MOST_FILES} files and ${sizeOf(MOST_BYTES)}.`,
    });
  }
  const { fields } = parseFrontMatter(await Bun.file(path).text());
  const own = textField(fields["name"]) ?? name;
  checkName(own);
  return { name: own, from, description: textField(fields["description"]) ?? "", tools: listField(fields["allowed-tools"]), files, bytes };
}

function lineOf({ name, files, bytes, tools, description }: Found): string {
  const scripts = files.filter((file) => !/\.(md|txt)$/.test(file)).length;
  const more = [
    `${files.length} file${files.length === 1 ? "" : "s"}`,
    sizeOf(bytes),
    ...(scripts === 0 ? [] : [`${scripts} of them no text`]),
    ...(tools.length === 0 ? [] : [`allows ${tools.join(", ")}`]),
  ];
  return `  ${name} (${more.join(", ")}): ${description.slice(0, 200).toWellFormed()}`;
}

function missing(name: string, source: string, all: readonly Found[]): never {
  throw new ClawError("CLAW_USAGE", `${source} has no skill ${JSON.stringify(name)}`, { hint: `It has: ${all.map((one) => one.name).join(", ")}.` });
}

async function agree(text: string, { ask, signal }: TurnScope): Promise<void> {
  if (ask === undefined) throw new ClawError("CLAW_USAGE", text, { hint: "Look at what it is, then say --yes." });
  const answer = await ask.choose({ text, choices: ["yes", "no"] }, signal);
  if (answer.choice !== "yes") throw new ClawError("CLAW_ABORTED", "nothing was added");
}

/** Beside its place first, then one rename: whoever looks sees the whole of it or nothing. */
async function copy({ from, files }: Found, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const fresh = join(dirname(to), `.${basename(to)}.${crypto.randomUUID()}`);
  try {
    for (const file of files) {
      const target = join(fresh, files.length === 1 ? "SKILL.md" : file);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(from, file), target);
      await chmod(target, statSync(join(from, file)).mode & 0o111 ? 0o755 : 0o644);
    }
    const old = `${fresh}.old`;
    if (existsSync(to)) await rename(to, old);
    await rename(fresh, to);
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
