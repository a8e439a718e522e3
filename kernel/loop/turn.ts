// The turn: does the work each state of the machine asks for, and reports what came of it. It decides nothing else.
import { safeParse } from "valibot";
import type { Command, CommandOutcome, Input, TurnOutcome } from "../contracts/contributions.ts";
import type { Message } from "../contracts/message.ts";
import type { TurnScope } from "../contracts/scopes.ts";
import { ClawError, wrap } from "../errors.ts";
import { bounded } from "./call.ts";
import type { Turn } from "./session.ts";
import { type LoopSignal, type LoopState, move } from "./state.ts";
import { prepare, stream } from "./step.ts";

/** The work of each state. What it throws is the signal `error`. */
const WORK: { readonly [S in Exclude<LoopState, "idle">]: (turn: Turn) => Promise<LoopSignal> } = {
  routing: route,
  preparing: prepare,
  streaming: stream,
  calling: async (turn) => turn.add({ role: "user", content: await turn.calls!.finish() }).then(() => "called"),
  deciding: decide,
  recovering: recover,
  async ending(turn) {
    await turn.calls?.drop();
    await answerOrphans(turn);
    const { outcome } = turn;
    const failed = outcome.kind === "failed" ? { reason: outcome.error.message, code: outcome.error.code } : {};
    turn.bus.emit("turn.ended", { outcome: outcome.kind, ...("reason" in outcome ? { reason: outcome.reason } : failed) });
    return "ended";
  },
};

/** Runs one turn to its end. Never rejects: what went wrong is in the outcome. */
export async function runTurn(turn: Turn): Promise<TurnOutcome> {
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
  return turn.outcome;
}

/** Parses `words` by the command's own schema, then runs it. Throws `CLAW_USAGE`. */
export async function runCommand(command: Command, words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const parsed = safeParse(command.args, words);
  if (parsed.success) return command.run(parsed.output, scope);
  const problem = parsed.issues.map((issue) => issue.message).join("; ");
  throw new ClawError("CLAW_USAGE", `${command.name}: ${problem}`, { hint: `See \`claw help ${command.name}\`.` });
}

// --- internal ---

async function route(turn: Turn): Promise<LoopSignal> {
  const { shell } = turn;
  const scope = shell.scope(turn.number, turn.signal);
  const to = (await shell.host.hooks.route.promise(turn.input, scope)) ?? { to: "prompt", input: turn.input };
  if (to.to === "handled") return "handled";
  const outcome = to.to === "command" ? await runCommand(to.command, to.words, scope) : undefined;
  if (outcome !== undefined && outcome.kind !== "prompt") {
    if (outcome.notice !== undefined) turn.bus.emit("notice.raised", { level: "info", text: outcome.notice });
    if (outcome.kind === "exit") turn.outcome = { kind: "exit", code: outcome.code };
    return "handled";
  }
  // The model is settled before anything is kept: a run that cannot send leaves nothing behind.
  await (await shell.provider()).resolve(shell.selection.model);
  await answerOrphans(turn);
  await turn.add(say(to.to === "prompt" ? to.input : { text: outcome?.text ?? "" }));
  return "prompt";
}

async function decide(turn: Turn): Promise<LoopSignal> {
  const { shell, finish, calls } = turn;
  const end = calls!.end(finish!);
  const insisted = await shell.host.hooks.next.promise(end, turn.scope!);
  if (insisted?.again === false) turn.outcome = { kind: "stopped", reason: insisted.reason };
  if (insisted?.again === false) return "enough";
  const more = [...(insisted?.add ?? []), ...shell.steering.splice(0).map(say)];
  for (const message of more) await turn.add(message);
  if (insisted?.again || end.calls > 0 || finish!.stop === "pause" || more.length > 0) return "again";
  if (finish!.stop === "length") turn.outcome = { kind: "stopped", reason: "max_output" };
  if (finish!.stop === "refusal") turn.outcome = { kind: "stopped", reason: "refusal" };
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

/** A call without a result would make every later request invalid. */
async function answerOrphans(turn: Turn): Promise<void> {
  const last = turn.shell.session.messages.at(-1);
  const content = [{ type: "text", text: `not run: the ${turn.signal.aborted ? "turn was interrupted" : "step failed"}` }] as const;
  const calls = (last?.role === "assistant" ? last.content : []).filter((block) => block.type === "call");
  if (calls.length > 0) await turn.add({ role: "user", content: calls.map(({ id }) => ({ type: "result", id, content, failed: true })) });
}
function say({ text, blocks = [] }: Input): Message {
  return { role: "user", content: text === "" ? blocks : [...blocks, { type: "text", text: text.toWellFormed() }] };
}
