// The end of what a child says, for when something goes wrong.
import { plain } from "./plain.ts";
import { tailOf } from "./text.ts";

/** Reads a stream of text to its end, however long, and keeps the last of it. `done` never rejects; `text` is at most `most` characters, safe to show. */
export function readTail(stream: ReadableStream<Uint8Array>, most: number): Readonly<{ done: Promise<void>; text(): string }> {
  let kept = "";
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    // What is not shown may still stand before what is.
    for await (const chunk of stream) kept = tailOf(kept + decoder.decode(chunk, { stream: true }), most * 4);
  };
  return { done: read().catch(() => {}), text: () => tailOf(plain(kept).trim(), most).toWellFormed() };
}
