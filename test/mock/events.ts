// The stream events of the Messages API, built from a reply. Shapes only; how they go over the wire is wire.ts.
import type { MockEvent, Reply, ReplyBlock } from "./reply.ts";

/** An event, or a wait between two. */
export type Step = MockEvent | { readonly wait: number | Promise<unknown> };

/** All events of a reply, in order. */
export function eventsOf(reply: Reply, serial: number): Step[] {
  if (reply.events !== undefined) return [...reply.events];
  const blocks = reply.blocks ?? (reply.text === undefined ? [] : [{ type: "text", text: reply.text, deltas: reply.deltas }]);
  const usage = { ...NO_USAGE, ...reply.usage };
  const steps: Step[] = [messageStart(serial, reply.model ?? "claude-mock-1", usage), { type: "ping" }];
  let index = 0;
  for (const block of blocks) {
    if (typeof block !== "string" && block.type === "wait") steps.push({ wait: block.until ?? block.ms ?? 0 });
    else steps.push(...blockEvents(typeof block === "string" ? { type: "text", text: block } : block, index++, serial));
  }
  const called = blocks.some((block) => typeof block !== "string" && block.type === "call");
  steps.push(messageDelta(reply.stop ?? (called ? "tool_use" : "end_turn"), usage), { type: "message_stop" });
  return steps;
}

// --- internal ---

const NO_USAGE = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
type MockUsage = typeof NO_USAGE;

function messageStart(serial: number, model: string, usage: MockUsage): MockEvent {
  return {
    type: "message_start",
    message: {
      id: `msg_mock_${serial}`,
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: { ...usage, output_tokens: 1, service_tier: "standard" },
    },
  };
}

function messageDelta(stop: string, usage: MockUsage): MockEvent {
  return { type: "message_delta", delta: { stop_reason: stop, stop_sequence: null, stop_details: null, container: null }, usage };
}

function blockEvents(block: Exclude<ReplyBlock, string>, index: number, serial: number): MockEvent[] {
  const start = (content_block: object): MockEvent => ({ type: "content_block_start", index, content_block });
  const delta = (change: object): MockEvent => ({ type: "content_block_delta", index, delta: change });
  const stop: MockEvent = { type: "content_block_stop", index };
  switch (block.type) {
    case "text": {
      const texts = cutUp(block.text, block.deltas).map((text) => delta({ type: "text_delta", text }));
      return [start({ type: "text", text: "", citations: null }), ...texts, stop];
    }
    case "thinking": {
      const texts = cutUp(block.text, block.deltas).map((thinking) => delta({ type: "thinking_delta", thinking }));
      const signed = delta({ type: "signature_delta", signature: block.signature ?? `sig_${serial}_${index}` });
      return [start({ type: "thinking", thinking: "", signature: "" }), ...texts, signed, stop];
    }
    case "redacted":
      return [start({ type: "redacted_thinking", data: block.data }), stop];
    case "call": {
      const id = block.id ?? `toolu_mock_${serial}_${index}`;
      const json = block.json ?? JSON.stringify(block.input ?? {});
      const pieces = block.input === undefined && block.json === undefined ? [""] : ["", ...cutUp(json, block.deltas ?? 12)];
      const inputs = pieces.map((partial_json) => delta({ type: "input_json_delta", partial_json }));
      return [start({ type: "tool_use", id, name: block.tool, input: {}, caller: { type: "direct" } }), ...inputs, stop];
    }
    case "raw":
      return [start(block.block), stop];
    case "wait":
      return [];
  }
}

/** A text as deltas: as given, or in pieces of so many characters, or whole. */
function cutUp(text: string, deltas: readonly string[] | number | undefined): readonly string[] {
  if (deltas === undefined) return text === "" ? [] : [text];
  if (typeof deltas !== "number") return deltas;
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += deltas) pieces.push(text.slice(at, at + deltas));
  return pieces;
}
