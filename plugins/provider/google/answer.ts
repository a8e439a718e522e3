// The answer of the Gemini API as its chunks come: what to yield now, and the whole message at the end. Calls come whole; the stream has no last word.
import type { Block, Finish, Json, StopReason, Usage } from "claw";
import { type AnswerReader, createAnswerReader, createPartQueue, NO_USAGE, type PartQueue, type StreamEvent } from "claw/kit";
import { SERVICE, type SignatureData } from "./translate.ts";

/** An answer of which nothing has come. */
export function createAnswer(): AnswerReader {
  const state: State = { blocks: [], parts: createPartQueue(), usage: NO_USAGE, id: "", ended: false };
  const calls = (): number => state.blocks.filter((block) => block.type === "call").length;
  return createAnswerReader(state, {
    event: (event) => takeChunk(state, event),
    closed() {
      if (state.stop !== undefined && state.problem === undefined) state.ended = true;
    },
    usable: () => state.ended || calls() > 0,
    finish(): Finish {
      const stop = state.stop ?? "done";
      const told = !state.ended || (stop === "done" && calls() > 0) ? "calls" : stop;
      const content = state.blocks.flatMap((block) => ("text" in block ? wellFormed(block) : [block]));
      return { type: "finish", stop: told, usage: state.usage, content };
    },
  });
}

// --- internal ---

type Growing<B> = { -readonly [K in keyof B]: B[K] };
type TextBlock = Growing<Extract<Block, { type: "text" | "thinking" }>>;
interface State {
  readonly blocks: (TextBlock | Extract<Block, { type: "call" }>)[];
  readonly parts: PartQueue;
  usage: Usage;
  id: string;
  stop?: StopReason;
  problem?: { readonly error: unknown };
  ended: boolean;
}
type Fields = Readonly<Record<string, unknown>>;

/** Reasons not here are refusals: the API has a dozen words for them. */
const STOPS: Readonly<Record<string, StopReason>> = { STOP: "done", MAX_TOKENS: "length", FINISH_REASON_UNSPECIFIED: "done", OTHER: "done" };
/** The model tried to call a tool and the API could not read it: nothing of it came, and it is worth another try. */
const MISCALLED = /^(MALFORMED_FUNCTION_CALL|UNEXPECTED_TOOL_CALL|TOO_MANY_TOOL_CALLS|MALFORMED_RESPONSE)$/;

function takeChunk(state: State, event: StreamEvent): void {
  const { error, responseId, candidates, promptFeedback, usageMetadata } = event;
  if (error !== undefined && error !== null) {
    state.problem = { error };
    return;
  }
  if (state.id === "" && typeof responseId === "string") state.id = responseId;
  if (typeof usageMetadata === "object" && usageMetadata !== null) state.usage = usageOf(usageMetadata as Fields);
  if (typeof Object(promptFeedback).blockReason === "string") state.stop = "refusal";
  const candidate = (Array.isArray(candidates) ? candidates : []).find((one) => (Object(one).index ?? 0) === 0) as Fields | undefined;
  if (candidate === undefined) return;
  const { parts } = Object(candidate["content"]) as { parts?: unknown };
  for (const part of Array.isArray(parts) ? parts : []) takePart(state, Object(part));
  const reason = candidate["finishReason"];
  if (typeof reason !== "string" || reason === "") return;
  if (MISCALLED.test(reason) && !state.blocks.some((block) => block.type === "call"))
    state.problem = { error: `the model's call could not be read (${reason})` };
  else state.stop = MISCALLED.test(reason) ? "calls" : (STOPS[reason] ?? "refusal");
}

function takePart(state: State, part: Fields): void {
  const { text, thought, functionCall, thoughtSignature } = part;
  const signature = typeof thoughtSignature === "string" && thoughtSignature !== "" ? thoughtSignature : undefined;
  if (typeof functionCall === "object" && functionCall !== null) takeCall(state, functionCall as Fields, signature);
  else if (thought === true) say(state, "thinking", text);
  else {
    if (signature !== undefined) sign(state, { service: SERVICE, signature });
    say(state, "text", text);
  }
}

function takeCall(state: State, { id: given, name, args }: Fields, signature: string | undefined): void {
  const taken = new Set(state.blocks.flatMap((block) => (block.type === "call" ? [block.id] : [])));
  const wanted = typeof given === "string" && given !== "" ? given : `call_${state.id.slice(0, 24)}_${state.blocks.length}`;
  let id = wanted;
  for (let copy = 2; taken.has(id); copy++) id = `${wanted}_${copy}`;
  if (signature !== undefined) sign(state, { service: SERVICE, signature, call: id });
  const input = typeof args === "object" && args !== null ? (args as Json) : {};
  const call = { type: "call", id, tool: typeof name === "string" ? name : "", input } as const;
  state.blocks.push(call);
  state.parts.call(call);
}

/** The signature stands in a block of its own before what it signs: texts and calls have no room for it. */
function sign({ blocks }: State, opaque: SignatureData): void {
  // A text's may come after it, alone: then it goes before the text that has none.
  const last = blocks.at(-1);
  const block: TextBlock = { type: "thinking", text: "", opaque: { ...opaque } };
  if (opaque.call === undefined && last?.type === "text") blocks.splice(-1, 0, block);
  else blocks.push(block);
}

function say({ blocks, parts }: State, type: "text" | "thinking", text: unknown): void {
  if (typeof text !== "string" || text === "") return;
  parts.delta(type, text);
  const last = blocks.at(-1);
  if (last?.type === type && !("opaque" in last)) last.text += text;
  else blocks.push({ type, text });
}

function wellFormed(block: TextBlock): Block[] {
  return block.text === "" && !("opaque" in block) ? [] : [{ ...block, text: block.text.toWellFormed() }];
}

function usageOf(usage: Fields): Usage {
  const count = (name: string): number => (typeof usage[name] === "number" && (usage[name] as number) >= 0 ? (usage[name] as number) : 0);
  const prompt = count("promptTokenCount") + count("toolUsePromptTokenCount");
  const cacheRead = Math.min(prompt, count("cachedContentTokenCount"));
  return { input: prompt - cacheRead, output: count("candidatesTokenCount") + count("thoughtsTokenCount"), cacheRead, cacheWrite: 0 };
}
