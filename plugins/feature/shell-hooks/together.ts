// All hooks of one event, run side by side, and what they come to together: deny beats ask beats allow.
import type { Json, ToolCall, TurnScope } from "claw";
import type { ShellHookEnd, ShellHookEvent } from "claw/kit";
import type { Book } from "./book.ts";
import { type Finding, findingOf } from "./decision.ts";
import { execute, type Payload } from "./execute.ts";
import type { Hook } from "./read.ts";

/** What the hooks of an event said together. `input` is the last of those that replace a call's. */
export interface Together {
  readonly outcome: "none" | "allow" | "ask" | "deny";
  readonly reason: string;
  readonly context: readonly string[];
  readonly input?: Json;
  readonly stop: boolean;
}
export const SILENT: Together = { outcome: "none", reason: "", context: [], stop: false };

export interface Occasion {
  readonly event: ShellHookEvent;
  /** What matchers look at; absent where they mean nothing. */
  readonly subject?: string;
  readonly payload: Payload;
  /** The call it is about. */
  readonly call?: string;
}

/** Runs what is due. Never rejects: a hook that fails is told of, and does what its `onFailure` says. */
export async function runTogether({ event, subject, payload, call }: Occasion, scope: TurnScope, book: Book): Promise<Together> {
  const due = await book.due(event, subject, scope);
  if (due.length === 0) return SILENT;
  const ends = await Promise.all(due.map((hook) => runOne(hook, { ...common(event, scope), ...payload }, scope, book)));
  for (const { hook, finding, ms } of ends) announce(hook, finding, ms, call, scope);
  const outcomes = ends.map(({ hook, finding }) => ({ ...finding, outcome: settled(hook, finding) }));
  const first = (["deny", "ask", "allow"] as const)
    .map((outcome) => outcomes.find((one) => one.outcome === outcome))
    .find((one) => one !== undefined);
  const input = outcomes.findLast((one) => one.input !== undefined)?.input;
  return {
    outcome: (first?.outcome ?? "none") as Together["outcome"],
    reason: first?.reason ?? "",
    context: outcomes.flatMap((one) => (one.context === undefined ? [] : [one.context])),
    stop: outcomes.some((one) => one.stop === true),
    ...(input === undefined ? {} : { input }),
  };
}

/** The same with every end by itself, and nothing comes of it. */
export async function rehearse({ event, subject, payload }: Occasion, scope: TurnScope, book: Book): Promise<readonly ShellHookEnd[]> {
  const due = await book.due(event, subject, scope);
  const ends = await Promise.all(due.map((hook) => runOne(hook, { ...common(event, scope), ...payload }, scope, book)));
  const list = await book.list(scope);
  return ends.flatMap(({ hook, finding: { outcome, reason, context, notes }, ms }) => {
    const listed = list.find((one) => one.event === hook.event && one.run === hook.run && one.origin === hook.origin);
    const said = { ...(reason === undefined ? {} : { reason }), ...(context === undefined ? {} : { context }) };
    return listed === undefined ? [] : [{ hook: listed, outcome, notes, ms, ...said }];
  });
}

/** What every hook is told. */
export function common(event: ShellHookEvent, { session, selection }: TurnScope): Payload {
  return {
    ...{ session_id: session.id, transcript_path: session.path ?? "", cwd: session.cwd, permission_mode: selection["permission-mode"] },
    hook_event_name: event,
  };
}

/** What hooks are told of a call. */
export function about({ id, tool, input }: ToolCall): Payload {
  return { tool_name: tool, tool_input: input as Json, tool_input_json: JSON.stringify(input), tool_use_id: id };
}

/** A call's result. */
export function occasionOf(event: "PostToolUse" | "PostToolUseFailure", call: ToolCall, output: string): Occasion {
  const failed = event === "PostToolUseFailure";
  const payload = { ...about(call), tool_output: output, tool_result_is_error: failed, tool_response: { content: output, is_error: failed } };
  return { event, subject: call.tool, payload: failed ? { ...payload, tool_error: output, error: output } : payload, call: call.id };
}

// --- internal ---

async function runOne(hook: Hook, payload: Payload, scope: TurnScope, book: Book) {
  const started = performance.now();
  book.count(hook);
  const finding = findingOf(hook.event, await execute(hook, payload, scope));
  return { hook, finding, ms: Math.round(performance.now() - started) };
}

function settled(hook: Hook, { outcome }: Finding): Together["outcome"] {
  if (outcome !== "failed") return outcome;
  return hook.onFailure === "continue" ? "none" : hook.onFailure;
}

function announce(hook: Hook, { outcome, reason, notes }: Finding, ms: number, call: string | undefined, { bus }: TurnScope): void {
  const { event, run, origin } = hook;
  const counts = outcome === "failed" && hook.onFailure !== "continue" ? hook.onFailure : outcome;
  const more = { ...(call === undefined ? {} : { call }), ...(reason === undefined ? {} : { reason }) };
  bus.emit("hook.ended", { event, hook: run, origin, outcome: counts, ms, ...more });
  for (const text of notes) bus.emit("notice.raised", { level: "info", text });
  if (outcome !== "failed") return;
  const so = hook.onFailure === "continue" ? "passed over" : hook.onFailure === "deny" ? "so it denies" : "so it is asked about";
  bus.emit("notice.raised", {
    level: "warn",
    text: `The ${event} hook \`${run}\` failed and is ${so}: ${reason ?? ""}`.replace("failed and is so", "failed, so"),
  });
}
