// One content block of an answer while it is being put together, and what becomes of it.
import type { Block, Json } from "claw";
import { parseInput } from "claw/kit";
import { PROVIDER } from "./translate.ts";

/** One content block. `text` is its text, its thinking or the JSON of its input. `repeated`: how much of `text` came again, when its start came twice. */
export interface Slot {
  kind: "text" | "thinking" | "redacted" | "call" | "raw" | "skip";
  readonly start: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly tool: string;
  text: string;
  signature: string;
  ended: boolean;
  repeated?: number | undefined;
  input?: Json | undefined;
}

/** A slot for a block whose start is `block`; without an id of its own it gets one. */
export function slotFor(block: Record<string, unknown>, index: number, message: string | undefined): Slot {
  const { type, id, name, signature } = block;
  return {
    kind: KINDS[String(type)] ?? "raw",
    start: block,
    id: typeof id === "string" && id !== "" ? id : `call_${message ?? ""}_${index}`,
    tool: typeof name === "string" ? name : "",
    text: "",
    signature: typeof signature === "string" ? signature : "",
    ended: false,
  };
}

/** The part of a delta that is new, when a block is being sent a second time from its start. */
export function unrepeated(slot: Slot, delta: string): string {
  if (slot.repeated === undefined) return delta;
  const rest = slot.text.slice(slot.repeated);
  if (rest !== "" && rest.startsWith(delta)) {
    slot.repeated += delta.length;
    return "";
  }
  slot.repeated = undefined;
  return rest !== "" && delta.startsWith(rest) ? delta.slice(rest.length) : delta;
}

/** The input of a call when it is complete. Some servers send it whole with the start of the block. */
export function inputOf({ text, start }: Slot): Json | undefined {
  if (text.trim() === "") {
    const whole = start["input"];
    return typeof whole === "object" && whole !== null && Object.keys(whole).length > 0 ? (whole as Json) : undefined;
  }
  return parseInput(text);
}

/** The block that a session keeps of it. */
export function blockOf(slot: Slot): Block[] {
  const { kind, text, signature, id, tool, input, start } = slot;
  if (kind === "text") return text === "" ? [] : [{ type: "text", text: text.toWellFormed() }];
  if (kind === "thinking") {
    if (signature === "") return text === "" ? [] : [{ type: "thinking", text: text.toWellFormed() }];
    return [{ type: "thinking", text, opaque: { provider: PROVIDER, signature } }];
  }
  if (kind === "redacted") return [{ type: "thinking", text: "", opaque: { provider: PROVIDER, raw: start as Json } }];
  if (kind === "call") return [{ type: "call", id, tool, input: input ?? {} }];
  if (kind === "skip") return [];
  // A block that claw has no word for, as those of server tools: kept whole, so that it can be sent back.
  const raw = text === "" ? start : { ...start, input: inputOf(slot) ?? {} };
  return [{ type: "thinking", text: "", opaque: { provider: PROVIDER, raw: raw as Json } }];
}

// --- internal ---

const KINDS: Readonly<Record<string, Slot["kind"]>> = {
  text: "text",
  thinking: "thinking",
  redacted_thinking: "redacted",
  tool_use: "call",
};
