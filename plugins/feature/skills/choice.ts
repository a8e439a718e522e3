// Which skill a name means, whether it may act, and whether skills in use cover a call. Pure but for the services it asks.
import { ClawError, type Decision, type StepScope, type ToolCall } from "claw";
import { coveredByRules, didYouMean, type Skill, type ToolRule, Workspace } from "claw/kit";
import { offered } from "./offered.ts";

/** By its name, its folder's, or `plugin:name`; what is not hidden first. */
export function find(skills: readonly Skill[], name: string): Skill | undefined {
  const wanted = name.trim().replace(/^[/$]/, "").toLowerCase();
  const named = (skill: Skill): boolean => skill.name.toLowerCase() === wanted && skill.shadowedBy === undefined;
  const within = ({ plugin = "", name: own }: Skill): boolean =>
    plugin !== "" && `${plugin.replace(/^@[^/]*\//, "")}:${own}`.toLowerCase() === wanted;
  const placed = ({ folder = "" }: Skill): boolean => folder.split(/[\\/]/).at(-1)?.toLowerCase() === wanted;
  return skills.find(named) ?? skills.find(within) ?? skills.find(placed);
}

/** The skill that `name` means, when it may act. Throws what `Skills.use` throws. */
export function meant(skills: readonly Skill[], name: string, by: "model" | "user"): Skill {
  const skill = find(skills, name);
  if (skill === undefined) {
    const names = skills.filter((one) => (by === "model" ? offered(one) : one.byUser && one.trusted)).map((one) => one.name);
    const hint = didYouMean(name, names) || (names.length === 0 ? "There are none." : `Known: ${names.slice(0, 30).join(", ")}.`);
    throw new ClawError("CLAW_USAGE", `there is no skill ${JSON.stringify(name)}`, { hint });
  }
  if (!skill.trusted) {
    const what = `skill ${skill.name} belongs to this project (${skill.path}), and nobody has trusted this folder`;
    throw new ClawError("CLAW_PLUGIN_UNTRUSTED", what, { hint: "Look at what it says, then run with --trust." });
  }
  if (skill.problem !== undefined) {
    const hint = `\`claw skills check ${skill.name}\` says what is wrong with it.`;
    throw new ClawError("CLAW_CONFIG_INVALID", `skill ${skill.name}: ${skill.problem}`, { hint });
  }
  if (by === "model" && !skill.byModel) throw new ClawError("CLAW_USAGE", `skill ${skill.name} is for the user to call, as /${skill.name}`);
  return skill;
}

/** Allows a call that the rules cover, or that only reads in the folders, unless the mode would refuse it. Of a command line the covered parts. Else no opinion. */
export async function passes(
  rules: readonly ToolRule[],
  folders: ReadonlySet<string>,
  call: ToolCall,
  scope: StepScope,
): Promise<Decision | undefined> {
  const places = call.paths.length === 0 ? [] : await (await scope.use(Workspace)).places(call, scope);
  const within = (path: string): boolean => [...folders].some((folder) => path === folder || path.startsWith(`${folder}/`));
  const reading = call.access === "read" && places.length > 0 && places.every(({ path }) => within(path.replaceAll("\\", "/")));
  if (!reading && !coveredByRules(rules, call, places, scope.session.cwd)) return (await import("./lines.ts")).passesLine(rules, call, scope);
  const mode = await scope.get("permission-mode", scope.selection["permission-mode"]);
  const opinion = await mode.decide(call, scope);
  return opinion?.verdict === "deny" ? undefined : { verdict: "allow" };
}
