// What is wrong with a skill, by the rules of agentskills.io and by what claw does with it. Changes nothing.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { foldedTool, listField, parseFrontMatter, readToolRule, type Skill, textField } from "claw/kit";
import { UNWRITTEN, unknown } from "./words.ts";

interface Finding {
  readonly path: string;
  readonly level: "error" | "warning";
  readonly message: string;
}
type Tell = (level: Finding["level"], message: string) => void;

/** `check [NAME|PATH…]`: those, or all on disk but those of plugins. Ends with 1 when there is an error. */
export async function check(names: readonly string[], skills: readonly Skill[], scope: TurnScope): Promise<CommandOutcome> {
  const own = skills.filter(({ source }) => source === "project" || source === "user");
  const paths = names.length === 0 ? own.map(({ path }) => path) : names.flatMap((name) => pathsOf(name, skills, scope.cwd));
  const tools = scope.names("tool");
  const findings = paths.flatMap((path) => judge(path, tools, skills));
  const errors = findings.filter(({ level }) => level === "error").length;
  const lines = findings.map(({ path, level, message }) => `${level === "error" ? "error  " : "warning"}  ${path}: ${message}`);
  const notice = [...lines, `${paths.length} checked, ${errors} errors, ${findings.length - errors} warnings`].join("\n");
  const counts = { checked: paths.length, errors, warnings: findings.length - errors };
  const data = { kind: "skills", action: "check", status: errors === 0 ? "ok" : "error", ...counts, findings: findings as unknown as Json };
  return errors === 0 ? { kind: "done", notice, data } : { kind: "exit", code: 1, notice, data };
}

// --- internal ---

const KNOWN = [
  ...["name", "description", "license", "compatibility", "metadata", "allowed-tools", "argument-hint", "model"],
  ...["disable-model-invocation", "user-invocable", "context", "agent"],
];
const MOST_LINES = 500;
const MOST_BYTES = 20_000;
const INVISIBLE = /[\u{E0000}-\u{E01EF}\u200B\u202A-\u202E\u2060-\u206F]/u;

function pathsOf(name: string, skills: readonly Skill[], cwd: string): readonly string[] {
  const path = resolve(cwd, name);
  if (/[\\/.]/.test(name) && existsSync(path)) return [statSync(path).isDirectory() ? join(path, "SKILL.md") : path];
  const same = skills.filter((one) => one.name === name.replace(/^\//, "") || basename(one.folder ?? "") === name);
  if (same.length === 0) throw unknown(name, skills);
  return same.filter(({ folder }) => folder !== undefined).map((one) => one.path);
}

function judge(path: string, tools: readonly string[], skills: readonly Skill[]): readonly Finding[] {
  const findings: Finding[] = [];
  const tell: Tell = (level, message) => void findings.push({ path, level, message });
  try {
    const text = readFileSync(path, "utf8");
    if (INVISIBLE.test(text)) tell("error", "has invisible characters, which claw takes out: look at who wrote it");
    const { fields, body } = parseFrontMatter(text);
    judgeNames(fields, basename(dirname(path)), tell);
    judgeFields(fields, tools, tell);
    judgeBody(body, dirname(path), tell);
  } catch (thrown) {
    tell("error", thrown instanceof ClawError ? [thrown.message, thrown.info.hint].filter(Boolean).join(". ") : String(thrown));
  }
  const hidden = skills.find((one) => one.path === path)?.shadowedBy;
  if (hidden !== undefined) tell("warning", `is hidden by ${hidden}`);
  return findings;
}

function judgeNames(fields: Readonly<Record<string, Json>>, folder: string, tell: Tell): void {
  const name = textField(fields["name"]);
  const description = textField(fields["description"]);
  if (name === undefined) tell("error", "has no name");
  else {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.length > 64)
      tell("error", `name ${JSON.stringify(name)} is not at most 64 small letters, digits and single hyphens`);
    if (name !== folder) tell("error", `name ${JSON.stringify(name)} is not that of its folder, ${JSON.stringify(folder)}`);
  }
  if (description === undefined) tell("error", "has no description: nobody will know when to use it");
  else if (description === UNWRITTEN) tell("error", "its description is still the one it was made with");
  else if (description.length > 1_024)
    tell("error", `its description has ${description.length} characters; 1,024 is the most, and every request pays for it`);
  else if (description.length > 300) tell("warning", `its description has ${description.length} characters, and every request pays for it`);
}

function judgeFields(fields: Readonly<Record<string, Json>>, tools: readonly string[], tell: Tell): void {
  for (const key of Object.keys(fields)) if (!KNOWN.includes(key)) tell("warning", `${key}: has no effect here`);
  if ((textField(fields["compatibility"])?.length ?? 0) > 500) tell("error", "compatibility has more than 500 characters");
  for (const text of listField(fields["allowed-tools"])) {
    const rule = readToolRule(text);
    if (rule === undefined) tell("error", `allowed-tools: ${JSON.stringify(text)} is no rule: Tool or Tool(pattern)`);
    else if (!rule.tool.startsWith("mcp__") && !tools.some((tool) => foldedTool(tool) === rule.tool))
      tell("warning", `allowed-tools: there is no tool ${text}`);
    else if (rule.tool === "bash" && rule.pattern === undefined)
      tell("warning", "allowed-tools: Bash lets every command line pass; say which, as in Bash(git log *)");
  }
}

function judgeBody(body: string, folder: string, tell: Tell): void {
  const lines = body.trim() === "" ? 0 : body.trim().split("\n").length;
  if (lines === 0) tell("error", "says nothing below its front matter");
  if (lines > MOST_LINES || Buffer.byteLength(body) > MOST_BYTES)
    tell("warning", "is long: keep to 500 lines and 20 kB, and put the rest in references/");
  if (/(?:^|\s)!`[^`\n]+`/m.test(body)) tell("warning", "has a !`line`: skills run none; write the command as a step, or make it a Markdown command");
  const links = [...body.matchAll(/\]\((?!\w+:|#|\/)([^)\s#]+)/g), ...body.matchAll(/(?<![\w/.])((?:scripts|references|assets)\/[\w./-]*\w)/g)];
  for (const path of new Set(links.map(([, path = ""]) => path))) {
    if (!existsSync(join(folder, decodeURI(path)))) tell("error", `names ${path}, which is not there`);
  }
}
