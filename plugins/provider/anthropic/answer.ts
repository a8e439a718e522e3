// The answer of the model as its events come: what to yield now, and the whole message at the end. Trusts neither order nor number of events.
import type { Finish, StopReason, Usage } from "claw";
import { type AnswerReader, brokenInput, createAnswerReader, createPartQueue, NO_USAGE, type PartQueue, type StreamEvent } from "claw/kit";
import { blockOf, inputOf, type Slot, slotFor, unrepeated } from "./slot.ts";
import { type TextTaker, takeTextDeltas } from "./sse.ts";

/** An answer of which nothing has come. */
export function createAnswer(): AnswerReader {
  const state: State = { slots: [], parts: createPartQueue(), ids: new Set(), usage: NO_USAGE, ended: false };
  const texts: TextTaker = {
    take(index, delta) {
      if (state.ended || state.problem !== undefined) return;
      const slot = state.slots[index] ?? open(state, index, { type: "text" });
      if (slot !== undefined && !slot.ended && slot.kind === "text") grow(state, slot, delta);
    },
    // What is sent again is known by its pieces.
    joins: (index) => state.slots[index]?.repeated === undefined,
  };
  return createAnswerReader(state, {
    skim: (events, at) => takeTextDeltas(events, at, texts),
    event: (event) => HANDLERS[event.type]?.(state, event),
    usable: () => completeCalls(state) > 0,
    finish: (maxOutput) => finish(state, maxOutput),
  });
}

// --- internal ---

/** `held`: a call that is complete only if its empty input is. */
interface State {
  readonly slots: Slot[];
  readonly parts: PartQueue;
  readonly ids: Set<string>;
  held?: Slot | undefined;
  message?: string;
  usage: Usage;
  stop?: string;
  problem?: { readonly error: unknown };
  ended: boolean;
}

const STOPS: Readonly<Record<string, StopReason>> = {
  end_turn: "done",
  stop_sequence: "done",
  tool_use: "calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  pause_turn: "pause",
  refusal: "refusal",
};

const HANDLERS: Readonly<Record<string, (state: State, event: StreamEvent) => void>> = {
  message_start(state, { message }) {
    const { id, usage } = (message ?? {}) as { id?: string; usage?: unknown };
    const other = state.message !== undefined && state.message !== id && state.slots.length > 0;
    if (other) state.problem = { error: "the stream started over with another message" };
    state.message ??= id ?? "";
    state.usage = addCounts(state.usage, usage);
  },
  content_block_start(state, { index, content_block: block }) {
    const known = state.slots[index as number];
    if (known !== undefined) {
      if (!known.ended && known.text !== "") known.repeated = 0;
      return;
    }
    release(state);
    const given = (block ?? {}) as Record<string, unknown>;
    const slot = open(state, index as number, given);
    const begun = slot?.kind === "text" ? given["text"] : slot?.kind === "thinking" ? given["thinking"] : "";
    if (slot !== undefined && typeof begun === "string") grow(state, slot, begun);
  },
  content_block_delta(state, { index, delta }) {
    const { type, text, thinking, signature, partial_json: json } = (delta ?? {}) as Record<string, unknown>;
    const kind = type === "text_delta" ? "text" : type === "thinking_delta" || type === "signature_delta" ? "thinking" : undefined;
    const slot = state.slots[index as number] ?? (kind === undefined ? undefined : open(state, index as number, { type: kind }));
    if (slot === undefined || slot.ended) return;
    if (type === "signature_delta" && typeof signature === "string") slot.signature = signature;
    const grown = type === "input_json_delta" ? json : slot.kind === kind ? (text ?? thinking) : undefined;
    if (typeof grown === "string") grow(state, slot, grown);
  },
  content_block_stop(state, { index }) {
    const slot = state.slots[index as number];
    if (slot !== undefined) close(state, slot);
  },
  message_delta(state, { delta, usage }) {
    const reason = (delta as { stop_reason?: unknown } | undefined)?.stop_reason;
    if (typeof reason === "string") state.stop = reason;
    if (state.stop !== undefined && STOPS[state.stop] !== "length") release(state);
    state.usage = addCounts(state.usage, usage);
  },
  message_stop(state) {
    for (const slot of state.slots) if (slot !== undefined) close(state, slot);
    if (state.stop === undefined) release(state);
    state.ended = true;
  },
  error(state, { error }) {
    state.problem = { error };
  },
};

function open(state: State, index: number, block: Record<string, unknown>): Slot | undefined {
  if (!Number.isInteger(index) || index < 0 || index > 10_000) return undefined;
  const slot = slotFor(block, index, state.message);
  if (slot.kind === "call" && state.ids.has(slot.id)) slot.kind = "skip";
  state.ids.add(slot.id);
  state.slots[index] = slot;
  return slot;
}

function grow(state: State, slot: Slot, delta: string): void {
  const fresh = unrepeated(slot, delta);
  if (fresh === "") return;
  slot.text += fresh;
  if (slot.kind === "text" || slot.kind === "thinking") state.parts.delta(slot.kind, fresh);
}

function close(state: State, slot: Slot): void {
  if (slot.ended) return;
  slot.ended = true;
  if (slot.kind !== "call") return;
  slot.input = inputOf(slot);
  if (slot.input !== undefined) emit(state, slot);
  else if (slot.text.trim() === "") state.held = slot;
}

/** An empty input is complete only when something proves that no limit cut it off: another block, or the stop reason. */
function release(state: State): void {
  const { held } = state;
  state.held = undefined;
  if (held === undefined) return;
  held.input = {};
  emit(state, held);
}

function emit(state: State, { id, tool, input }: Slot): void {
  if (input !== undefined) state.parts.call({ type: "call", id, tool, input });
}

function completeCalls({ slots }: State): number {
  return slots.filter((slot) => slot?.kind === "call" && slot.input !== undefined).length;
}

function finish(state: State, maxOutput: number): Finish {
  const { slots, stop, usage, ended } = state;
  const whole = slots.filter((slot) => slot?.ended && (ended || slot.kind !== "call" || slot.input !== undefined));
  const broken: Record<string, string> = {};
  for (const slot of whole)
    if (slot.kind === "call" && slot.input === undefined)
      broken[slot.id] = brokenInput(slot.tool, slot.text, STOPS[stop ?? ""] === "length", maxOutput);
  const lost = Object.keys(broken).length;
  const reason = ended ? stopFor(stop, completeCalls(state) + lost) : "calls";
  return { type: "finish", stop: reason, usage, content: whole.flatMap(blockOf), ...(lost === 0 ? {} : { broken }) };
}

function stopFor(stop: string | undefined, calls: number): StopReason {
  const reason = STOPS[stop ?? ""] ?? "done";
  if (reason === "done" && calls > 0) return "calls";
  return reason === "calls" && calls === 0 ? "done" : reason;
}

/** Counts in a stream are totals so far; those left out stay. */
function addCounts(usage: Usage, counted: unknown): Usage {
  const given = (counted ?? {}) as Record<string, unknown>;
  const count = (name: string, before: number): number => {
    const value = given[name];
    return typeof value === "number" && value >= 0 ? value : before;
  };
  return {
    input: count("input_tokens", usage.input),
    output: count("output_tokens", usage.output),
    cacheRead: count("cache_read_input_tokens", usage.cacheRead),
    cacheWrite: count("cache_creation_input_tokens", usage.cacheWrite),
  };
}
