// The turn: does the work each state of the machine asks for, and reports what came of it. It decides nothing else.
import { safeParse } from "valibot";
import type { Bus } from "../bus/events.ts";
import type { Command, CommandOutcome, Draft, Finish, Input, Message, Model, Request, TurnOutcome, Usage } from "../contracts/contributions.ts";
import type { PluginScope, Selection, Shell, StepScope, TurnScope } from "../contracts/plugin.ts";
import { ClawError, wrap } from "../errors.ts";
import { bounded, type CallHost, type Calls, createCalls, failure, wellFormed } from "./call.ts";
import { type LoopSignal, type LoopState, move } from "./state.ts";

type Settling = Readonly<{ settle(selection: Selection): Selection; bus(at: { turn?: number; step?: number }): Bus }>;
/** What a session needs of the host. `scope` has its folder's settings; `start` activates what cannot wait; `settle` puts names for aliases. */
export type LoopHost = CallHost & Settling & Readonly<{ scope: PluginScope; start(): Promise<void> }>;
/** A session as the loop has it. `tools` are the names it may use; `scope` has the selection, `draft` what a request would carry, of this moment. */
export interface LoopShell extends Shell, Readonly<{ host: LoopHost; steering: Input[]; tools(): readonly string[] }> {
  scope(turn: number, signal: AbortSignal): TurnScope;
  draft(scope: StepScope): Promise<Draft>;
  /** Awaits an append; a store that fails is announced, not thrown: the session goes on in memory. */
  keep(work: Promise<void>): Promise<void>;
}
type Progress = { step: number; last: Usage; outcome: TurnOutcome; scope?: StepScope; request?: Request; calls?: Calls; finish?: Finish };
/** One turn under way. `last` is the usage of the last request, of this turn or the one before: what compactors judge by. */
export type Turn = Progress & Readonly<{ shell: LoopShell; number: number; signal: AbortSignal; bus: Bus; input: Input }>;
type Work = { readonly [S in Exclude<LoopState, "idle">]: (turn: Turn) => Promise<LoopSignal> };
/** The work of each state. What it throws is the signal `error`. */
const WORK: Work = { routing: route, preparing: prepare, streaming: stream, calling: call, deciding: decide, recovering: recover, ending: end };
/** Runs one turn to its end. Never rejects: what went wrong is in its outcome. */
export async function runTurn(turn: Turn): Promise<void> {
  turn.bus.emit("turn.started", { text: turn.input.text });
  for (let state = move("idle", "input"); state !== "idle"; ) {
    let signal = await WORK[state](turn).catch((thrown: unknown): LoopSignal => {
      turn.outcome = { kind: "failed", error: wrap(thrown, "CLAW_BUG") };
      return state === "ending" ? "ended" : "error";
    });
    if (turn.signal.aborted && state !== "ending") {
      signal = "abort";
      turn.outcome = { kind: "aborted", reason: String(turn.signal.reason) };
    }
    const next = move(state, signal);
    turn.bus.emit("loop.moved", { from: state, to: next });
    state = next;
  }
}
/** Parses `words` by the command's own schema, then runs it. Throws `CLAW_USAGE`. */
export async function runCommand(command: Command, words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const parsed = safeParse(command.args, words);
  if (parsed.success) return command.run(parsed.output, scope);
  const problem = [...new Set(parsed.issues.map((issue) => issue.message))].join("; ");
  throw new ClawError("CLAW_USAGE", `${command.name}: ${problem}`, { hint: `See \`claw help ${command.name}\`.` });
}
/** The model that a scope's selection means. */
export const resolve = async ({ get, selection }: TurnScope): Promise<Model> => (await get("provider", selection.provider)).resolve(selection.model);
// --- internal ---
async function route(turn: Turn): Promise<LoopSignal> {
  const { shell, bus, input } = turn;
  const scope = shell.scope(turn.number, turn.signal);
  const to = (await shell.host.hooks.route.promise(input, scope)) ?? { to: "prompt", input };
  if (to.to === "handled") return "handled";
  const outcome = to.to === "command" ? await runCommand(to.command, to.words, scope) : undefined;
  if (outcome !== undefined && outcome.kind !== "prompt") {
    if (outcome.notice !== undefined) bus.emit("notice.raised", { level: "info", text: outcome.notice });
    if (outcome.kind === "exit") turn.outcome = { kind: "exit", code: outcome.code };
    return "handled";
  }
  // The model is settled before anything is kept: a run that cannot send leaves nothing behind.
  await resolve(shell.scope(turn.number, turn.signal));
  await answerOrphans(turn);
  await add(turn, say(to.to === "prompt" ? to.input : { text: outcome?.text ?? "" }));
  return "prompt";
}
/** Folds the session when its compactor says so, then makes the request. */
async function prepare(turn: Turn): Promise<LoopSignal> {
  const { shell, number, signal, bus } = turn;
  const { host, session } = shell;
  const base = shell.scope(number, signal);
  const model = await resolve(base);
  turn.step += 1;
  turn.scope = { ...base, bus: host.bus({ turn: number, step: turn.step }), step: turn.step, model };
  // One that cannot be activated has been announced, and is done without.
  const compactor = await base.get("compactor", base.selection.compactor).catch((error: ClawError) => {
    if (error.code === "CLAW_CONTRIBUTION_MISSING") throw error;
  });
  if (compactor?.due(session, model, turn.last)) {
    const compaction = await compactor.compact(session, turn.scope);
    if (compaction.dropped > 0) await shell.keep(session.fold(compaction, compactor.name));
    if (compaction.dropped > 0) bus.emit("session.compacted", { dropped: compaction.dropped, by: compactor.name });
  }
  const { system, messages, tools } = await shell.draft(turn.scope);
  // One whose plugin fails has been announced, and is done without.
  const specs = (await Promise.allSettled(tools.map(base.spec))).flatMap((one) => ("value" in one ? one.value : []));
  const request = { model, system, messages, tools: specs, maxOutput: model.maxOutput, options: {} };
  turn.request = host.hooks.request.call(request, turn.scope);
  return "prepared";
}
/** Sends the request and takes its parts: text is announced, a call is judged at once, and the message is kept. */
async function stream(turn: Turn): Promise<LoopSignal> {
  const { signal, shell } = turn;
  const [request, scope, hook] = [turn.request!, turn.scope!, shell.host.hooks.part];
  const { id: model, price } = request.model;
  const calls = createCalls({ host: shell.host, scope, tools: shell.tools() });
  turn.calls = calls;
  scope.bus.emit("step.started", { model });
  const started = performance.now();
  let text = "";
  async function consume(): Promise<Finish> {
    let finish: Finish | undefined;
    const provider = await scope.get("provider", scope.selection.provider);
    for await (const sent of provider.stream(request, signal)) {
      signal.throwIfAborted();
      const part = hook.isUsed() ? hook.call(sent, scope) : sent;
      if (part.type === "finish") finish = part;
      else if (part.type === "call") calls.start(part);
      else scope.bus.emit(`${part.type}.delta`, { delta: part.delta });
      if (part.type === "text") text += part.delta;
    }
    if (finish === undefined) throw new ClawError("CLAW_PROVIDER_UNAVAILABLE", "the provider's stream ended without its last part");
    return finish;
  }
  try {
    turn.finish = await bounded(consume(), signal);
  } finally {
    // What was already said is kept when the user stops the model in the middle of it.
    if (signal.aborted && text.trim() !== "") await add(turn, { role: "assistant", content: [{ type: "text", text: text.toWellFormed() }] });
  }
  signal.throwIfAborted();
  const { usage, stop, broken } = turn.finish;
  turn.last = usage;
  scope.bus.emit("step.ended", { stop, usage, model, ms: performance.now() - started, ...(price && { price }) });
  const content = turn.finish.content.filter((block) => block.type !== "text" || block.text !== "").map(wellFormed);
  if (content.length > 0) await add(turn, { role: "assistant", content }, { usage, model });
  for (const block of content) if (block.type === "call") calls.start(block, broken?.[block.id]);
  return calls.count() > 0 ? "asked" : "answered";
}
async function call(turn: Turn): Promise<LoopSignal> {
  const order = turn.finish!.content.flatMap((block) => (block.type === "call" ? block.id : []));
  const content = (await turn.calls!.finish()).toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  await add(turn, { role: "user", content });
  return "called";
}
async function decide(turn: Turn): Promise<LoopSignal> {
  const { shell, finish, calls } = turn;
  const end = calls!.end(finish!);
  const insisted = await shell.host.hooks.next.promise(end, turn.scope!);
  if (insisted?.again === false) turn.outcome = { kind: "stopped", reason: insisted.reason };
  if (insisted?.again === false) return "enough";
  const more = [...(insisted?.add ?? []), ...shell.steering.splice(0).map(say)];
  for (const message of more) await add(turn, message);
  if (insisted?.again || end.calls > 0 || end.stop === "pause" || more.length > 0) return "again";
  if (end.stop === "length") turn.outcome = { kind: "stopped", reason: "max_output" };
  if (end.stop === "refusal") turn.outcome = { kind: "stopped", reason: "refusal" };
  return "enough";
}
async function recover(turn: Turn): Promise<LoopSignal> {
  const { shell, scope, bus, outcome } = turn;
  if (outcome.kind !== "failed") return "enough";
  const { code, message } = outcome.error;
  await turn.calls?.drop();
  await answerOrphans(turn);
  const cure = scope && (await shell.host.hooks.recover.promise(outcome.error, scope));
  const { again = false, afterMs = 0, model = undefined } = cure?.again === true ? cure : {};
  bus.emit("step.failed", { code, message, again, ...(again ? { afterMs } : {}) });
  if (!again) return "enough";
  if (model !== undefined) shell.select({ model });
  await bounded(new Promise((resolve) => setTimeout(resolve, afterMs)), turn.signal, 0);
  turn.outcome = { kind: "completed" };
  return "again";
}
async function end(turn: Turn): Promise<LoopSignal> {
  await turn.calls?.drop();
  await answerOrphans(turn);
  const { outcome } = turn;
  const failed = outcome.kind === "failed" ? { reason: outcome.error.message, code: outcome.error.code } : {};
  turn.bus.emit("turn.ended", { outcome: outcome.kind, ...("reason" in outcome ? { reason: outcome.reason } : failed) });
  return "ended";
}
/** Appends to the session and announces it. */
async function add({ shell, bus }: Turn, message: Message, about?: Readonly<{ usage: Usage; model: string }>): Promise<void> {
  await shell.keep(shell.session.append(message, about));
  bus.emit("message.added", { message });
}
/** A call without a result would make every later request invalid. */
async function answerOrphans(turn: Turn): Promise<void> {
  const last = turn.shell.session.messages.at(-1);
  const calls = (last?.role === "assistant" ? last.content : []).filter((block) => block.type === "call");
  const text = `not run: the ${turn.signal.aborted ? "turn was interrupted" : "step failed"}`;
  if (calls.length > 0) await add(turn, { role: "user", content: calls.map(({ id }) => failure(id, text)) });
}
function say({ text, blocks = [] }: Input): Message {
  return { role: "user", content: text === "" ? blocks : [...blocks, { type: "text", text: text.toWellFormed() }] };
}
