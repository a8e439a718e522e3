// One step up to the end of its stream: compaction, draft, request, and the parts as they come.
import { ClawError } from "../errors.ts";
import { bounded, Calls, wellFormed } from "./call.ts";
import type { Turn } from "./session.ts";
import type { LoopSignal } from "./state.ts";

/** Folds the session when its compactor says so, then makes the request. */
export async function prepare(turn: Turn): Promise<LoopSignal> {
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
  const { system, messages, tools } = await shell.draft(scope);
  const specs = await Promise.all(tools.map(async (name) => (await host.equip(name)).spec));
  const request = { model, system, messages, tools: specs, maxOutput: model.maxOutput, options: {} };
  turn.request = host.hooks.request.isUsed() ? host.hooks.request.call(request, scope) : request;
  return "prepared";
}

/** Sends the request and takes its parts: text is announced, a call is judged at once, and the message is kept. */
export async function stream(turn: Turn): Promise<LoopSignal> {
  const { signal, shell } = turn;
  const { hooks } = shell.host;
  const [request, scope] = [turn.request!, turn.scope!];
  const { id: model, price } = request.model;
  const calls = new Calls(turn);
  turn.calls = calls;
  delete turn.finish;
  scope.bus.emit("step.started", { model });
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
    if (signal.aborted && text.trim() !== "") await turn.add({ role: "assistant", content: [{ type: "text", text: text.toWellFormed() }] });
  }
  signal.throwIfAborted();
  const finish = turn.finish as Turn["finish"];
  if (finish === undefined) throw new ClawError("CLAW_PROVIDER_UNAVAILABLE", "the provider's stream ended without its last part");
  const { usage, stop, broken } = finish;
  turn.last = usage;
  scope.bus.emit("step.ended", { stop, usage, model, ms: performance.now() - started, ...(price && { price }) });
  const content = finish.content.filter((block) => block.type !== "text" || block.text !== "").map(wellFormed);
  if (content.length > 0) await turn.add({ role: "assistant", content }, { usage, model });
  for (const block of content) if (block.type === "call") calls.start(block, broken?.[block.id]);
  return calls.count > 0 ? "asked" : "answered";
}
