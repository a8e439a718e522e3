// Images of an input: paths dropped on the terminal, and bytes made fit for a model.

import { statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { type Block, ClawError, wrap } from "claw";
import { type EditorImage, fitImage, splitWords } from "claw/kit";

/** The images that a pasted text is nothing but paths of, as terminals write what is dropped on them; `undefined` for any other text. */
export function droppedImages(text: string, cwd: string): readonly string[] | undefined {
  if (text.length > LONGEST_PATHS || !NAMED.test(text)) return undefined;
  // One path with blanks in it that nobody has quoted comes first.
  const whole = pathOf(text.trim(), cwd);
  if (whole !== undefined) return [whole];
  const windows = /^["']?[a-z]:\\/i.test(text.trim());
  const words = windows ? text.trim().split(/\s+/) : splitWords(text.trim());
  const paths = words.map((word) => pathOf(word, cwd));
  return paths.length > 0 && paths.every((path) => path !== undefined) ? paths : undefined;
}

/** An image as a block. Throws `CLAW_TOOL_INPUT_INVALID` for one that cannot be read, is none, is broken, or is too large. */
export async function blockOf({ label, path, bytes: held }: EditorImage): Promise<Block> {
  const refuse = (what: string, hint?: string): never => {
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", `${label}${path === undefined ? "" : ` (${path})`} ${what}`, hint === undefined ? {} : { hint });
  };
  const bytes = held ?? (path === undefined ? undefined : await readImage(path)) ?? refuse("cannot be read", "Is the file still there?");
  if (bytes.length > MOST_READ) refuse(`is too large: ${bytes.length} bytes`, "Make a smaller copy.");
  const fit = await fitImage(bytes, 85);
  if ("wrong" in fit) return refuse(fit.wrong, fit.hint);
  return {
    type: "image",
    mediaType: fit.mediaType,
    base64: Buffer.from(fit.bytes.buffer, fit.bytes.byteOffset, fit.bytes.byteLength).toString("base64"),
  };
}

/** What is wrong with an image, as a line for the user; `undefined` for one that can be sent. */
export async function wrongOf(image: EditorImage): Promise<string | undefined> {
  try {
    await blockOf(image);
    return undefined;
  } catch (thrown) {
    const { message, info } = wrap(thrown, "CLAW_TOOL_INPUT_INVALID");
    return [`${message}.`, info.hint ?? ""].join(" ").trimEnd();
  }
}

// --- internal ---

const NAMED = /\.(?:png|jpe?g|gif|webp|bmp|tiff?|heic|avif)["']?\s*$/i;
const LONGEST_PATHS = 8_192;
const MOST_READ = 100_000_000;

function pathOf(word: string, cwd: string): string | undefined {
  const bare = /^(["']).*\1$/.test(word) ? word.slice(1, -1) : word;
  if (!NAMED.test(bare) || bare.includes("\n")) return undefined;
  try {
    const path = bare.startsWith("file://") ? Bun.fileURLToPath(bare) : bare.startsWith("~/") ? homedir() + bare.slice(1) : bare;
    // A name alone is more likely just text.
    if (!isAbsolute(path) && !/^\.{1,2}[/\\]/.test(path)) return undefined;
    const full = resolve(cwd, path);
    return statSync(full, { throwIfNoEntry: false })?.isFile() === true ? full : undefined;
  } catch {
    return undefined;
  }
}

async function readImage(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    return size > MOST_READ ? new Uint8Array(MOST_READ + 1) : await readFile(path);
  } catch {
    return undefined;
  }
}
