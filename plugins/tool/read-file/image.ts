// Images as the model takes them: known by their first bytes, made smaller when they are too large.
import type { ToolResult } from "claw";

/** The answer for an image; `undefined` for anything else. */
export async function imageOf(bytes: Uint8Array, given: string): Promise<ToolResult | undefined> {
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === undefined) return undefined;
  if (bytes.length <= MOST_BYTES) return shown(given, mediaType, bytes, "");
  const smaller = await shrink(bytes);
  if (smaller !== undefined) return shown(given, "image/jpeg", smaller, `, made smaller from ${bytes.length} bytes`);
  const text = `${given} is an image of ${bytes.length} bytes; at most ${MOST_BYTES} can be shown. Make a smaller copy and read that.`;
  return { content: [{ type: "text", text }], failed: true };
}

/** The type that the first bytes tell, whatever the name says. */
export function mediaTypeOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength)).toString("latin1");
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  return undefined;
}

// --- internal ---

/** What providers take: 5 MB of base64. */
const MOST_BYTES = 3_750_000;
/** Models see no more than this along the longer side. */
const LONGEST_SIDE = 1_568;
const MOST_PIXELS = 100_000_000;

async function shrink(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const { width, height } = await new Bun.Image(bytes).metadata();
    if (width * height > MOST_PIXELS) return undefined;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    const made = await new Bun.Image(bytes)
      .resize(Math.max(1, Math.round(width * scale)))
      .jpeg({ quality: 80 })
      .bytes();
    return made.length <= MOST_BYTES ? made : undefined;
  } catch {
    // Broken or unknown inside: then there is nothing to show.
    return undefined;
  }
}

function shown(given: string, mediaType: string, bytes: Uint8Array, note: string): ToolResult {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  const text = `[${given}: ${mediaType}, ${bytes.length} bytes${note}]`;
  return {
    content: [
      { type: "text", text },
      { type: "image", mediaType, base64 },
    ],
    details: { mediaType, size: bytes.length },
  };
}
