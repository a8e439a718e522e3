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
export interface Calls {
  readonly count: number;
  /** Takes a call whose input is complete: judges it at once, and runs it while the stream goes on if it is allowed and only reads. */
  start(call: Asked, broken?: string): void;
  /** Runs what is left, and gives every result in the model's order. */
  finish(): Promise<readonly Result[]>;
  /** Drops what has not started and waits for what has. */
  drop(): Promise<void>;
  end(finish: Finish): StepEnd;
}

/** An empty set of calls for the step that `turn` is in. */
export function createCalls(turn: Turn): Calls {
  const ids = new Set<string>();
  const ran: Promise<Result>[] = [];
  let results: readonly Result[] = [];
  let denied = 0;
  let dropped = false;
  let gate: Promise<unknown> = Promise.resolve();
  let questions: Promise<unknown> = Promise.resolve();
  /** The last call that runs alone, and what runs beside others since: nothing overtakes the one, the next to run alone awaits both. */
  let alone: Promise<unknown> = Promise.resolve();
  let beside: Promise<unknown>[] = [];
  const streamed = Promise.withResolvers<void>();

  function schedule(asked: Asked, judged: Judged): Promise<Result> {
    if ("refused" in judged) return Promise.resolve(failure(asked.id, judged.refused));
    const shared = SHARED.has(judged.call.access);
    const before = shared ? alone : Promise.all([alone, ...beside]);
    const early = shared && judged.decision.verdict === "allow";
    const work = (async (): Promise<Result> => {
      await before;
      if (!early) await streamed.promise;
      if (dropped || turn.signal.aborted) return failure(asked.id, "not run: interrupted");
      const answer = judged.decision.verdict === "ask" ? questions.then(() => permitted(turn, judged)) : announce(turn, judged);
      if (answer instanceof Promise) questions = answer;
      const reason = await answer;
      if (reason === undefined) return run(turn, judged.equipped, judged.call);
      denied += 1;
      return failure(asked.id, reason);
    })();
    if (shared) beside.push(work);
    else [alone, beside] = [work, []];
    return work;
  }
  return {
    get count() {
      return ids.size;
    },
    start(asked, broken) {
      if (ids.has(asked.id)) return;
      ids.add(asked.id);
      gate = gate.then(async () => {
        const judged = broken === undefined ? await judge(turn, asked) : { refused: broken };
        ran.push(schedule(asked, judged));
      });
    },
    async finish() {
      streamed.resolve();
      await gate;
      results = await Promise.all(ran);
      return results;
    },
    async drop() {
      dropped = true;
      streamed.resolve();
      await gate;
      await Promise.all(ran);
    },
    end: ({ stop, usage, content }) => {
      const failed = results.filter((result) => result.failed).length;
      return { calls: ids.size, failed, denied, stop, usage, message: { role: "assistant", content } };
    },
  };
}

/** Awaits foreign code until it settles, or until `graceMs` after the abort: then rejects with `CLAW_ABORTED`. */
export async function bounded<T>(work: Promise<T>, signal: AbortSignal, graceMs = GRACE_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = Promise.withResolvers<never>();
  const abort = (): void => {
    timer = setTimeout(() => over.reject(new ClawError("CLAW_ABORTED", String(signal.reason))), graceMs);
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

// --- internal ---

/** The gate. Whatever goes wrong in it refuses the call. */
async function judge(turn: Turn, asked: Asked): Promise<Judged> {
  const { host } = turn.shell;
  const scope = turn.scope!;
  try {
    const tools = turn.shell.tools();
    if (!tools.includes(asked.tool)) return { refused: `unknown tool: ${asked.tool}. Known tools: ${tools.join(", ")}` };
    const equipped = await host.equip(asked.tool);
    let call = validate(equipped, asked);
    if (host.hooks.callInput.isUsed()) {
      const rewritten = await host.hooks.callInput.promise(call, scope);
      if (rewritten !== call) call = validate(equipped, { ...asked, input: rewritten.input as Json });
    }
    freeze(call);
    const said = host.hooks.permit.isUsed() ? await host.hooks.permit.promise(call, scope) : undefined;
    if (said !== undefined) return { equipped, call, decision: said, by: host.author(said) ?? "claw" };
    const name = scope.selection["permission-mode"];
    const decision = await (await scope.get("permission-mode", name)).decide(call, scope);
    return { equipped, call, decision: decision ?? { verdict: "ask", question: `Run ${call.tool}?` }, by: `mode:${name}` };
  } catch (thrown) {
    const error = wrap(thrown, "CLAW_HOOK_FAILED");
    return { refused: error.code === "CLAW_TOOL_INPUT_INVALID" ? error.message : `not run: the permission check failed: ${error.message}` };
  }
}

function validate({ tool }: Equipped, { id, tool: name, input }: Asked): ToolCall {
  const parsed = v.safeParse(tool.input, input);
  if (!parsed.success) {
    const issues = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`);
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", `invalid input for ${name}: ${issues.join("; ")}`);
  }
  const given = parsed.output;
  return { id, tool: name, input: given, access: tool.access(given), subject: tool.subject(given), paths: tool.paths?.(given) ?? [] };
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** Announces the decision, after asking when it is to ask. Gives the reason when the call may not run. */
async function permitted(turn: Turn, judged: Passed): Promise<string | undefined> {
  const { call } = judged;
  const decision = judged.decision as Extract<Decision, { verdict: "ask" }>;
  const { ask } = turn.scope!;
  if (ask === undefined) {
    const reason = `${decision.question}; nobody can be asked, so it was refused`;
    return announce(turn, { ...judged, decision: { verdict: "deny", reason }, by: "headless" });
  }
  const choices = ["yes", ...(decision.rules === undefined ? [] : ["session", "always"]), "no"];
  const about = { call, ...(decision.rules === undefined ? {} : { rules: decision.rules }) };
  try {
    const answer = await bounded(ask.choose({ text: decision.question, choices, ...about }, turn.signal), turn.signal);
    const yes = answer.choice !== "no" && choices.includes(answer.choice);
    const reason = answer.text === undefined ? `tool '${call.tool}' denied by the user` : `denied by the user: ${answer.text}`;
    const settled: Decision = yes ? { verdict: "allow" } : { verdict: "deny", reason };
    return announce(
      turn,
      { ...judged, decision: settled, by: "user" },
      { answer: answer.choice, ...(about.rules ? { rules: about.rules } : {}) },
    );
  } catch {
    return "not run: interrupted";
  }
}

function announce(
  turn: Turn,
  { call, decision, by }: Passed,
  more: { readonly answer?: string; readonly rules?: readonly string[] } = {},
): string | undefined {
  turn.scope!.bus.emit("permission.decided", { id: call.id, tool: call.tool, subject: call.subject, decision, by, ...more });
  return decision.verdict === "deny" ? decision.reason : undefined;
}

async function run(turn: Turn, { tool, plugin }: Equipped, call: ToolCall): Promise<Result> {
  const { hooks } = turn.shell.host;
  const step = turn.scope!;
  const { id, tool: name, access, subject } = call;
  const scope: CallScope = { ...step, plugin, call, progress: (update) => step.bus.emit("call.progress", { id, update }) };
  const started = performance.now();
  step.bus.emit("call.started", { id, tool: name, access, subject, input: call.input as Json });
  let result: ToolResult;
  try {
    const base: Runner = (judged, at) => tool.run(judged.input, at);
    const runner = hooks.runner.isUsed() ? hooks.runner.call(base, call) : base;
    result = await bounded(runner(call, scope), turn.signal);
    if (hooks.callResult.isUsed()) result = await hooks.callResult.promise(result, scope);
  } catch (thrown) {
    const error = wrap(thrown, "CLAW_TOOL_FAILED", { plugin });
    const text = error.info.hint === undefined ? error.message : `${error.message}\n${error.info.hint}`;
    result = { content: [{ type: "text", text: text === "" ? error.code : text }], failed: true };
  }
  const content = result.content.map(wellFormed);
  const details = result.details === undefined ? {} : { details: result.details };
  step.bus.emit("call.ended", { id, tool: name, failed: result.failed === true, ms: performance.now() - started, content, ...details });
  return { type: "result", id, content, failed: result.failed === true };
}

/** Lone surrogates would make every later request invalid. */
export function wellFormed(block: Block): Block {
  return block.type === "text" && !block.text.isWellFormed() ? { ...block, text: block.text.toWellFormed() } : block;
}

function failure(id: string, text: string): Result {
  return { type: "result", id, content: [{ type: "text", text: text.toWellFormed() }], failed: true };
}
