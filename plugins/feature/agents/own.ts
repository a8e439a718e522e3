// The user's own session run as an agent, as `--agent` says: its prompt, its tools, its model.
import { ClawError, type Draft, type Options, type PluginStatus, type TurnScope } from "claw";
import { NO_USAGE } from "claw/kit";
import { findAgent, listAgents } from "./definitions.ts";
import type { Member } from "./member.ts";
import { modeOf } from "./run.ts";
import { equip } from "./tools.ts";

/** Throws `CLAW_USAGE` for a name that no definition has. */
export function ownMember(name: string, scope: TurnScope, plugins: readonly PluginStatus[]): Member {
  const definition = findAgent(name, listAgents(scope, plugins), "CLAW_USAGE");
  const { maxTurns } = definition;
  const work = { steps: 0, calls: 0, usage: NO_USAGE, cost: 0, moved: () => undefined };
  const limits = [equip(definition)];
  return { definition, level: 0, limits, work, steps: { turn: 0, count: 0 }, ...(maxTurns === undefined ? {} : { maxTurns }) };
}

/** Takes the model that the definition names, unless the command line names one, and its permission mode where that is stricter. */
export async function select({ definition }: Member, scope: TurnScope): Promise<void> {
  const mode = await modeOf(definition, scope);
  if (mode !== scope.selection["permission-mode"]) scope.select({ "permission-mode": mode });
  const { model } = definition;
  if (model === undefined || typeof scope.options["model"] === "string") return;
  const provider = await scope.get("provider", scope.selection.provider);
  const known = await provider.resolve(model).catch((thrown: unknown) => {
    if (thrown instanceof ClawError && thrown.code === "CLAW_MODEL_UNKNOWN") return undefined;
    throw thrown;
  });
  if (known !== undefined) scope.select({ model: known.id });
  else {
    const text = `Agent ${definition.name} wants the model ${model}, which ${provider.name} does not know; ${scope.selection.model} is used.`;
    scope.bus.emit("notice.raised", { level: "warn", text });
  }
}

/** The agent's prompt in the default one's place; a prompt the user gave follows it. */
export function drafted(draft: Draft, { definition, limits }: Member, options: Options): Draft {
  const rest = typeof options["system-prompt"] === "string" ? draft.system : draft.system.slice(1);
  const tools = draft.tools.filter((tool) => limits.every((limit) => limit.allows(tool)));
  return { ...draft, system: [definition.prompt, ...rest], tools };
}
