// The answer of the Responses API as its events come. An item that is done is believed as it is then, whatever its deltas said.
import type { StopReason, Usage } from "claw";
import { type AnswerReader, createAnswerReader, createPartQueue, type Member, NO_USAGE, type PartQueue, type StreamEvent } from "claw/kit";
import type { ItemData } from "./responses.ts";
import { type CallSlot, count, finishOf, freshId, hasCall, type Slot, settle, type TextSlot } from "./slots.ts";

/** An answer of which nothing has come. `service` and `model` mark its reasoning. */
export function createResponsesAnswer(service: string, model: string): AnswerReader {
  const state: State = { slots: [], parts: createPartQueue(), items: new Map(), about: { service, model }, usage: NO_USAGE, id: "", ended: false };
  return createAnswerReader(state, {
    event: (event) => HANDLERS[event.type]?.(state, event),
    usable: () => state.ended || hasCall(state.slots),
    finish: (maxOutput) => finishOf(state.slots, { stop: state.stop ?? "done", ended: state.ended, usage: state.usage, maxOutput }),
  });
}

// --- internal ---

/** `items` by the index that the API gave. */
interface State {
  readonly slots: Slot[];
  readonly parts: PartQueue;
  readonly items: Map<unknown, Slot>;
  readonly about: Readonly<{ service: string; model: string }>;
  usage: Usage;
  id: string;
  stop?: StopReason;
  problem?: { readonly error: unknown };
  ended: boolean;
}

const HANDLERS: Readonly<Record<string, (state: State, event: StreamEvent) => void>> = {
  "response.created": (state, { response }) => {
    state.id = String(Object(response).id ?? "");
  },
  "response.output_item.added": (state, { output_index: index, item }) => void slotOf(state, index, Object(item)),
  "response.output_text.delta": (state, event) => say(state, event, "text"),
  "response.reasoning_text.delta": (state, event) => say(state, event, "thinking"),
  "response.reasoning_summary_text.delta": (state, event) => say(state, event, "thinking"),
  "response.reasoning_summary_part.added": (state, event) => {
    if (count(event["summary_index"]) > 0) say(state, { ...event, delta: "\n\n" }, "thinking");
  },
  "response.refusal.delta": (state, event) => {
    say(state, event, "text");
    state.stop = "refusal";
  },
  "response.function_call_arguments.delta": (state, { output_index: index, delta }) => {
    const slot = state.items.get(index);
    if (slot?.type === "call" && slot.input === undefined && typeof delta === "string") slot.json += delta;
  },
  "response.output_item.done": (state, { output_index: index, item }) => complete(state, index, Object(item)),
  "response.completed": (state, event) => end(state, event, state.stop ?? "done"),
  "response.incomplete": (state, event) => {
    const { reason } = Object(Object(event["response"]).incomplete_details);
    end(state, event, reason === "content_filter" ? "refusal" : "length");
  },
  "response.failed": (state, { response }) => {
    state.problem = { error: Object(response).error ?? "the answer ended in an error" };
  },
  error: (state, event) => {
    state.problem = { error: event["error"] ?? { code: event["code"], message: event["message"] } };
  },
};

function slotOf(state: State, index: unknown, item: Readonly<Record<string, unknown>>): Slot {
  const known = state.items.get(index);
  if (known !== undefined) return known;
  const { type, call_id: given, name, phase } = item;
  if (type === "message" && typeof phase === "string")
    state.slots.push({ type: "thinking", text: "", opaque: { service: state.about.service, phase } satisfies ItemData });
  const slot: Slot =
    type === "function_call"
      ? { type: "call", id: freshId(state.slots, text(given), state.id), given: text(given) ?? "", tool: text(name) ?? "", json: "" }
      : { type: type === "reasoning" ? "thinking" : "text", text: "" };
  state.slots.push(slot);
  state.items.set(index, slot);
  return slot;
}

function say(state: State, { output_index: index, delta }: StreamEvent, type: "text" | "thinking"): void {
  const slot = slotOf(state, index, { type: type === "thinking" ? "reasoning" : "message" });
  if (typeof delta !== "string" || slot.type === "call") return;
  slot.text += delta;
  state.parts.delta(type, delta);
}

function complete(state: State, index: unknown, item: Readonly<Record<string, unknown>>): void {
  const slot = slotOf(state, index, item);
  if (slot.type === "call") completeCall(state, slot, item);
  else if (slot.type === "thinking") completeReasoning(state, slot, item);
  else if (slot.text === "") for (const piece of list(item["content"])) say(state, { type: "", output_index: index, delta: piece["text"] }, "text");
}

/** Where all that came of a call is its end, this is where it comes. */
function completeCall(state: State, slot: CallSlot, { arguments: json, status }: Readonly<Record<string, unknown>>): void {
  if (slot.input === undefined && typeof json === "string") slot.json = json;
  if (status !== "incomplete") settle(slot, state.parts, true);
}

function completeReasoning({ about }: State, slot: TextSlot, { id, summary, encrypted_content: sealed }: Readonly<Record<string, unknown>>): void {
  if (typeof sealed !== "string" || sealed === "") return;
  const item = { type: "reasoning", id: text(id) ?? "", summary: list(summary), encrypted_content: sealed };
  slot.opaque = { ...about, item } satisfies ItemData;
}

function end(state: State, { response }: StreamEvent, stop: StopReason): void {
  const { usage } = Object(response) as { usage?: Record<string, unknown> };
  const details = Object(usage?.["input_tokens_details"]) as Record<string, unknown>;
  const input = count(usage?.["input_tokens"]);
  const cacheRead = Math.min(input, count(details["cached_tokens"]));
  const cacheWrite = Math.min(input - cacheRead, count(details["cache_write_tokens"]));
  state.usage = { input: input - cacheRead - cacheWrite, output: count(usage?.["output_tokens"]), cacheRead, cacheWrite };
  for (const slot of state.slots) if (slot.type === "call" && stop !== "length") settle(slot, state.parts, true);
  state.stop = stop;
  state.ended = true;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function list(value: unknown): Member[] {
  return Array.isArray(value) ? (value as Member[]) : [];
}
