// Images made to fit what a model takes.
import { type FitImage, imageType, MOST_IMAGE_BYTES, MOST_IMAGE_SIDE, type UnfitImage, type WholeImage } from "./image.ts";

/** `undefined` for what is no image, cut short or broken: a provider refuses it, and with it every later request of the session. */
export async function wholeImage(bytes: Uint8Array): Promise<WholeImage | undefined> {
  const mediaType = imageType(bytes);
  if (mediaType === undefined) return undefined;
  try {
    const { width, height } = await new Bun.Image(bytes).metadata();
    // What is larger is made smaller in any case, which decodes it.
    if (width * height <= MOST_PIXELS_TRIED) await new Bun.Image(bytes).resize(8).jpeg({ quality: 10 }).bytes();
    // A decoder of JPEG makes up what is missing, and providers do not.
    if (mediaType === "image/jpeg" && !endedJpeg(bytes)) return undefined;
    return { mediaType, side: Math.max(width, height) };
  } catch {
    return undefined;
  }
}

/** What may be sent to a provider: a whole image, made smaller or a JPEG (of `quality` out of 100) where it must be. */
export async function fitImage(bytes: Uint8Array, quality: number): Promise<FitImage | UnfitImage> {
  const mediaType = imageType(bytes);
  const whole = mediaType === undefined ? undefined : await wholeImage(bytes);
  if (mediaType !== undefined && whole === undefined) {
    return { wrong: `begins as ${mediaType} does, but is no whole image: it is cut short or broken` };
  }
  if (whole !== undefined && bytes.length <= MOST_IMAGE_BYTES && whole.side <= MOST_IMAGE_SIDE) {
    return { mediaType: whole.mediaType, bytes, smaller: false };
  }
  const made = await smallerImage(bytes, quality);
  if (made !== undefined) return { mediaType: "image/jpeg", bytes: made, smaller: true };
  if (whole === undefined) return { wrong: "is no image", hint: "PNG, JPEG, GIF and WebP can be sent." };
  const most = `at most ${MOST_IMAGE_BYTES} bytes and ${MOST_IMAGE_SIDE} pixels a side can be shown`;
  return { wrong: `is an image of ${bytes.length} bytes, ${whole.side} pixels on its longer side; ${most}`, hint: "Make a smaller copy." };
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

/** Whether the marker of its end comes after the last scan. Those of a thumbnail are inside a segment, which has a length. */
function endedJpeg(bytes: Uint8Array): boolean {
  let at = 2;
  while (at + 1 < bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    // Between segments there may be filling; in a scan there is all but markers, for which 0xff is no sign before these.
    if (bytes[at] !== 0xff || marker === 0xff || marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      const next = bytes.indexOf(0xff, at + 1);
      if (next === -1) return false;
      at = next;
    } else if (marker === 0xd9) return true;
    else at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  return false;
}
