// One step up to the end of its stream: compaction, draft, request, and the parts as they come.
import type { Draft } from "../contracts/contributions.ts";
import type { StepScope } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import { bounded, createCalls, wellFormed } from "./call.ts";
import { add, type LoopHost, type Turn } from "./loop.ts";
import { addUsage, costOf } from "./usage.ts";

/** Folds the session when its compactor says so, then makes the request. */
export async function prepare(turn: Turn): Promise<void> {
  const { host } = turn;
  const base = host.scope(turn.number, turn.signal);
  turn.model = await (await host.provider()).resolve(base.selection.model);
  turn.step += 1;
  turn.scope = { ...base, bus: host.bus(turn.number, turn.step), step: turn.step, model: turn.model };
  const compactor = await base.get("compactor", base.selection.compactor);
  if (compactor.due(host.session, turn.model, turn.last)) {
    const compaction = await compactor.compact(host.session, turn.scope);
    if (compaction.dropped > 0) {
      await host.keep(host.session.fold(compaction, compactor.name));
      turn.bus.emit("session.compacted", { dropped: compaction.dropped, by: compactor.name });
    }
  }
  const draft = await draftOf(host, turn.scope);
  const tools = await Promise.all(draft.tools.map((name) => host.equip(name)));
  const request = {
    model: turn.model,
    system: draft.system,
    messages: draft.messages,
    tools: tools.map((one) => one.spec),
    maxOutput: turn.model.maxOutput,
    options: {},
  };
  turn.request = host.hooks.request.isUsed() ? host.hooks.request.call(request, turn.scope) : request;
}

/** What a request of this session would carry now. */
export function draftOf(host: LoopHost, scope: StepScope): Promise<Draft> {
  return host.hooks.draft.promise({ system: host.system, messages: host.session.messages.slice(), tools: host.tools() }, scope);
}

/** Sends the request and takes its parts: text is announced, a call is prepared at once, and the message is kept at the end. */
export async function stream(turn: Turn): Promise<void> {
  const { request, scope, signal, host } = turn;
  delete turn.finish;
  turn.calls = createCalls(turn);
  scope!.bus.emit("step.started", { model: request!.model.id });
  const started = performance.now();
  let text = "";
  const consume = async (): Promise<void> => {
    for await (const sent of (await host.provider()).stream(request!, signal)) {
      if (signal.aborted) return;
      const part = host.hooks.part.isUsed() ? host.hooks.part.call(sent, scope!) : sent;
      if (part.type === "text") {
        text += part.delta;
        scope!.bus.emit("text.delta", { delta: part.delta });
      } else if (part.type === "thinking") scope!.bus.emit("thinking.delta", { delta: part.delta });
      else if (part.type === "call") turn.calls!.start(part);
      else turn.finish = part;
    }
  };
  try {
    await bounded(consume(), signal);
  } finally {
    // What was already said is kept when the user stops the model in the middle of it.
    if (signal.aborted && text.trim() !== "")
      await add(turn, { role: "assistant", content: [{ type: "text", text: text.toWellFormed() }] });
  }
  signal.throwIfAborted();
  const finish = turn.finish as Turn["finish"];
  if (finish === undefined) throw new ClawError("CLAW_PROVIDER_UNAVAILABLE", "the provider's stream ended without its last part");
  const { usage, stop } = finish;
  turn.usage = addUsage(turn.usage, usage);
  turn.last = usage;
  const cost = costOf(usage, request!.model);
  const ms = performance.now() - started;
  scope!.bus.emit("step.ended", { stop, usage, model: request!.model.id, ms, ...(cost === undefined ? {} : { cost }) });
  const content = finish.content.filter((block) => block.type !== "text" || block.text !== "").map(wellFormed);
  if (content.length > 0) await add(turn, { role: "assistant", content }, { usage, model: request!.model.id });
  for (const block of content) if (block.type === "call") turn.calls.start(block, finish.broken?.[block.id]);
}
