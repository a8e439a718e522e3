// Images as the model takes them: known by their first bytes, made smaller when they are too large.
import type { ToolResult } from "claw";
import { fitImage, imageType } from "claw/kit";

/** The answer for an image; `undefined` for anything else. */
export async function imageOf(bytes: Uint8Array, given: string): Promise<ToolResult | undefined> {
  if (imageType(bytes) === undefined) return undefined;
  const fit = await fitImage(bytes, 80);
  if ("wrong" in fit) return refused(`${given} ${[`${fit.wrong}.`, fit.hint ?? ""].join(" ").trimEnd()}`);
  return shown(given, fit.mediaType, fit.bytes, fit.smaller ? `, made smaller from ${bytes.length} bytes` : "");
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
