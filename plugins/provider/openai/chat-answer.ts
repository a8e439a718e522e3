// The answer of Chat Completions as its chunks come: what to yield now, and the whole message at the end. Trusts neither order nor number of chunks.
import type { StopReason, Usage } from "claw";
import { type AnswerReader, createAnswerReader, createPartQueue, type Member, NO_USAGE, type PartQueue, type StreamEvent } from "claw/kit";
import { addDetails, REASONING_FIELDS } from "./reasoning.ts";
import { type CallSlot, count, finishOf, freshId, hasCall, type Slot, settle, type TextSlot } from "./slots.ts";

/** An answer of which nothing has come. `service` marks its thinking as its own. */
export function createChatAnswer(service: string): AnswerReader {
  const state: State = { slots: [], parts: createPartQueue(), calls: new Map(), details: [], usage: NO_USAGE, id: "", ended: false };
  return createAnswerReader(state, {
    event: (event) => takeChunk(state, event),
    done: () => end(state),
    closed: () => state.stop !== undefined && end(state),
    usable: () => state.ended || hasCall(state.slots),
    finish(maxOutput) {
      const { slots, details, ended, usage } = state;
      for (const slot of slots) if (slot.type === "thinking") slot.opaque = { service };
      if (details.length > 0) attach(slots, service, details);
      const stop = state.refused ? "refusal" : (STOPS[state.stop ?? ""] ?? "done");
      return finishOf(slots, { stop, ended, usage, maxOutput });
    },
  });
}

// --- internal ---

/** `calls` by the index that the server gave; `last` is the newest. */
interface State {
  readonly slots: Slot[];
  readonly parts: PartQueue;
  readonly calls: Map<number, CallSlot>;
  readonly details: Member[];
  last?: CallSlot;
  usage: Usage;
  id: string;
  stop?: string;
  refused?: boolean;
  problem?: { readonly error: unknown };
  ended: boolean;
}
interface CallDelta {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: unknown };
}
type Delta = { readonly [key: string]: unknown; readonly tool_calls?: readonly CallDelta[] };
type Choice = { readonly [key: string]: unknown; readonly delta?: Delta; readonly message?: Delta };

const STOPS: Readonly<Record<string, StopReason>> = {
  stop: "done",
  end_turn: "done",
  tool_calls: "calls",
  function_call: "calls",
  length: "length",
  model_length: "length",
  content_filter: "refusal",
  refusal: "refusal",
};

function takeChunk(state: State, event: StreamEvent): void {
  const { error, id, choices } = event;
  if (error !== undefined && error !== null) {
    state.problem = { error };
    return;
  }
  if (state.id === "" && typeof id === "string") state.id = id;
  state.usage = usageOf(event) ?? state.usage;
  const choice = (Array.isArray(choices) ? choices : []).find((one) => Object(one).index === undefined || Object(one).index === 0) as
    | Choice
    | undefined;
  if (choice === undefined) return;
  takeDelta(state, choice.delta ?? choice.message ?? {});
  const reason = choice["finish_reason"];
  if (typeof reason === "string" && reason !== "") state.stop = reason;
  if (state.stop === "error") state.problem = { error: choice["error"] ?? "the answer ended in an error" };
}

function takeDelta(state: State, delta: Delta): void {
  const thought = REASONING_FIELDS.map((field) => delta[field]).find((text) => typeof text === "string" && text !== "");
  if (thought !== undefined) say(state, "thinking", thought as string);
  addDetails(state.details, delta["reasoning_details"]);
  takeContent(state, delta["content"]);
  const { refusal } = delta;
  if (typeof refusal === "string" && refusal !== "") {
    say(state, "text", refusal);
    state.refused = true;
  }
  for (const [position, call] of (Array.isArray(delta.tool_calls) ? delta.tool_calls : []).entries()) takeCall(state, call, position);
}

/** Text, or a list of pieces, as Mistral streams it: its thinking stands among the text. */
function takeContent(state: State, content: unknown, as: "text" | "thinking" = "text"): void {
  if (typeof content === "string" && content !== "") say(state, as, content);
  if (!Array.isArray(content)) return;
  for (const piece of content) {
    const { type, text, thinking } = Object(piece) as Record<string, unknown>;
    if (type === "thinking") takeContent(state, thinking, "thinking");
    else if (type === "text") takeContent(state, text, as);
  }
}

function say({ parts, slots }: State, type: "text" | "thinking", text: string): void {
  parts.delta(type, text);
  const last = slots.at(-1);
  if (last?.type === type) last.text += text;
  else slots.push({ type, text });
}

function takeCall(state: State, delta: CallDelta, position: number): void {
  const { slots, calls } = state;
  const { name, arguments: piece } = delta.function ?? {};
  let slot = slotFor(state, delta, position);
  if (slot === undefined) {
    // Another call begins: the one before can be run at once, if it is whole.
    if (state.last !== undefined) settle(state.last, state.parts, false);
    slot = { type: "call", id: freshId(slots, delta.id, state.id), given: delta.id ?? "", tool: name ?? "", json: "" };
    slots.push(slot);
    calls.set(delta.index ?? calls.size, slot);
    state.last = slot;
  }
  if (slot.tool === "" && name) slot.tool = name;
  if (slot.input !== undefined) return;
  if (typeof piece === "string") slot.json += piece;
  else if (typeof piece === "object" && piece !== null) slot.json = JSON.stringify(piece);
}

/** The call that a delta goes on with; none when it begins one. Some servers leave the index out, or give all calls the same. */
function slotFor({ calls, last }: State, { index, id, function: named }: CallDelta, position: number): CallSlot | undefined {
  if (typeof index === "number") {
    const slot = calls.get(index);
    const another = slot !== undefined && !!id && slot.given !== "" && id !== slot.given && !!named?.name;
    return another ? undefined : slot;
  }
  const known = id ? [...calls.values()].find((slot) => slot.given === id) : undefined;
  return known ?? (id || named?.name || position > 0 ? undefined : last);
}

function end(state: State): void {
  if (state.ended || state.problem !== undefined) return;
  for (const slot of state.slots) if (slot.type === "call") settle(slot, state.parts, STOPS[state.stop ?? ""] !== "length");
  state.ended = true;
}

/** The service's own record of its reasoning stands with the first thought. */
function attach(slots: Slot[], service: string, details: readonly Member[]): void {
  const first = slots.find((slot): slot is TextSlot => slot.type === "thinking");
  if (first === undefined) slots.unshift({ type: "thinking", text: "", opaque: { service, details } });
  else first.opaque = { service, details };
}

/** Tokens as the last chunk counts them. Reasoning that some services leave out of the completion is in the total. */
function usageOf(event: StreamEvent): Usage | undefined {
  const usage = (event["usage"] ?? (Object(event["x_groq"]) as { usage?: unknown }).usage) as Record<string, unknown> | null | undefined;
  if (typeof usage !== "object" || usage === null) return undefined;
  const details = Object(usage["prompt_tokens_details"]) as Record<string, unknown>;
  const [prompt, answer, total] = [count(usage["prompt_tokens"]), count(usage["completion_tokens"]), count(usage["total_tokens"])];
  const cacheRead = Math.min(prompt, count(details["cached_tokens"]) || count(usage["prompt_cache_hit_tokens"]));
  const cacheWrite = Math.min(prompt - cacheRead, count(details["cache_write_tokens"]));
  return { input: prompt - cacheRead - cacheWrite, output: Math.max(answer, total - prompt), cacheRead, cacheWrite };
}
