// Images as the model takes them: known by their first bytes, made smaller when they are too large.
import type { ToolResult } from "claw";
import { imageType, MOST_IMAGE_BYTES, MOST_IMAGE_SIDE, smallerImage, wholeImage } from "claw/kit";

/** The answer for an image; `undefined` for anything else. */
export async function imageOf(bytes: Uint8Array, given: string): Promise<ToolResult | undefined> {
  const mediaType = imageType(bytes);
  if (mediaType === undefined) return undefined;
  const whole = await wholeImage(bytes);
  if (whole === undefined) return refused(`${given} begins as ${mediaType} does, but is no whole image: it is cut short or broken.`);
  if (bytes.length <= MOST_IMAGE_BYTES && whole.side <= MOST_IMAGE_SIDE) return shown(given, mediaType, bytes, "");
  const smaller = await smallerImage(bytes, 80);
  if (smaller !== undefined) return shown(given, "image/jpeg", smaller, `, made smaller from ${bytes.length} bytes`);
  const most = `at most ${MOST_IMAGE_BYTES} bytes and ${MOST_IMAGE_SIDE} pixels a side can be shown`;
  return refused(
    `${given} is an image of ${bytes.length} bytes, ${whole.side} pixels on its longer side; ${most}. Make a smaller copy and read that.`,
  );
}

// --- internal ---

function refused(text: string): ToolResult {
  return { content: [{ type: "text", text }], failed: true };
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
