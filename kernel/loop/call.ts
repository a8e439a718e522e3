// The calls of one step: the gate that each passes (validate, input hooks, permission), then running them and answering in the model's order.
import * as v from "valibot";
import type { Bus } from "../bus/events.ts";
import type { Access, Block, Decision, Finish, Json, Tool, ToolCall, ToolResult } from "../contracts/contributions.ts";
import type { CallScope, StepScope } from "../contracts/plugin.ts";
import { ClawError, wrap } from "../errors.ts";
import type { Hooks, Runner, StepEnd } from "../hooks/hooks.ts";

/** A tool, with its plugin. */
export type Equipped = Readonly<{ tool: Tool; plugin: string }>;
/** What calls need of the host. `author` is the plugin whose tap gave this very value. */
export type CallHost = Readonly<{ hooks: Hooks; author(value: object): string | undefined; equip(name: string): Promise<Equipped> }>;
/** The step that calls belong to. `tools` are the names it may use. */
type Step = Readonly<{ host: CallHost; scope: StepScope; tools: readonly string[] }>;
type Asked = Readonly<{ id: string; tool: string; input: Json }>;
type Result = Extract<Block, { type: "result" }>;
/** A call past the gate: allowed, denied, or to be asked about. */
type Judged = Readonly<{ equipped: Equipped; call: ToolCall; decision: Decision; by: string }>;
const SHARED: ReadonlySet<Access> = new Set(["none", "read", "network"]);
const INTERRUPTED = "not run: interrupted";
/** The calls of a step. */
export type Calls = ReturnType<typeof createCalls>;
/** The calls of a step that begins. */
export function createCalls(step: Step) {
  const { signal } = step.scope;
  const ids = new Set<string>();
  const ran: Promise<Result>[] = [];
  const streamed = Promise.withResolvers<void>();
  let results: readonly Result[] = [];
  let [denied, dropped] = [0, false];
  let [gate, questions]: [Promise<unknown>, Promise<unknown>] = [Promise.resolve(), Promise.resolve()];
  // The last call that runs alone, and what runs beside others since: nothing overtakes the one, the next to run alone awaits both.
  let [alone, beside]: [Promise<unknown>, Promise<unknown>[]] = [Promise.resolve(), []];
  function schedule(judged: Judged): Promise<Result> {
    const shared = SHARED.has(judged.call.access);
    const early = shared && judged.decision.verdict === "allow";
    const before = shared ? alone : Promise.all([alone, ...beside]);
    const work = before.then(() => (early ? undefined : streamed.promise)).then(() => perform(judged));
    if (shared) beside.push(work);
    else [alone, beside] = [work, []];
    return work;
  }
  async function perform(judged: Judged): Promise<Result> {
    if (dropped || signal.aborted) return failure(judged.call.id, INTERRUPTED);
    const asks = judged.decision.verdict === "ask";
    const settled = asks ? questions.then(() => settle(step.scope, judged)) : settle(step.scope, judged);
    if (asks) questions = settled;
    const reason = await settled;
    if (reason === undefined) return run(step, judged);
    denied += 1;
    return failure(judged.call.id, reason);
  }
  /** Runs what is left, and gives every result in the model's order. */
  async function finish(): Promise<readonly Result[]> {
    streamed.resolve();
    await gate;
    results = await Promise.all(ran);
    return results;
  }
  return {
    count: () => ids.size,
    /** Takes a call whose input is complete: judges it at once, and runs it while the stream goes on if it is allowed and only reads. */
    start(asked: Asked, broken?: string): void {
      if (ids.has(asked.id)) return;
      ids.add(asked.id);
      gate = gate.then(async () => {
        const judged = broken ?? (await bounded(judge(step, asked), signal).catch(() => INTERRUPTED));
        ran.push(typeof judged === "string" ? Promise.resolve(failure(asked.id, judged)) : schedule(judged));
      });
    },
    finish,
    /** Like `finish`, but what has not started stays unrun. */
    drop(): Promise<unknown> {
      dropped = true;
      return finish();
    },
    end({ stop, usage, content }: Finish): StepEnd {
      const failed = results.filter((result) => result.failed).length;
      return { calls: ids.size, failed, denied, stop, usage, message: { role: "assistant", content } };
    },
  };
}
/** Awaits foreign code until it settles, or until `graceMs` after the abort: then rejects with `CLAW_ABORTED`. */
export async function bounded<T>(work: Promise<T>, signal: AbortSignal, graceMs = 1_000): Promise<T> {
  const over = Promise.withResolvers<never>();
  const timers: ReturnType<typeof setTimeout>[] = [];
  const abort = () => void timers.push(setTimeout(() => over.reject(new ClawError("CLAW_ABORTED", String(signal.reason))), graceMs));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, over.promise]).finally(() => {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}
/** Lone surrogates would make every later request invalid. */
export const wellFormed = (block: Block): Block =>
  block.type === "text" && !block.text.isWellFormed() ? { ...block, text: block.text.toWellFormed() } : block;
/** The result of a call that did not run, or failed. */
export function failure(id: string, text: string): Result {
  return { type: "result", id, content: [{ type: "text", text: text.toWellFormed() }], failed: true };
}
// --- internal ---
/** The gate. Whatever goes wrong in it refuses the call: then it gives the reason for the model. */
async function judge({ host, scope, tools }: Step, asked: Asked): Promise<Judged | string> {
  const { hooks, equip, author } = host;
  if (!tools.includes(asked.tool)) return `unknown tool: ${asked.tool}. Known tools: ${tools.join(", ")}`;
  try {
    const equipped = await equip(asked.tool);
    let call = validate(equipped, asked);
    const rewritten = await hooks.callInput.promise(call, scope);
    if (rewritten !== call) call = validate(equipped, { ...asked, input: rewritten.input as Json });
    freeze(call);
    const said = await hooks.permit.promise(call, scope);
    if (said !== undefined) return { equipped, call, decision: said, by: author(said) ?? "claw" };
    const mode = await scope.get("permission-mode", scope.selection["permission-mode"]);
    const opinion = await mode.decide(call, scope);
    return { equipped, call, decision: opinion ?? { verdict: "ask", question: `Run ${call.tool}?` }, by: `mode:${mode.name}` };
  } catch (thrown) {
    const { code, message } = wrap(thrown, "CLAW_HOOK_FAILED");
    return code === "CLAW_TOOL_INPUT_INVALID" ? message : `not run: the permission check failed: ${message}`;
  }
}
function validate({ tool }: Equipped, { id, tool: name, input }: Asked): ToolCall {
  const { success, output, issues = [] } = v.safeParse(tool.input, input);
  const said = issues.map((one) => `${v.getDotPath(one) ?? "input"}: ${one.expected === "never" ? "unknown key" : one.message}`);
  if (!success) throw new ClawError("CLAW_TOOL_INPUT_INVALID", `invalid input for ${name}: ${said.join("; ")}`);
  return { id, tool: name, input: output, access: tool.access(output), subject: tool.subject(output), paths: tool.paths?.(output) ?? [] };
}
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  for (const part of Object.values(Object.freeze(value))) freeze(part);
}
/** Asks if need be, and announces what was decided. Gives the reason when the call may not run. */
async function settle({ ask, signal, bus }: StepScope, judged: Judged): Promise<string | undefined> {
  const { call, decision } = judged;
  if (decision.verdict !== "ask") return announce(bus, judged);
  const { question: text, rules } = decision;
  const refusal = { verdict: "deny", reason: `${text}; nobody can be asked, so it was refused` } as const;
  if (ask === undefined) return announce(bus, { call, decision: refusal, by: "headless" });
  const choices = ["yes", ...(rules ? ["session", "always"] : []), "no"];
  const kept = rules && { rules };
  const answer = await bounded(ask.choose({ text, choices, call, ...kept }, signal), signal).catch(() => undefined);
  if (answer === undefined) return INTERRUPTED;
  const allowed = answer.choice !== "no" && choices.includes(answer.choice);
  const reason = answer.text === undefined ? `tool '${call.tool}' denied by the user` : `denied by the user: ${answer.text}`;
  const settled: Decision = allowed ? { verdict: "allow" } : { verdict: "deny", reason };
  return announce(bus, { call, decision: settled, by: "user" }, { answer: answer.choice, ...kept });
}
function announce(bus: Bus, { call, decision, by }: Omit<Judged, "equipped">, more?: Readonly<{ answer: string; rules?: readonly string[] }>) {
  bus.emit("permission.decided", { id: call.id, tool: call.tool, subject: call.subject, decision, by, ...more });
  const { reason = `denied by ${by}` } = decision as { readonly reason?: string };
  return decision.verdict === "allow" ? undefined : reason;
}
async function run({ host: { hooks }, scope: { bus, ...step } }: Step, { equipped: { tool, plugin }, call }: Judged): Promise<Result> {
  const { id, tool: name, access, subject } = call;
  const scope: CallScope = { ...step, bus, plugin, call, progress: (update) => bus.emit("call.progress", { id, update }) };
  const started = performance.now();
  bus.emit("call.started", { id, tool: name, access, subject, input: call.input as Json });
  const told = (thrown: unknown): ToolResult => {
    const { code, message, info } = wrap(thrown, "CLAW_TOOL_FAILED", { plugin });
    return failure(id, code === "CLAW_ABORTED" ? "interrupted before it was done" : [message || code, info.hint].filter(Boolean).join("\n"));
  };
  const base: Runner = (judged, at) => tool.run(judged.input, at);
  const work = async () => hooks.callResult.promise(await Promise.try(() => hooks.runner.call(base, call)(call, scope)).catch(told), scope);
  const { failed = false, details, content: said } = await bounded(work(), scope.signal).catch(told);
  const content = said.map(wellFormed);
  bus.emit("call.ended", { id, tool: name, failed, ms: performance.now() - started, content, ...(details !== undefined && { details }) });
  return { type: "result", id, content, failed };
}
