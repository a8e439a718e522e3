// Definitions of sub-agents for people and programs, and a file to begin a new one with.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { Agents, clipLine, didYouMean, type ListedAgent } from "claw/kit";

export async function run([action = "list", name = ""]: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  if (action === "create") return create(name, scope);
  const listed = await (await scope.use(Agents)).list(scope);
  return action === "show" ? show(name, listed) : list(listed, scope);
}

// --- internal ---

function list(listed: readonly ListedAgent[], scope: TurnScope): CommandOutcome {
  const active = listed.filter(acts);
  const width = Math.max(...listed.map(({ name }) => name.length));
  const lines = listed.map((one) => {
    const from = one.source === "bundled" ? "bundled" : `${one.plugin ?? one.source}, ${one.path}`;
    const why = one.problem ?? (one.shadowedBy === undefined ? undefined : `hidden by ${one.shadowedBy}`);
    const text = why === undefined ? clipLine(one.description, 100) : `not used: ${why}`;
    return `${why === undefined ? " " : "!"} ${one.name.padEnd(width)}  ${text}\n  ${"".padEnd(width)}  ${from}`;
  });
  const invalid = listed.filter(({ problem }) => problem !== undefined);
  const counts = { count: listed.length, valid_count: listed.length - invalid.length, invalid_count: invalid.length };
  const summary = { total: listed.length, active: active.length, shadowed: listed.filter(({ shadowedBy }) => shadowedBy !== undefined).length };
  const data = { kind: "agents", action: "list", status: "ok", working_directory: scope.cwd, ...counts, summary, agents: listed.map(facts) };
  return { kind: "done", notice: lines.join("\n"), data };
}

function show(name: string, listed: readonly ListedAgent[]): CommandOutcome {
  const same = listed.filter((one) => one.name.toLowerCase() === name.toLowerCase());
  const found = same.find(acts) ?? same[0];
  if (found === undefined) {
    const names = listed.map((one) => one.name);
    throw new ClawError("CLAW_USAGE", `there is no agent ${JSON.stringify(name)}`, {
      hint: didYouMean(name, names) || `Known: ${names.join(", ")}.`,
    });
  }
  const { tools, disallowedTools, model, maxTurns, permissionMode, skills } = found;
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    ["Agent", found.name],
    ["From", found.source === "bundled" ? "bundled" : `${found.plugin ?? found.source}, ${found.path}`],
    ["Not used", found.problem ?? (found.shadowedBy === undefined ? undefined : `hidden by ${found.shadowedBy}`)],
    ["For", found.description],
    ["Tools", tools?.join(", ") ?? "all of its parent"],
    ["Without", disallowedTools?.join(", ")],
    ["Model", model ?? "its parent's"],
    ["Mode", permissionMode],
    ["Steps", maxTurns],
    ["Skills", skills?.join(", ")],
  ];
  const head = rows.flatMap(([left, right]) => (right === undefined || right === "" ? [] : [`${left.padEnd(8)}  ${right}`]));
  const data = {
    kind: "agents",
    action: "show",
    status: found.problem === undefined ? "ok" : "error",
    agent: { ...facts(found), prompt: found.prompt },
  };
  return { kind: "done", notice: `${head.join("\n")}\n\n${found.prompt}`.trimEnd(), data };
}

/** A definition to fill in, in the project's own folder. */
async function create(name: string, { cwd }: TurnScope): Promise<CommandOutcome> {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) {
    throw new ClawError("CLAW_USAGE", `${JSON.stringify(name)} is no name for an agent`, { hint: "Use letters, digits, . _ and - only." });
  }
  const path = join(cwd, ".claw", "agents", `${name}.md`);
  if (existsSync(path)) throw new ClawError("CLAW_USAGE", `${path} is there already`, { hint: "Edit it, or take another name." });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, template(name), { flag: "wx" });
  return {
    kind: "done",
    notice: `Written: ${path}\nEdit it; it is used in folders you trust (--trust).`,
    data: { kind: "agents", action: "create", status: "ok", name, path },
  };
}

function template(name: string): string {
  const fields = [
    `name: ${name}`,
    "description: Use this agent when …",
    "# tools: read_file, grep_search, Bash(git *)",
    "# model: inherit",
    "# maxTurns: 30",
  ];
  return ["---", ...fields, "---", "You are …", ""].join("\n");
}

function acts({ problem, shadowedBy }: ListedAgent): boolean {
  return problem === undefined && shadowedBy === undefined;
}

function facts(one: ListedAgent): { readonly [key: string]: Json } {
  const { name, description, source, path, plugin, tools, disallowedTools, model, maxTurns, permissionMode, skills, problem, shadowedBy } = one;
  return {
    ...{ name, description, source, path, plugin: plugin ?? null, active: acts(one), shadowed_by: shadowedBy ?? null, problem: problem ?? null },
    ...{ tools: tools ?? null, disallowed_tools: disallowedTools ?? null, model: model ?? null, max_turns: maxTurns ?? null },
    ...{ permission_mode: permissionMode ?? null, skills: skills ?? null },
  };
}
