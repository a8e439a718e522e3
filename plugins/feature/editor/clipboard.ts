// What is on the system's clipboard, by the platform's own means: an image, else text.
import type { Env } from "claw";

export type Clipped = Readonly<{ bytes: Uint8Array } | { text: string }>;

/** `undefined` when there is nothing on it that can be used, or no program that says. Never rejects. */
export async function readClipboard(env: Env): Promise<Clipped | undefined> {
  try {
    // On Linux this is always null.
    const image = process.platform === "linux" ? null : Bun.Image.fromClipboard();
    if (image !== null) return { bytes: await image.png().bytes() };
  } catch {
    // A picture of a kind that cannot be read: programs may know it.
  }
  for (const [program, ...rest] of IMAGES) {
    const bytes = await output(program, rest, env);
    if (bytes !== undefined && bytes.length > 0) return { bytes };
  }
  for (const [program, ...rest] of TEXTS) {
    const bytes = await output(program, rest, env);
    if (bytes !== undefined && bytes.length > 0) return { text: new TextDecoder().decode(bytes) };
  }
  return undefined;
}

// --- internal ---

type Command = readonly [string, ...string[]];
const IMAGES: readonly Command[] = [
  ["wl-paste", "--no-newline", "--type", "image/png"],
  ["xclip", "-selection", "clipboard", "-t", "image/png", "-o"],
  ["pngpaste", "-"],
];
const TEXTS: readonly Command[] = [
  ["pbpaste"],
  ["wl-paste", "--no-newline", "--type", "text"],
  ["xclip", "-selection", "clipboard", "-o"],
  ["xsel", "--clipboard", "--output"],
  ["powershell.exe", "-NoProfile", "-Command", "Get-Clipboard -Raw"],
];
const MOST_MS = 3_000;
const MOST_BYTES = 100_000_000;

async function output(program: string, rest: readonly string[], env: Env): Promise<Uint8Array | undefined> {
  const path = env["PATH"];
  const found = Bun.which(program, path === undefined ? {} : { PATH: path });
  if (found === null) return undefined;
  try {
    const child = Bun.spawn([found, ...rest], {
      ...{ stdin: "ignore", stdout: "pipe", stderr: "ignore", timeout: MOST_MS, killSignal: "SIGKILL", maxBuffer: MOST_BYTES },
      env: { ...env } as Record<string, string>,
    });
    const bytes = await child.stdout.bytes();
    return (await child.exited) === 0 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
