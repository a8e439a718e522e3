// Leaving plan mode: the user sees the plan and says yes, or no and why.
import { type CallScope, ClawError, type Session, type ToolResult, type TurnScope } from "claw";
import { Agents, clip, PlanMode } from "claw/kit";

/** Without anybody to ask, only a session that went into plan mode by itself gets back, and no further than where it was. */
export async function run(given: string | undefined, scope: CallScope): Promise<ToolResult> {
  const { ask, session, signal } = scope;
  const modes = await scope.use(PlanMode);
  if (!(await modes.entered(scope))) return said("Plan mode is not on: there is nothing to leave. Go on.", { left: false });
  const before = modes.before(session.id);
  if (before === undefined && (await nested(scope))) throw refused("A sub-agent cannot end the plan mode of whoever started it.");
  if (ask === undefined) {
    if (before === undefined) throw refused("Nobody can approve the plan in this run, which was started in plan mode.");
    return leave(scope, before, "Nobody can be asked, so the plan is yours to carry out.");
  }
  const plan = given?.trim() || lastText(session);
  if (plan === "") throw new ClawError("CLAW_TOOL_INPUT_INVALID", "There is no plan to show. Call again with the plan as plan.");
  const target = before ?? (await standing(scope));
  const edits = await canonical(scope, "accept-edits");
  const choices = ["yes", ...(edits === undefined || edits === target ? [] : [EDITS]), "no"];
  const text = `${clip(plan, SHOWN)}\n\nLeave plan mode and carry out this plan? With yes, the permission mode is ${target}.`;
  const answer = await ask.choose({ text, choices }, signal);
  if (answer.choice === "yes") return leave(scope, target, "The user approved the plan.");
  if (answer.choice === EDITS && edits !== undefined) return leave(scope, edits, "The user approved the plan, edits included.");
  const why = answer.text === undefined || answer.text.trim() === "" ? "." : `: ${answer.text.trim()}`;
  const kept = `The user did not approve the plan${why}\nPlan mode stays on. Change the plan, then call ExitPlanMode again.`;
  return { ...said(kept, { left: false }), failed: true };
}

// --- internal ---

const EDITS = "yes, accept edits";
const SHOWN = 20_000;

function leave(scope: CallScope, mode: string, why: string): ToolResult {
  scope.select({ "permission-mode": mode });
  return said(`${why} Plan mode is off; from your next message the permission mode is ${mode}. Carry out the plan.`, { left: true, mode });
}

/** Without sub-agents there is no session of one. */
async function nested({ session, use }: CallScope): Promise<boolean> {
  return use(Agents).then(
    (agents) => agents.nested(session.id),
    () => false,
  );
}

function said(text: string, details: { readonly left: boolean; readonly mode?: string }): ToolResult {
  return { content: [{ type: "text", text: text.toWellFormed() }], details };
}

function refused(why: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", `${why} Plan mode stays on.`, { hint: "Do not try again: give the plan as your answer." });
}

/** What the model said last, before the message that is under way. */
function lastText({ messages }: Session): string {
  const said = messages.findLast(({ role, content }) => role === "assistant" && content.some((block) => block.type === "text"));
  return (said?.content ?? [])
    .flatMap((block) => (block.type === "text" ? [block.text] : []))
    .join("")
    .trim();
}

/** The mode of a session that was started in plan mode, once it is left: the highest that settings name besides plan, else claw's default. */
async function standing(scope: TurnScope): Promise<string> {
  const plan = await canonical(scope, "plan");
  const named = scope.settings("permissionMode").map(({ value, trusted }) => (trusted ? value : undefined));
  const nested = scope.settings("permissions").map(({ value, trusted }) => (trusted ? defaultMode(value) : undefined));
  for (const name of [...nested, ...named].reverse()) {
    const mode = typeof name === "string" ? await canonical(scope, name) : undefined;
    if (mode !== undefined && mode !== plan) return mode;
  }
  return (await canonical(scope, "workspace-write")) ?? (await scope.get("permission-mode", "default")).name;
}

function defaultMode(permissions: unknown): unknown {
  return (permissions as { readonly defaultMode?: unknown } | null | undefined)?.defaultMode;
}

/** A mode's own name, when there is such a mode. */
async function canonical({ get }: TurnScope, name: string): Promise<string | undefined> {
  return get("permission-mode", name).then(
    (mode) => mode.name,
    () => undefined,
  );
}
