// One step up to the end of its stream: compaction, draft, request, and the parts as they come.
import type { Draft, Model } from "../contracts/contributions.ts";
import type { Usage } from "../contracts/message.ts";
import type { StepScope } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import { bounded, createCalls, wellFormed } from "./call.ts";
import type { SessionShell, Turn } from "./session.ts";

/** Folds the session when its compactor says so, then makes the request. */
export async function prepare(turn: Turn): Promise<void> {
  const { shell, number, signal } = turn;
  const { host, session } = shell;
  const base = shell.scope(number, signal);
  const model = await (await shell.provider()).resolve(base.selection.model);
  turn.step += 1;
  const scope = { ...base, bus: host.bus(number, turn.step), step: turn.step, model };
  turn.scope = scope;
  const compactor = await base.get("compactor", base.selection.compactor);
  if (compactor.due(session, model, turn.last)) {
    const compaction = await compactor.compact(session, scope);
    if (compaction.dropped > 0) await shell.keep(session.fold(compaction, compactor.name));
    if (compaction.dropped > 0) turn.bus.emit("session.compacted", { dropped: compaction.dropped, by: compactor.name });
  }
  const { system, messages, tools } = await draftOf(shell, scope);
  const specs = await Promise.all(tools.map(async (name) => (await host.equip(name)).spec));
  const request = { model, system, messages, tools: specs, maxOutput: model.maxOutput, options: {} };
  turn.request = host.hooks.request.isUsed() ? host.hooks.request.call(request, scope) : request;
}

/** What a request of this session would carry now. */
export function draftOf(shell: SessionShell, scope: StepScope): Promise<Draft> {
  const { host, session, opened } = shell;
  return host.hooks.draft.promise({ system: opened.system ?? [], messages: session.messages.slice(), tools: shell.tools() }, scope);
}

/** Sends the request and takes its parts: text is announced, a call is judged at once, the message is kept. Gives the number of calls. */
export async function stream(turn: Turn): Promise<number> {
  const { signal, shell } = turn;
  const { hooks } = shell.host;
  const [request, scope] = [turn.request!, turn.scope!];
  const calls = createCalls(turn);
  turn.calls = calls;
  delete turn.finish;
  scope.bus.emit("step.started", { model: request.model.id });
  const started = performance.now();
  let text = "";
  async function consume(): Promise<void> {
    for await (const sent of (await shell.provider()).stream(request, signal)) {
      if (signal.aborted) return;
      const part = hooks.part.isUsed() ? hooks.part.call(sent, scope) : sent;
      if (part.type === "finish") turn.finish = part;
      else if (part.type === "call") calls.start(part);
      else scope.bus.emit(`${part.type}.delta`, { delta: part.delta });
      if (part.type === "text") text += part.delta;
    }
  }
  try {
    await bounded(consume(), signal);
  } finally {
    // What was already said is kept when the user stops the model in the middle of it.
    if (signal.aborted && text.trim() !== "")
      await shell.add(turn.bus, { role: "assistant", content: [{ type: "text", text: text.toWellFormed() }] });
  }
  signal.throwIfAborted();
  const finish = turn.finish as Turn["finish"];
  if (finish === undefined) throw new ClawError("CLAW_PROVIDER_UNAVAILABLE", "the provider's stream ended without its last part");
  const { usage, stop, broken } = finish;
  turn.usage = addUsage(turn.usage, usage);
  turn.last = usage;
  const [cost, model, ms] = [costOf(usage, request.model), request.model.id, performance.now() - started];
  scope.bus.emit("step.ended", { stop, usage, model, ms, ...(cost === undefined ? {} : { cost }) });
  const content = finish.content.filter((block) => block.type !== "text" || block.text !== "").map(wellFormed);
  if (content.length > 0) await shell.add(turn.bus, { role: "assistant", content }, { usage, model });
  for (const block of content) if (block.type === "call") calls.start(block, broken?.[block.id]);
  return calls.count;
}

/** No tokens. */
export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
/** The sum of two usages. */
export const addUsage = (a: Usage, b: Usage): Usage => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite: a.cacheWrite + b.cacheWrite,
});
/** What `usage` costs at `model`'s prices, in US dollars; `undefined` when its prices are unknown. */
export function costOf({ input, output, cacheRead, cacheWrite }: Usage, { price }: Pick<Model, "price">): number | undefined {
  if (price === undefined) return undefined;
  return (input * price.input + output * price.output + cacheRead * price.cacheRead + cacheWrite * price.cacheWrite) / 1_000_000;
}
