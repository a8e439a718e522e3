// How large messages are, roughly: enough to compare, not to bill.
import type { Block, Message } from "claw";

/** Characters to a token, on the careful side for code. */
export const PER_TOKEN = 4;

/** The characters of messages, an image counted as what it costs in tokens. */
export function charactersOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + blocks(message.content), 0);
}

// --- internal ---

const IMAGE = 1_600 * PER_TOKEN;
/** Role, ids and braces. */
const FRAME = 20;

function blocks(content: readonly Block[]): number {
  return content.reduce((sum, block) => sum + FRAME + sizeOf(block), 0);
}

function sizeOf(block: Block): number {
  switch (block.type) {
    case "text":
      return block.text.length;
    case "thinking":
      return block.text.length + (block.opaque === undefined ? 0 : JSON.stringify(block.opaque).length);
    case "image":
      return IMAGE;
    case "call":
      return block.tool.length + JSON.stringify(block.input).length;
    case "result":
      return blocks(block.content);
  }
}
