// The gate of results: what one call gives back never takes more than its share of the model's window.
import type { Block, Model, ToolResult } from "claw";
import { bytesOfBlocks, clip } from "claw/kit";

/** The result, with its texts cut when it is too large for `model`; `undefined` when it fits. */
export function fitting(result: ToolResult, model: Pick<Model, "context">): ToolResult | undefined {
  const most = Math.floor(model.context * SHARE);
  if (most <= 0 || bytesOfBlocks(result.content) <= Math.max(most, LEAST)) return undefined;
  const texts = result.content.filter((block) => block.type === "text");
  // Images before texts: each counts as much as some pages, and one alone always fits.
  const images = result.content.filter((block) => block.type === "image").slice(0, MOST_IMAGES);
  const each = Math.max(LEAST / 2, Math.floor(most / Math.max(1, texts.length)));
  const content = result.content.flatMap((block): readonly Block[] => {
    if (block.type === "image")
      return images.includes(block) ? [block] : [{ type: "text", text: "[an image is left out: the model's window has no room for it]" }];
    return [block.type === "text" ? { ...block, text: cut(block.text, each) } : block];
  });
  return { ...result, content };
}

// --- internal ---

/** Bytes for a token of the window: a quarter of it, at three bytes a token, so that even dense text fits. */
const SHARE = 0.75;
const LEAST = 2_000;
const MOST_IMAGES = 4;

/** `clip` counts characters, and one may take several bytes. */
function cut(text: string, bytes: number): string {
  const size = Buffer.byteLength(text);
  if (size <= bytes) return text;
  return clip(text, Math.floor((bytes * text.length) / size), "it was too large for the model's window; ask for a part of it");
}
