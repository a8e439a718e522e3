// Listing hooks and trying them.
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { didYouMean, SHELL_HOOK_EVENTS, type ShellHook, type ShellHookEnd, type ShellHookEvent, ShellHooks, shownWhole } from "claw/kit";

export async function list(scope: TurnScope): Promise<CommandOutcome> {
  const service = await scope.use(ShellHooks);
  const [hooks, problems] = [await service.list(scope), await service.problems(scope)];
  const lines = hooks.length === 0 ? ["No hooks."] : hooks.map(lineOf);
  const wrong = problems.map((problem) => `! ${shownWhole(problem)}`);
  const data = {
    ...{ kind: "hooks", action: "list", status: problems.length === 0 ? "ok" : "degraded" },
    hooks: hooks.map((hook): Json => ({ ...hook })),
    problems: [...problems],
  };
  return { kind: "done", notice: [...lines, ...wrong].join("\n"), data };
}

/** Runs what is for the event, with a payload made up for it. Exits 1 when one failed. */
export async function rehearse(name: string, subject: string | undefined, json: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const event = eventOf(name);
  const about = subject ?? SUBJECTS[event] ?? "";
  const payload = { ...exampleOf(event, about), ...(json === undefined ? {} : parsed(json)) };
  const ends = await (await scope.use(ShellHooks)).rehearse(event, about, payload, scope);
  const failed = ends.some(({ outcome }) => outcome === "failed");
  const what = `${event}${about === "" ? "" : ` (${about})`}`;
  const notice = ends.length === 0 ? `No hook that may run is for ${what}.` : ends.map(endLine).join("\n");
  const data = {
    ...{ kind: "hooks", action: "test", status: failed ? "failed" : "ok", event, subject: about },
    ends: ends.map(({ hook, notes, ...end }): Json => ({ ...end, run: hook.run, origin: hook.origin, notes: [...notes] })),
  };
  return failed ? { kind: "exit", code: 1, notice, data } : { kind: "done", notice, data };
}

// --- internal ---

/** What matchers are tried with when nothing is said. */
const SUBJECTS: { readonly [E in ShellHookEvent]?: string } = {
  ...{ PreToolUse: "bash", PostToolUse: "bash", PostToolUseFailure: "bash", PermissionRequest: "bash", SessionStart: "startup", SessionEnd: "other" },
  ...{
    SubagentStart: "general-purpose",
    SubagentStop: "general-purpose",
    PreCompact: "auto",
    PostCompact: "auto",
    Notification: "permission_prompt",
  },
};

function eventOf(name: string): ShellHookEvent {
  const event = SHELL_HOOK_EVENTS.find((one) => one.toLowerCase() === name.toLowerCase());
  if (event !== undefined) return event;
  const hint = didYouMean(name, SHELL_HOOK_EVENTS) || `Events: ${SHELL_HOOK_EVENTS.join(", ")}.`;
  throw new ClawError("CLAW_USAGE", `there is no event ${JSON.stringify(name)}`, { hint });
}

function exampleOf(event: ShellHookEvent, subject: string): Readonly<Record<string, Json>> {
  if (/Tool|Permission/.test(event)) {
    const call = { tool_name: subject, tool_input: { command: "true" }, tool_input_json: '{"command":"true"}', tool_use_id: "test" };
    if (!event.startsWith("Post")) return call;
    const failed = event === "PostToolUseFailure";
    return { ...call, tool_output: "", tool_result_is_error: failed, tool_response: { content: "", is_error: failed } };
  }
  if (event === "UserPromptSubmit") return { prompt: "A test of hooks." };
  if (event.startsWith("Session")) return { [event === "SessionStart" ? "source" : "reason"]: subject };
  if (event.endsWith("Compact")) return { trigger: subject };
  if (event === "Notification") return { notification_type: subject, message: "A test of hooks." };
  return { stop_hook_active: false };
}

function parsed(json: string): Readonly<Record<string, Json>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, Json>>;
  } catch {}
  throw new ClawError("CLAW_USAGE", "the last word must be a JSON object, which is added to what hooks are told");
}

function lineOf(hook: ShellHook): string {
  const { event, matcher, type, run, timeoutMs, onFailure, origin, trusted, runs } = hook;
  const where = `${event}${matcher === undefined || matcher === "" ? "" : ` (${shownWhole(matcher)})`}`;
  const notes = [
    type === "http" ? "http" : "",
    `at most ${timeoutMs / 1_000} s`,
    onFailure === "continue" ? "" : `on failure: ${onFailure}`,
    runs === 0 ? "" : `ran ${runs} times`,
    trusted ? "" : "does not run: nobody has trusted this folder",
  ];
  return `${where}: ${shownWhole(run)}\n    ${shownWhole(origin)}; ${notes.filter(Boolean).join("; ")}`;
}

function endLine({ hook, outcome, reason, context, notes, ms }: ShellHookEnd): string {
  const more = [reason ?? "", context === undefined ? "" : `tells the model: ${context}`, ...notes].filter(Boolean);
  return `${outcome.padEnd(6)}  ${shownWhole(hook.run)}  (${ms} ms)${more.map((one) => `\n    ${shownWhole(one)}`).join("")}`;
}
