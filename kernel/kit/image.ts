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

/** `undefined` for what is no image, cut short or broken: a provider refuses it, and with it every later request of the session. */
export async function wholeImage(bytes: Uint8Array): Promise<WholeImage | undefined> {
  const mediaType = imageType(bytes);
  if (mediaType === undefined) return undefined;
  try {
    const { width, height } = await new Bun.Image(bytes).metadata();
    // What is larger is made smaller in any case, which decodes it.
    if (width * height <= MOST_PIXELS_TRIED) await new Bun.Image(bytes).resize(8).jpeg({ quality: 10 }).bytes();
    return { mediaType, side: Math.max(width, height) };
  } catch {
    return undefined;
  }
}

/** A JPEG of it that a model takes, of `quality` out of 100; `undefined` for what is no image, or still too large. */
export async function smallerImage(bytes: Uint8Array, quality: number): Promise<Uint8Array | undefined> {
  try {
    const { width, height } = await new Bun.Image(bytes).metadata();
    if (width * height > MOST_PIXELS) return undefined;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    const made = await new Bun.Image(bytes)
      .resize(Math.max(1, Math.round(width * scale)))
      .jpeg({ quality })
      .bytes();
    return made.length <= MOST_IMAGE_BYTES ? made : undefined;
  } catch {
    return undefined;
  }
}

// --- internal ---

/** Models see no more than this along the longer side. */
const LONGEST_SIDE = 1_568;
const MOST_PIXELS = 100_000_000;
const MOST_PIXELS_TRIED = 64_000_000;
