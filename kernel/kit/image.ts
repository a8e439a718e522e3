// Images as models take them: known by their first bytes, made smaller when they are too large.

/** What providers take: 5 MB of base64. */
export const MOST_IMAGE_BYTES = 3_750_000;

/** And pixels a side. */
export const MOST_IMAGE_SIDE = 8_000;

/** The type that the first bytes tell, whatever the name says; `undefined` for what no model takes. */
export function imageType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength)).toString("latin1");
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "image/gif";
  return head.startsWith("RIFF") && head.slice(8, 12) === "WEBP" ? "image/webp" : undefined;
}

/** An image that decodes, as what it really is, with the longer side in pixels. */
export interface WholeImage {
  readonly mediaType: string;
  readonly side: number;
}

/** An image fit for a model: `smaller` when it is another one than was given. */
export interface FitImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly smaller: boolean;
}

/** Why there is none: the end of a sentence that begins with its name, and what can be done where something can. */
export interface UnfitImage {
  readonly wrong: string;
  readonly hint?: string;
}
