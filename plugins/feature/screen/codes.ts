// Which code of a terminal is which key: tables, and the Kitty protocol's numbers. Pure.
import type { Key } from "claw/kit";

export const NO_MODIFIERS = { ctrl: false, alt: false, shift: false } as const;
export const FUNCTION_KEYS = ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12"] as const;

/** Keys by the letter that ends their sequence. */
export const LETTERS: Readonly<Record<string, string>> = {
  ...{ A: "up", B: "down", C: "right", D: "left", H: "home", F: "end", M: "enter" },
  ...{ P: "f1", Q: "f2", R: "f3", S: "f4" },
};
/** What a keypad in application mode sends. Its text is not typed: no terminal is put into that mode by us. */
export const KEYPAD: Readonly<Record<string, string>> = { I: "tab", X: "=", j: "*", k: "+", l: ",", m: "-", n: ".", o: "/" };
/** Keys by the number before `~`. */
export const TILDES: Readonly<Record<number, string>> = {
  ...{ 1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end" },
  ...{ 11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5", 17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10", 23: "f11", 24: "f12" },
};

/** A control character. Ctrl-H and Backspace are the same byte on many terminals. */
export function controlKey(code: number): Pick<Key, "key"> & Partial<Key> {
  if (code === 13) return { key: "enter" };
  if (code === 9) return { key: "tab" };
  if (code === 127 || code === 8) return { key: "backspace" };
  if (code === 27) return { key: "escape" };
  if (code === 0) return { key: "space", ctrl: true };
  return { key: code < 27 ? String.fromCharCode(96 + code) : ["\\", "]", "^", "_"][code - 28]!, ctrl: true };
}

/** A key by its Unicode code point, as `CSI u` has it. `base` is where it would be on a US keyboard. */
export interface Code {
  readonly code: number;
  readonly shifted?: number | undefined;
  readonly base?: number | undefined;
  readonly modifiers: number;
}

/** Nothing for keys held with Super, which are the window system's, for modifiers alone, and for what is no key. */
export function keyOfCode({ code, shifted, base, modifiers }: Code, emit: (key: Key) => void): void {
  const bits = modifiers - 1;
  if ((bits & 24) !== 0) return;
  const [shift, alt, ctrl] = [(bits & 1) !== 0, (bits & 34) !== 0, (bits & 4) !== 0];
  const named = NAMED[code] ?? FUNCTIONAL[code];
  if (named !== undefined) {
    const text = named === "space" ? " " : /^[\d.*/+=,-]$/.test(named) ? named : undefined;
    emit({ key: named, ctrl, alt, shift, ...(text === undefined || ctrl || alt ? {} : { text }) });
    return;
  }
  const valid = (point: number | undefined): point is number =>
    point !== undefined && point > 32 && point <= 0x10ffff && !(point >= 0xd800 && point < 0xe000);
  if (!valid(code) || (code >= 57_344 && code <= 63_743)) return;
  const typed = String.fromCodePoint(code);
  if (ctrl || alt) {
    // On a Cyrillic or Greek keyboard Ctrl-C is where it is on a Latin one.
    const place = code > 127 && valid(base) ? String.fromCodePoint(base) : typed;
    emit({ key: place.toLowerCase(), ctrl, alt, shift: shift || place !== place.toLowerCase() });
    return;
  }
  const text = shift ? (valid(shifted) ? String.fromCodePoint(shifted) : typed.toUpperCase()) : typed;
  const key = text.toLowerCase();
  emit({ key, ctrl, alt, shift: shift || key !== text, text });
}

// --- internal ---

const NAMED: Readonly<Record<number, string>> = { 8: "backspace", 9: "tab", 13: "enter", 27: "escape", 32: "space", 127: "backspace" };
/** Private code points of the Kitty protocol: the keypad. */
const FUNCTIONAL: Readonly<Record<number, string>> = Object.fromEntries(
  [
    ...["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "/", "*", "-", "+", "enter", "=", ","],
    ...["left", "right", "up", "down", "pageup", "pagedown", "home", "end", "insert", "delete"],
  ].map((key, at) => [57_399 + at, key]),
);
