// Messages as text for a model to sum up, in pieces that fit its window. Pure.
import type { Block, Message } from "claw";
import { clip, headOf, requestOf, summaryOf } from "claw/kit";

/** At most `most` pieces of about `size` characters. Past that every text is cut shorter, and then the middle is left out. */
export function piecesOf(messages: readonly Message[], size: number, most: number): readonly string[] {
  for (const share of [1, 0.4, 0.15]) {
    const pieces = packed(
      messages.flatMap((message) => linesOf(message, share)),
      size,
    );
    if (pieces.length <= most || share === 0.15) return pieces.length <= most ? pieces : [...pieces.slice(0, 1), ...pieces.slice(1 - most)];
  }
  return [];
}

// --- internal ---

/** The most characters of each. */
const SIZES = { user: 6_000, said: 3_000, input: 600, result: 800 } as const;

function linesOf(message: Message, share: number): readonly string[] {
  const cut = (text: string, kind: keyof typeof SIZES): string => clip(text.trim(), Math.ceil(SIZES[kind] * share));
  const earlier = summaryOf(message);
  // Notes of notes: what they say was worth keeping once.
  const notes = earlier === undefined ? [] : [`Notes of what was before:\n${headOf(earlier, SIZES.user * 4)}`];
  const words = message.role === "user" ? requestOf(message) : message.content;
  const said = words.flatMap((block) => {
    if (block.type === "text" && block.text.trim() !== "")
      return [message.role === "user" ? `User: ${cut(block.text, "user")}` : `Assistant: ${cut(block.text, "said")}`];
    return block.type === "image" ? ["User: [an image]"] : [];
  });
  const calls = message.content.flatMap((block) => {
    if (block.type === "call") return [`Call of ${block.tool}: ${cut(JSON.stringify(block.input), "input")}`];
    return block.type === "result" ? [`Result${block.failed ? " (failed)" : ""}: ${cut(textOf(block.content), "result")}`] : [];
  });
  return [...notes, ...said, ...calls];
}

function textOf(content: readonly Block[]): string {
  return content.map((block) => (block.type === "text" ? block.text : "[an image]")).join("\n");
}

function packed(lines: readonly string[], size: number): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const line of lines) {
    const short = line.length > size ? clip(line, Math.floor(size * 0.9)) : line;
    if (piece !== "" && piece.length + short.length + 2 > size) {
      pieces.push(piece);
      piece = "";
    }
    piece += `${piece === "" ? "" : "\n\n"}${short}`;
  }
  return piece === "" ? pieces : [...pieces, piece];
}
