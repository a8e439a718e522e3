// The calls of one step: the gate that each passes (validate, input hooks, permission), then running them and answering in the model's order.
import * as v from "valibot";
import type { Access, Decision, Finish, ToolCall, ToolResult } from "../contracts/contributions.ts";
import type { Block, Json } from "../contracts/message.ts";
import type { CallScope } from "../contracts/scopes.ts";
import { ClawError, wrap } from "../errors.ts";
import type { Runner, StepEnd } from "../hooks/hooks.ts";
import type { Equipped, Turn } from "./session.ts";

type Asked = Readonly<{ id: string; tool: string; input: Json }>;
type Result = Extract<Block, { type: "result" }>;
/** Past the gate: a call that may run or be asked about, or the reason why it may not. */
type Passed = Readonly<{ equipped: Equipped; call: ToolCall; decision: Decision; by: string }>;
type Judged = Passed | Readonly<{ refused: string }>;

/** How long after an abort foreign code may still take to settle, in milliseconds. */
const GRACE_MS = 1_000;
/** What may run beside other calls. */
const SHARED: ReadonlySet<Access> = new Set(["none", "read", "network"]);

/** The calls of one step. */
export class Calls {
  readonly #turn: Turn;
  readonly #ids = new Set<string>();
  readonly #ran: Promise<Result>[] = [];
  readonly #streamed = Promise.withResolvers<void>();
  #results: readonly Result[] = [];
  #denied = 0;
  #dropped = false;
  #gate: Promise<unknown> = Promise.resolve();
  #questions: Promise<unknown> = Promise.resolve();
  /** The last call that runs alone, and what runs beside others since: nothing overtakes the one, the next to run alone awaits both. */
  #alone: Promise<unknown> = Promise.resolve();
  #beside: Promise<unknown>[] = [];
  constructor(turn: Turn) {
    this.#turn = turn;
  }

  get count(): number {
    return this.#ids.size;
  }
  /** Takes a call whose input is complete: judges it at once, and runs it while the stream goes on if it is allowed and only reads. */
  start(asked: Asked, broken?: string): void {
    if (this.#ids.has(asked.id)) return;
    this.#ids.add(asked.id);
    this.#gate = this.#gate.then(async () => {
      const judged = broken === undefined ? await judge(this.#turn, asked) : { refused: broken };
      this.#ran.push("refused" in judged ? Promise.resolve(failure(asked.id, judged.refused)) : this.#schedule(judged));
    });
  }
  /** Runs what is left, and gives every result in the model's order. After `drop`, what has not started stays unrun. */
  async finish(): Promise<readonly Result[]> {
    this.#streamed.resolve();
    await this.#gate;
    this.#results = await Promise.all(this.#ran);
    return this.#results;
  }
  async drop(): Promise<void> {
    this.#dropped = true;
    await this.finish();
  }
  end({ stop, usage, content }: Finish): StepEnd {
    const failed = this.#results.filter((result) => result.failed).length;
    return { calls: this.count, failed, denied: this.#denied, stop, usage, message: { role: "assistant", content } };
  }

  #schedule(passed: Passed): Promise<Result> {
    const shared = SHARED.has(passed.call.access);
    const before = shared ? this.#alone : Promise.all([this.#alone, ...this.#beside]);
    const early = shared && passed.decision.verdict === "allow";
    const work = before.then(() => (early ? undefined : this.#streamed.promise)).then(() => this.#perform(passed));
    if (shared) this.#beside.push(work);
    else [this.#alone, this.#beside] = [work, []];
    return work;
  }
  async #perform(passed: Passed): Promise<Result> {
    const { id } = passed.call;
    if (this.#dropped || this.#turn.signal.aborted) return failure(id, "not run: interrupted");
    const asking = passed.decision.verdict === "ask" ? this.#questions.then(() => ask(this.#turn, passed, passed.decision)) : undefined;
    this.#questions = asking ?? this.#questions;
    const reason = await (asking ?? announce(this.#turn, passed));
    if (reason === undefined) return run(this.#turn, passed);
    this.#denied += 1;
    return failure(id, reason);
  }
}

/** Awaits foreign code until it settles, or until `graceMs` after the abort: then rejects with `CLAW_ABORTED`. */
export async function bounded<T>(work: Promise<T>, signal: AbortSignal, graceMs = GRACE_MS): Promise<T> {
  const over = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const abort = (): void => {
    timer = setTimeout(() => over.reject(new ClawError("CLAW_ABORTED", String(signal.reason))), graceMs);
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, over.promise]).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}
/** Lone surrogates would make every later request invalid. */
export function wellFormed(block: Block): Block {
  return block.type === "text" && !block.text.isWellFormed() ? { ...block, text: block.text.toWellFormed() } : block;
}

// --- internal ---

/** The gate. Whatever goes wrong in it refuses the call. */
async function judge(turn: Turn, asked: Asked): Promise<Judged> {
  const { host } = turn.shell;
  const scope = turn.scope!;
  const tools = turn.shell.tools();
  if (!tools.includes(asked.tool)) return { refused: `unknown tool: ${asked.tool}. Known tools: ${tools.join(", ")}` };
  try {
    const equipped = await host.equip(asked.tool);
    let call = validate(equipped, asked);
    const rewritten = host.hooks.callInput.isUsed() ? await host.hooks.callInput.promise(call, scope) : call;
    if (rewritten !== call) call = validate(equipped, { ...asked, input: rewritten.input as Json });
    freeze(call);
    const said = host.hooks.permit.isUsed() ? await host.hooks.permit.promise(call, scope) : undefined;
    if (said !== undefined) return { equipped, call, decision: said, by: host.author(said) ?? "claw" };
    const mode = await scope.get("permission-mode", scope.selection["permission-mode"]);
    const decision = (await bounded(Promise.resolve(mode.decide(call, scope)), turn.signal)) ?? {
      verdict: "ask",
      question: `Run ${call.tool}?`,
    };
    return { equipped, call, decision, by: `mode:${mode.name}` };
  } catch (thrown) {
    const { code, message } = wrap(thrown, "CLAW_HOOK_FAILED");
    return { refused: code === "CLAW_TOOL_INPUT_INVALID" ? message : `not run: the permission check failed: ${message}` };
  }
}
function validate({ tool }: Equipped, { id, tool: name, input }: Asked): ToolCall {
  const { success, output, issues = [] } = v.safeParse(tool.input, input);
  if (success)
    return { id, tool: name, input: output, access: tool.access(output), subject: tool.subject(output), paths: tool.paths?.(output) ?? [] };
  const problems = issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`).join("; ");
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", `invalid input for ${name}: ${problems}`);
}
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  for (const part of Object.values(Object.freeze(value))) freeze(part);
}

/** Asks, then announces what was decided. Gives the reason when the call may not run. */
async function ask(turn: Turn, passed: Passed, asked: Decision): Promise<string | undefined> {
  if (asked.verdict !== "ask") return undefined;
  const { call } = passed;
  const { question: text, rules } = asked;
  const person = turn.scope!.ask;
  const refusal = { verdict: "deny", reason: `${text}; nobody can be asked, so it was refused` } as const;
  if (person === undefined) return announce(turn, { ...passed, decision: refusal, by: "headless" });
  const choices = ["yes", ...(rules === undefined ? [] : ["session", "always"]), "no"];
  const kept = rules === undefined ? {} : { rules };
  const answer = await bounded(person.choose({ text, choices, call, ...kept }, turn.signal), turn.signal).catch(() => undefined);
  if (answer === undefined) return "not run: interrupted";
  const reason = answer.text === undefined ? `tool '${call.tool}' denied by the user` : `denied by the user: ${answer.text}`;
  const allowed = answer.choice !== "no" && choices.includes(answer.choice);
  const decision: Decision = allowed ? { verdict: "allow" } : { verdict: "deny", reason };
  return announce(turn, { ...passed, decision, by: "user" }, { answer: answer.choice, ...kept });
}
function announce(
  turn: Turn,
  { call, decision, by }: Passed,
  more: Readonly<{ answer?: string; rules?: readonly string[] }> = {},
): string | undefined {
  const { id, tool, subject } = call;
  turn.scope!.bus.emit("permission.decided", { id, tool, subject, decision, by, ...more });
  return decision.verdict === "deny" ? decision.reason : undefined;
}

async function run(turn: Turn, { equipped: { tool, plugin }, call }: Passed): Promise<Result> {
  const { hooks } = turn.shell.host;
  const { id, tool: name, access, subject } = call;
  const { bus } = turn.scope!;
  const scope: CallScope = { ...turn.scope!, plugin, call, progress: (update) => bus.emit("call.progress", { id, update }) };
  const started = performance.now();
  bus.emit("call.started", { id, tool: name, access, subject, input: call.input as Json });
  let result: ToolResult;
  try {
    const base: Runner = (judged, at) => tool.run(judged.input, at);
    const runner = hooks.runner.isUsed() ? hooks.runner.call(base, call) : base;
    result = await bounded(runner(call, scope), turn.signal);
    if (hooks.callResult.isUsed()) result = await hooks.callResult.promise(result, scope);
  } catch (thrown) {
    const { code, message, info } = wrap(thrown, "CLAW_TOOL_FAILED", { plugin });
    result = { content: [{ type: "text", text: [message || code, info.hint].filter(Boolean).join("\n") }], failed: true };
  }
  const { failed = false, details } = result;
  const content = result.content.map(wellFormed);
  bus.emit("call.ended", {
    id,
    tool: name,
    failed,
    ms: performance.now() - started,
    content,
    ...(details === undefined ? {} : { details }),
  });
  return { type: "result", id, content, failed };
}
function failure(id: string, text: string): Result {
  return { type: "result", id, content: [{ type: "text", text: text.toWellFormed() }], failed: true };
}
