// The system's clipboard, by the program there is for it, or by the terminal. Reads nothing from it.
import type { Env } from "claw";

/** Puts `text` on the system's clipboard; gives `false` where there is no program for it, or it fails. */
export async function copyText(text: string, env: Env): Promise<boolean> {
  const path = env["PATH"];
  const argv = PROGRAMS.find(([program]) => Bun.which(program, path === undefined ? {} : { PATH: path }) !== null);
  if (argv === undefined) return false;
  // Not as one of the processes that end with a turn: on X11 the program stays, to give away what it was given.
  const child = Bun.spawn([...argv], { stdin: new Blob([text]), stdout: "ignore", stderr: "ignore", env: { ...env } as Record<string, string> });
  const limit = setTimeout(() => child.kill(), MOST_MS);
  limit.unref();
  return (await child.exited.finally(() => clearTimeout(limit))) === 0;
}

/** What asks a terminal to put `text` on the clipboard of whoever sits there (OSC 52); `undefined` for more than terminals take. */
export function clipboardSequence(text: string): string | undefined {
  return text.length > MOST_CHARACTERS ? undefined : `\x1b]52;c;${Buffer.from(text.toWellFormed()).toString("base64")}\x07`;
}

// --- internal ---

const MOST_MS = 2_000;
const MOST_CHARACTERS = 100_000;
const PROGRAMS = [["pbcopy"], ["wl-copy"], ["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"], ["clip.exe"]] as const;
