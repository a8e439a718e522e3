// The turn: does the work each state of the machine asks for, and reports what came of it. It decides nothing else.
import { safeParse } from "valibot";
import type { Command, CommandOutcome, Input, TurnOutcome } from "../contracts/contributions.ts";
import type { Message, Usage } from "../contracts/message.ts";
import type { TurnScope } from "../contracts/scopes.ts";
import { ClawError, wrap } from "../errors.ts";
import { bounded } from "./call.ts";
import { add, type LoopHost, type Turn } from "./loop.ts";
import { type LoopSignal, type LoopState, move } from "./state.ts";
import { prepare, stream } from "./step.ts";
import { addUsage, NO_USAGE } from "./usage.ts";

type Work = (turn: Turn) => Promise<LoopSignal>;
const WORK: { readonly [S in Exclude<LoopState, "idle">]: Work } = {
  routing: route,
  preparing: async (turn) => {
    await prepare(turn);
    return { on: "prepared" };
  },
  streaming: async (turn) => {
    await stream(turn);
    return { on: "finished", calls: turn.calls?.count ?? 0 };
  },
  calling: async (turn) => {
    const results = await turn.calls!.finish();
    await add(turn, { role: "user", content: results });
    return { on: "called" };
  },
  deciding: decide,
  recovering: recover,
  ending: async (turn) => {
    await turn.calls?.drop();
    await answerOrphans(turn);
    turn.usage = addUsage(turn.usage, turn.host.forked());
    const { outcome } = turn;
    const about =
      outcome.kind === "failed"
        ? { reason: outcome.error.message, code: outcome.error.code }
        : "reason" in outcome
          ? { reason: outcome.reason }
          : {};
    turn.bus.emit("turn.ended", { outcome: outcome.kind, usage: turn.usage, ...about });
    return { on: "ended" };
  },
};

/** Runs one turn to its end. Never rejects: what went wrong is in the outcome. */
export async function runTurn(turn: Turn): Promise<TurnOutcome> {
  let state = move("idle", { on: "input" });
  turn.bus.emit("turn.started", { text: turn.input.text });
  while (state !== "idle") {
    const signal = await work(turn, state);
    const next = turn.signal.aborted && state !== "ending" ? move(state, { on: "abort" }) : move(state, signal);
    if (next === "ending" && turn.signal.aborted) turn.outcome = { kind: "aborted", reason: String(turn.signal.reason) };
    else if (next === "ending" && signal.on === "error" && turn.error !== undefined) turn.outcome = { kind: "failed", error: turn.error };
    if (next !== state) turn.bus.emit("loop.moved", { from: state, to: next });
    state = next;
  }
  return turn.outcome;
}

// --- internal ---

async function work(turn: Turn, state: Exclude<LoopState, "idle">): Promise<LoopSignal> {
  try {
    return await WORK[state](turn);
  } catch (thrown) {
    turn.error = wrap(thrown, "CLAW_BUG");
    return state === "ending" ? { on: "ended" } : { on: "error" };
  }
}

async function route(turn: Turn): Promise<LoopSignal> {
  const scope = turn.host.scope(turn.number, turn.signal);
  const route = (await turn.host.hooks.route.promise(turn.input, scope)) ?? { to: "prompt", input: turn.input };
  let input = turn.input;
  if (route.to === "handled") return { on: "routed", to: "handled" };
  if (route.to === "prompt") input = route.input;
  else {
    const outcome = await runCommand(route.command, route.words, scope);
    if (outcome.kind !== "prompt") {
      if (outcome.notice !== undefined) turn.bus.emit("notice.raised", { level: "info", text: outcome.notice });
      if (outcome.kind === "exit") turn.outcome = { kind: "exit", code: outcome.code };
      return { on: "routed", to: "handled" };
    }
    input = { text: outcome.text };
  }
  // The model is settled before anything is kept: a run that cannot send leaves nothing behind.
  turn.model = await (await turn.host.provider()).resolve(turn.host.scope(turn.number, turn.signal).selection.model);
  await answerOrphans(turn);
  await add(turn, say(input));
  return { on: "routed", to: "prompt" };
}

/** Parses `words` by the command's own schema, then runs it. */
export async function runCommand(command: Command, words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const parsed = safeParse(command.args, words);
  if (parsed.success) return command.run(parsed.output, scope);
  const problem = parsed.issues.map((issue) => issue.message).join("; ");
  throw new ClawError("CLAW_USAGE", `${command.name}: ${problem}`, { hint: `See \`claw help ${command.name}\`.` });
}

async function decide(turn: Turn): Promise<LoopSignal> {
  const { host, scope, finish } = turn;
  turn.end = turn.calls!.end(finish!);
  const insisted = await host.hooks.next.promise(turn.end, scope!);
  const steered = host.steered();
  for (const message of insisted?.again ? (insisted.add ?? []) : []) await add(turn, message);
  if (insisted?.again === false) turn.outcome = { kind: "stopped", reason: insisted.reason };
  else for (const input of steered) await add(turn, say(input));
  const unfinished = turn.end.calls > 0 || finish?.stop === "pause" || steered.length > 0;
  if (!unfinished && (finish?.stop === "length" || finish?.stop === "refusal")) {
    turn.outcome = { kind: "stopped", reason: finish.stop === "length" ? "max_output" : "refusal" };
  }
  return { on: "decided", again: insisted?.again ?? unfinished };
}

async function recover(turn: Turn): Promise<LoopSignal> {
  const { host, error, scope, bus } = turn;
  const about = { code: error!.code, message: error!.message };
  await turn.calls?.drop();
  await answerOrphans(turn);
  const cure = scope === undefined ? undefined : await host.hooks.recover.promise(error!, scope);
  if (cure?.again !== true) {
    bus.emit("step.failed", { ...about, again: false });
    turn.outcome = { kind: "failed", error: error! };
    return { on: "recovered", again: false };
  }
  bus.emit("step.failed", { ...about, again: true, afterMs: cure.afterMs ?? 0 });
  if (cure.model !== undefined) scope!.select({ model: cure.model });
  await bounded(new Promise((resolve) => setTimeout(resolve, cure.afterMs ?? 0)), turn.signal, 0);
  return { on: "recovered", again: true };
}

/** A call without a result would make every later request invalid, so an unanswered one is answered. */
async function answerOrphans(turn: Turn): Promise<void> {
  const last = turn.host.session.messages.at(-1);
  if (last?.role !== "assistant") return;
  const text = turn.signal.aborted ? "not run: the turn was interrupted" : "not run: the step failed before this call could run";
  const content = last.content.flatMap((block) =>
    block.type === "call" ? [{ type: "result" as const, id: block.id, content: [{ type: "text" as const, text }], failed: true }] : [],
  );
  if (content.length > 0) await add(turn, { role: "user", content });
}

function say(input: Input): Message {
  return {
    role: "user",
    content: [...(input.blocks ?? []), ...(input.text === "" ? [] : [{ type: "text" as const, text: input.text.toWellFormed() }])],
  };
}

/** A turn that is about to run. */
export function createTurn(host: LoopHost, number: number, input: Input, last: Usage, signal: AbortSignal): Turn {
  return { host, number, input, signal, last, bus: host.bus(number), step: 0, usage: NO_USAGE, outcome: { kind: "completed" } };
}
