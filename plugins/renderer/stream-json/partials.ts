// A message while it is written, as the Messages API's own stream events. Holds no text.
import type { Block, Json } from "claw";
import { usageOf } from "claw/kit";
import type { Step } from "./wire.ts";

type Event = { readonly [key: string]: Json };

/** One message at a time. A message that never ends was void; the next `start` says so by itself. */
export interface Partials {
  start(id: string, model: string): void;
  add(kind: "text" | "thinking", delta: string): void;
  /** The whole message is known: what of it was not streamed, its calls, comes now. */
  end(content: readonly Block[], step: Step): void;
}
export function createPartials(emit: (event: Event) => void): Partials {
  let started = false;
  let index = 0;
  let open: "text" | "thinking" | undefined;
  let streamed = false;

  function close(): void {
    if (open === undefined) return;
    emit({ type: "content_block_stop", index });
    open = undefined;
    index += 1;
  }
  function whole(block: Event, delta: Event): void {
    emit({ type: "content_block_start", index, content_block: block });
    emit({ type: "content_block_delta", index, delta });
    emit({ type: "content_block_stop", index });
    index += 1;
  }
  return {
    start(id, model) {
      [started, index, open, streamed] = [true, 0, undefined, false];
      const usage = { input_tokens: 0, output_tokens: 0 };
      const message = { id, type: "message", role: "assistant", model, content: [], stop_reason: null, stop_sequence: null, usage };
      emit({ type: "message_start", message });
    },
    add(kind, delta) {
      if (!started) return;
      if (open !== kind) {
        close();
        open = kind;
        const block = kind === "text" ? { type: "text", text: "" } : { type: "thinking", thinking: "", signature: "" };
        emit({ type: "content_block_start", index, content_block: block });
      }
      streamed = true;
      const part = kind === "text" ? { type: "text_delta", text: delta } : { type: "thinking_delta", thinking: delta };
      emit({ type: "content_block_delta", index, delta: part });
    },
    end(content, { stop, usage }) {
      if (!started) return;
      close();
      for (const block of content) {
        if (block.type === "call") {
          const partial = { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
          whole({ type: "tool_use", id: block.id, name: block.tool, input: {} }, partial);
        } else if (block.type === "text" && !streamed) {
          whole({ type: "text", text: "" }, { type: "text_delta", text: block.text });
        }
      }
      emit({ type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage: usageOf(usage) });
      emit({ type: "message_stop" });
      started = false;
    },
  };
}
