// What `skills` does by its first word; listing and showing. Changing skills on disk is edit.ts and add.ts, judging them check.ts.
import type { CommandOutcome, Json, TurnScope } from "claw";
import { calledHere, clipLine, type Skill, Skills } from "claw/kit";
import { asked, sizeOf, unknown } from "./words.ts";

export async function run([verb = "list", ...rest]: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const skills = await scope.use(Skills);
  if (verb === "list" && rest.length === 0) return list(await skills.list(scope), scope);
  if (verb === "show") return show(rest[0] ?? "", await skills.list(scope));
  if (verb === "new" || verb === "create") return (await import("./edit.ts")).create(asked(rest), scope);
  if (verb === "remove" || verb === "uninstall") return (await import("./edit.ts")).remove(asked(rest), await skills.list(scope), scope);
  if (verb === "add" || verb === "install") return (await import("./add.ts")).add(asked(rest), scope);
  if (verb === "check") return (await import("./check.ts")).check(asked(rest).names, await skills.list(scope), scope);
  return use(verb, rest.join(" "), skills, scope);
}

// --- internal ---

const acts = ({ trusted, problem, shadowedBy }: Skill): boolean => trusted && problem === undefined && shadowedBy === undefined;

function whyNot({ trusted, problem, shadowedBy }: Skill): string {
  if (problem !== undefined) return problem;
  return trusted ? `hidden by ${shadowedBy}` : "nobody has trusted this folder (--trust)";
}

async function list(skills: readonly Skill[], scope: TurnScope): Promise<CommandOutcome> {
  const width = Math.min(32, Math.max(0, ...skills.map(({ name }) => name.length)));
  const lines = skills.map((skill) => {
    const { name, bytes, description, byModel, byUser } = skill;
    const who = byModel ? (byUser ? "" : " [model only]") : " [user only]";
    const text = acts(skill) ? `${clipLine(description, 100)}${who}` : `not used: ${whyNot(skill)}`;
    return `${acts(skill) ? " " : "!"} ${name.padEnd(width)}  ${origin(skill).padEnd(9)} ${sizeOf(bytes).padStart(7)}  ${text}`;
  });
  const places = [...new Set(skills.flatMap(({ folder = "", path }) => (folder === "" ? [] : [path.replace(/[\\/][^\\/]+[\\/]SKILL\.md$/, "")])))];
  const rest = ["", ...places.map((place) => `  in ${place}`), `  \`${await calledHere("skills new NAME", scope)}\` makes one; /NAME uses one.`];
  const active = skills.filter(acts);
  const valid = skills.filter(({ problem }) => problem === undefined);
  const summary = { total: skills.length, active: active.length, shadowed: skills.filter(({ shadowedBy }) => shadowedBy !== undefined).length };
  const counts = { count: skills.length, valid_count: valid.length, invalid_count: skills.length - valid.length };
  const data = { kind: "skills", action: "list", status: "ok", working_directory: scope.cwd, ...counts, summary, skills: skills.map(facts) };
  return { kind: "done", notice: (skills.length === 0 ? ["No skills.", ...rest.slice(1)] : [...lines, ...rest]).join("\n"), data };
}

function show(name: string, skills: readonly Skill[]): CommandOutcome {
  const same = skills.filter((one) => one.name.toLowerCase() === name.toLowerCase().replace(/^[/$]/, ""));
  const found = same.find(acts) ?? same[0];
  if (found === undefined) throw unknown(name, skills);
  const rows: readonly (readonly [string, string])[] = [
    ["Name", found.name],
    ["Description", found.description],
    ["Source", `${origin(found)}, ${found.path}`],
    ["Size", sizeOf(found.bytes)],
    ...(found.hint === undefined ? [] : [["Arguments", found.hint] as const]),
    ...(found.tools.length === 0 ? [] : [["Allows", found.tools.join(", ")] as const]),
    ...(acts(found) ? [] : [["Not used", whyNot(found)] as const]),
  ];
  const notice = rows.map(([key, value]) => `${key.padEnd(12)} ${value}`).join("\n");
  return { kind: "done", notice, data: { kind: "skills", action: "show", status: "ok", skill: facts(found) } };
}

/** The skill's text as the prompt. In a fresh shell the turn that follows is another session's, and calls the skill itself. */
async function use(name: string, args: string, skills: Skills, scope: TurnScope): Promise<CommandOutcome> {
  if (scope.turn > 0) return { kind: "prompt", text: (await skills.use(name, args, scope, "user")).text };
  const { skill } = await skills.use(name, args, scope, "user");
  return { kind: "prompt", text: `/${skill.name} ${args}`.trim() };
}

function facts(skill: Skill): Json {
  const { name, description, source, plugin, path, bytes, tools, byModel, byUser, trusted, hint, problem, shadowedBy } = skill;
  return {
    ...{ name, description, source, plugin: plugin ?? null, path, bytes, active: acts(skill), shadowed_by: shadowedBy ?? null },
    ...{
      trusted,
      problem: problem ?? null,
      argument_hint: hint ?? null,
      allowed_tools: [...tools],
      model_invocable: byModel,
      user_invocable: byUser,
    },
  };
}

function origin({ source, plugin }: Skill): string {
  return plugin === undefined ? source : plugin.replace(/^@[^/]*\//, "");
}
