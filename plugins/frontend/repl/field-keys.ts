// The keys and the look of a field of one line. What is in it is in field.ts.
import { cells, graphemeEnd, graphemeStart, graphemes, type Key } from "claw/kit";
import type { Field } from "./field.ts";

/** What a key makes of it; `undefined` for a key that means nothing here. */
export function pressField(field: Field, { key, ctrl, alt, text, paste }: Key): Field | undefined {
  const { text: old, at } = field;
  const written = paste ?? (ctrl || alt ? undefined : text);
  if (written !== undefined) return insert(field, written);
  const cut = (from: number, to: number): Field => ({ text: old.slice(0, from) + old.slice(to), at: from });
  switch (ctrl ? `ctrl+${key}` : key) {
    case "backspace":
    case "ctrl+h":
      return cut(graphemeStart(old, at), at);
    case "delete":
    case "ctrl+d":
      return cut(at, graphemeEnd(old, at));
    case "ctrl+w":
      return cut(old.slice(0, at).search(/\S*\s*$/), at);
    case "ctrl+u":
      return cut(0, at);
    case "ctrl+k":
      return cut(at, old.length);
    case "left":
    case "ctrl+b":
      return { text: old, at: graphemeStart(old, at) };
    case "right":
    case "ctrl+f":
      return { text: old, at: graphemeEnd(old, at) };
    case "home":
    case "ctrl+a":
      return { text: old, at: 0 };
    case "end":
    case "ctrl+e":
      return { text: old, at: old.length };
    default:
      return undefined;
  }
}

/** The part of it that fits into `width` cells, with the cursor's column. `secret` text is shown as dots. */
export function showField({ text, at }: Field, width: number, secret = false): { readonly text: string; readonly column: number } {
  const shown = (part: string): string => {
    const line = part.replaceAll("\n", "⏎");
    return secret ? "•".repeat([...graphemes(line)].length) : line;
  };
  const [before, after] = [shown(text.slice(0, at)), shown(text.slice(at))];
  const room = Math.max(1, width - 1);
  const over = Math.max(0, cells(before) - room);
  const left = over === 0 ? before : Bun.sliceAnsi(before, over);
  const column = cells(left);
  return { text: left + Bun.sliceAnsi(after, 0, Math.max(0, width - column)), column };
}

// --- internal ---

const LONGEST = 20_000;

function insert({ text, at }: Field, written: string): Field {
  const fitting = written.slice(0, Math.max(0, LONGEST - text.length)).toWellFormed();
  return { text: text.slice(0, at) + fitting + text.slice(at), at: at + fitting.length };
}
