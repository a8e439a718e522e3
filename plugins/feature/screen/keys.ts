// Bytes of a terminal into keys. Pure but for its buffer: whoever feeds it also keeps the time, and calls `expire` when nothing more came.
import { graphemes, type Key } from "claw/kit";
import { controlKey, FUNCTION_KEYS, KEYPAD, keyOfCode, LETTERS, NO_MODIFIERS, TILDES } from "./codes.ts";

export interface KeyDecoder {
  feed(bytes: Uint8Array): void;
  /** How long to wait for the rest of what has begun, in milliseconds; `undefined` when nothing has. */
  readonly waiting: number | undefined;
  /** The rest did not come: what is there stands for itself. */
  expire(): void;
}

/** Every key and paste is given to `emit`, in order. Mouse and focus reports and a terminal's answers are dropped. */
export function createKeyDecoder(emit: (key: Key) => void): KeyDecoder {
  const decoder = new TextDecoder();
  let buffer = "";
  let paste: string[] | undefined;
  let pasted = 0;

  const endPaste = (): void => {
    const text = (paste ?? []).join("").replace(/\r\n?/g, "\n").replace(CONTROLS, "");
    paste = undefined;
    pasted = 0;
    if (text !== "") emit({ ...NO_MODIFIERS, key: "paste", paste: text });
  };
  /** Gives `false` when the end of the paste is not there yet. */
  const takePaste = (): boolean => {
    const end = buffer.indexOf(PASTE_END);
    // The last characters may be the start of the end.
    const upTo = end === -1 ? Math.max(0, buffer.length - PASTE_END.length + 1) : end;
    if (pasted < LONGEST_PASTE) paste?.push(buffer.slice(0, upTo));
    pasted += upTo;
    buffer = buffer.slice(end === -1 ? upTo : end + PASTE_END.length);
    if (end !== -1) endPaste();
    return end !== -1;
  };
  const drain = (): void => {
    while (buffer !== "") {
      if (paste !== undefined) {
        if (!takePaste()) return;
        continue;
      }
      const taken = take(buffer, emit);
      if (taken === 0) return;
      if (buffer.startsWith(PASTE_START)) paste = [];
      buffer = buffer.slice(taken);
    }
  };
  return {
    feed(bytes) {
      buffer += decoder.decode(bytes, { stream: true });
      drain();
      if (paste === undefined && buffer.length > LONGEST_SEQUENCE) buffer = "";
    },
    get waiting() {
      if (paste !== undefined) return PASTE_MS;
      if (buffer === "") return undefined;
      return buffer.length <= 2 ? ESCAPE_MS : SEQUENCE_MS;
    },
    expire() {
      if (paste !== undefined) {
        paste.push(buffer);
        buffer = "";
        endPaste();
        return;
      }
      const left = buffer;
      buffer = "";
      if (left === "\x1b") emit({ ...NO_MODIFIERS, key: "escape" });
      else if (left === "\x1b\x1b") for (const _ of left) emit({ ...NO_MODIFIERS, key: "escape" });
      else if (left.length === 2) emitCharacter(left.slice(1), true, emit);
    },
  };
}

// --- internal ---

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
const LONGEST_PASTE = 16_000_000;
const LONGEST_SEQUENCE = 8_192;
/** A lone Esc is told after this long: a person sees no delay, and a sequence cut in two by the network is still whole. */
const ESCAPE_MS = 30;
const SEQUENCE_MS = 300;
const PASTE_MS = 2_000;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const CSI = /^\x1b\[([<=>?]?)([\d;:]*)[ -/]*([@-~])/;
const SS3 = /^\x1bO(\d*)([A-Za-z])/;
const STRING = /^\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)/;
/** What may still become one of the above. */
const BEGUN = /^\x1b{1,2}(?:\[[<=>?]?[\d;:]*[ -/]*|\[\[|O\d*|[\]PX^_][^\x07\x1b]*\x1b?)?$/;
const TEXT = /^[^\x00-\x1f\x7f]+/;

/** Takes one key, or a run of text, from the start of `buffer`. Gives how long it was; 0 when the rest must come first. */
function take(buffer: string, emit: (key: Key) => void): number {
  if (buffer[0] !== "\x1b") {
    const text = TEXT.exec(buffer)?.[0];
    if (text === undefined) return emitCharacter(buffer[0]!, false, emit);
    for (const character of graphemes(text)) emitCharacter(character, false, emit);
    return text.length;
  }
  if (BEGUN.test(buffer)) return 0;
  if (buffer.startsWith("\x1b[M")) return buffer.length < 6 ? 0 : 6;
  // Alt with a key that is a sequence itself; otherwise Esc was pressed, and then something else.
  const doubled = /^\x1b\x1b[[O]/.test(buffer);
  const at = doubled ? buffer.slice(1) : buffer;
  const length = sequence(at, doubled, emit);
  if (length > 0) return doubled ? length + 1 : length;
  if (buffer[1] === "\x1b") {
    emit({ ...NO_MODIFIERS, key: "escape" });
    return 1;
  }
  const [first = ""] = graphemes(buffer.slice(1, 17));
  return 1 + emitCharacter(first, true, emit);
}

/** A whole escape sequence at the start of `text`, whether it means anything or not. */
function sequence(text: string, alt: boolean, emit: (key: Key) => void): number {
  if (text.startsWith("\x1b[[")) {
    const key = FUNCTION_KEYS["ABCDE".indexOf(text[3] ?? "")];
    if (key !== undefined) emit({ ...NO_MODIFIERS, key, alt });
    return 4;
  }
  const string = STRING.exec(text);
  if (string !== null) return string[0].length;
  const short = SS3.exec(text);
  if (short !== null) {
    const key = LETTERS[short[2]!] ?? KEYPAD[short[2]!];
    if (key !== undefined) press(key, Number(short[1] || 1), alt, emit);
    return short[0].length;
  }
  const found = CSI.exec(text);
  if (found === null) return 0;
  if (found[1] === "") control(found[2]!, found[3]!, alt, emit);
  return found[0].length;
}

/** A CSI sequence that is a key: legacy, `modifyOtherKeys` or the Kitty protocol. */
function control(given: string, final: string, alt: boolean, emit: (key: Key) => void): void {
  const parameters = given.split(";").map((one) => one.split(":").map((part) => (part === "" ? undefined : Number(part))));
  const number = (at: number, part = 0): number | undefined => parameters[at]?.[part];
  // Released keys are reported by terminals that report too much.
  if (number(1, 1) === 3) return;
  if (final === "u") keyOfCode({ code: number(0) ?? 0, shifted: number(0, 1), base: number(0, 2), modifiers: number(1) ?? 1 }, emit);
  else if (final === "~" && number(0) === 27) keyOfCode({ code: number(2) ?? 0, modifiers: number(1) ?? 1 }, emit);
  else if (final === "~") {
    const key = TILDES[number(0) ?? 0];
    if (key !== undefined) press(key, number(1) ?? 1, alt, emit);
  } else if (final === "Z") emit({ ...NO_MODIFIERS, key: "tab", shift: true });
  // `CSI 12;40R` is where the cursor stands; `CSI 1;2R` is F3.
  else if (LETTERS[final] !== undefined && (number(0) ?? 1) === 1) press(LETTERS[final], number(1) ?? 1, alt, emit);
}

function press(key: string, modifiers: number, alt: boolean, emit: (key: Key) => void): void {
  const bits = modifiers - 1;
  emit({ key, ctrl: (bits & 4) !== 0, alt: alt || (bits & 34) !== 0, shift: (bits & 1) !== 0 });
}

/** A character, or a control character for what it means on a keyboard. Gives its length. */
function emitCharacter(character: string, alt: boolean, emit: (key: Key) => void): number {
  const code = character.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) emit({ ...NO_MODIFIERS, ...controlKey(code), alt });
  else if (code < 0x80 || code > 0x9f) {
    const lower = character.toLowerCase();
    const shift = lower !== character;
    const key = character === " " ? "space" : lower;
    emit({ key, ctrl: false, alt, shift, ...(alt ? {} : { text: character }) });
  }
  return character.length;
}
