// What a session that runs as an agent is held to: its tools, and its steps.
import type { Decision, Next, StepEnd, StepScope, ToolCall } from "claw";
import { Workspace } from "claw/kit";
import type { Member, Runtime } from "./member.ts";

/** Refuses what the agent's definition, or that of anyone above it, leaves out. */
export function permit(call: ToolCall, scope: StepScope, { members }: Runtime): Promise<Decision | undefined> | undefined {
  const member = members.get(scope.session.id);
  return member === undefined ? undefined : held(call, scope, member);
}

/** Ends the turn at the agent's limit of steps, and says so one step before. */
export function next(end: StepEnd, scope: StepScope, { members }: Runtime): Next | undefined {
  const member = members.get(scope.session.id);
  if (member?.maxTurns === undefined) return undefined;
  const count = member.steps.turn === scope.turn ? member.steps.count + 1 : 1;
  member.steps = { turn: scope.turn, count };
  if (end.calls === 0) return undefined;
  if (count >= member.maxTurns) return { again: false, reason: "max_turns" };
  if (count < member.maxTurns - 1) return undefined;
  return { again: true, add: [{ role: "user", content: [{ type: "text", text: LAST }] }] };
}

// --- internal ---

const LAST =
  "<system-reminder>\nYour next message is the last of this run: make no more calls in it, and answer with what you have.\n</system-reminder>";

async function held(call: ToolCall, scope: StepScope, { definition, limits }: Member): Promise<Decision | undefined> {
  if (!limits.every((limit) => limit.allows(call.tool))) return deny(`agent ${definition.name} does not have the tool ${call.tool}`);
  if (limits.every((limit) => limit.rules(call.tool) === undefined)) return undefined;
  const places = call.paths.length > 0 ? await (await scope.use(Workspace)).places(call, scope) : [];
  if ((await import("./tools.ts")).covered(limits, call, places, scope.session.cwd)) return undefined;
  return deny(`agent ${definition.name} may use ${call.tool} only as its definition says, and this call is not covered`);
}

function deny(reason: string): Decision {
  return { verdict: "deny", reason };
}
