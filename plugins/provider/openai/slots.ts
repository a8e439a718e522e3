// The pieces of an answer while it is being put together, and the message they make. Both protocols use it.
import type { Block, Finish, Json, StopReason, Usage } from "claw";
import { brokenInput, type PartQueue, parseInput } from "claw/kit";

/** A call. `given` is the id as it came; `input` is there when it is complete. */
export interface CallSlot {
  readonly type: "call";
  readonly id: string;
  readonly given: string;
  tool: string;
  json: string;
  input?: Json;
}
/** Text of one kind. `opaque` is what has to go back to the service with it. */
export interface TextSlot {
  readonly type: "text" | "thinking";
  text: string;
  opaque?: Json;
}
export type Slot = TextSlot | CallSlot;

/** Yields a call whose input is complete now. `over`: nothing more of it can come, so that no input at all is an empty one. */
export function settle(slot: CallSlot, parts: PartQueue, over: boolean): void {
  if (slot.input !== undefined) return;
  const input = slot.json.trim() === "" ? (over ? {} : undefined) : parseInput(slot.json);
  if (input === undefined) return;
  slot.input = input;
  parts.call({ type: "call", id: slot.id, tool: slot.tool, input });
}

/** An id that no other call of the answer has, whatever the server gave. */
export function freshId(slots: readonly Slot[], given: string | undefined, message: string): string {
  const taken = new Set(slots.flatMap((slot) => (slot.type === "call" ? [slot.id] : [])));
  const wanted = given || `call_${message.slice(-24)}_${slots.length}`;
  let id = wanted;
  for (let copy = 2; taken.has(id); copy++) id = `${wanted}_${copy}`;
  return id;
}

/** Whether a call in it can be run. */
export function hasCall(slots: readonly Slot[]): boolean {
  return slots.some((slot) => slot.type === "call" && slot.input !== undefined);
}

/** The last part. Of a stream that was cut (`ended` is false), only what is complete. */
export function finishOf(
  slots: readonly Slot[],
  { stop, ended, usage, maxOutput }: Readonly<{ stop: StopReason; ended: boolean; usage: Usage; maxOutput: number }>,
): Finish {
  const broken: Record<string, string> = {};
  const content: Block[] = [];
  for (const slot of slots) {
    if (slot.type === "text" && slot.text !== "") content.push({ type: "text", text: slot.text.toWellFormed() });
    if (slot.type === "thinking" && (slot.text !== "" || slot.opaque !== undefined))
      content.push({ type: "thinking", text: slot.text.toWellFormed(), ...(slot.opaque === undefined ? {} : { opaque: slot.opaque }) });
    if (slot.type !== "call" || (slot.input === undefined && !ended)) continue;
    if (slot.input === undefined) broken[slot.id] = brokenInput(slot.tool, slot.json, stop === "length", maxOutput);
    content.push({ type: "call", id: slot.id, tool: slot.tool, input: slot.input ?? {} });
  }
  const called = content.some((block) => block.type === "call");
  const told = !ended || (stop === "done" && called) ? "calls" : stop === "calls" && !called ? "done" : stop;
  return { type: "finish", stop: told, usage, content, ...(Object.keys(broken).length === 0 ? {} : { broken }) };
}

/** A number of tokens, whatever stands there. */
export function count(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}
