// Keys of the terminal as the characters that Vim's commands are written in.
import type { Key } from "claw/kit";
import { ARROWS } from "./insert.ts";

/** The character a key is, or `undefined` for one that Vim leaves to the editor. */
export function charOf({ key, ctrl, alt, text, paste }: Key): string | undefined {
  if (alt || paste !== undefined) return undefined;
  if (ctrl) return /^[a-z[\]]$/.test(key) ? String.fromCharCode(key.charCodeAt(0) & 0x1f) : undefined;
  return NAMED[key] ?? (text === "" ? undefined : text);
}

/** What a named key or an arrow does in normal mode. */
export const NORMAL_KEYS: Readonly<Record<string, string>> = {
  [ARROWS.left]: "h",
  [ARROWS.right]: "l",
  [ARROWS.up]: "k",
  [ARROWS.down]: "j",
  [ARROWS.home]: "0",
  [ARROWS.end]: "$",
};
/** Control keys that Vim itself takes, by mode. All others are the editor's. */
export const NORMAL_CONTROLS = "\x01\x12\x16\x18\x1b\n\b";
export const INSERT_CONTROLS = "\x15\x17\x1b\n\b";

// --- internal ---

const NAMED: Readonly<Record<string, string>> = {
  ...{ enter: "\r", escape: "\x1b", backspace: "\x7f", tab: "\t", space: " " },
  ...ARROWS,
};
