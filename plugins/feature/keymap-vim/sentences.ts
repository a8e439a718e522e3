// Sentences: they end with `.`, `!` or `?`, closing quotes and brackets, and a blank or the line's end. An empty line parts them too.
import { before, blank, charAt, type Lines, type Spot, same, step, stepBack } from "./text.ts";
import { emptyLine } from "./words.ts";

/** `)` and `(`. */
export function sentence(lines: Lines, from: Spot, count: number, forward: boolean): Spot | undefined {
  let spot = from;
  for (let left = count; left > 0; left--) {
    let next = once(lines, spot, forward, left > 1);
    // What ends a sentence may stand alone before the cursor and under it.
    if (forward && next !== undefined && same(next, spot)) next = once(lines, onward(lines, spot)[0], forward, left > 1);
    if (next === undefined) return undefined;
    spot = next;
  }
  return spot;
}

/** One on, passing over the place on a line's end. */
export function onward(lines: Lines, spot: Spot): readonly [Spot, boolean] {
  const [next, how] = step(lines, spot);
  if (how !== "end") return [next, how !== "stuck"];
  const [further, got] = step(lines, next);
  return [further, got !== "stuck"];
}
/** One back, likewise. */
export function backward(lines: Lines, spot: Spot): readonly [Spot, boolean] {
  const [next, how] = stepBack(lines, spot);
  if (how !== "line" || next.col === 0) return [next, how !== "stuck"];
  return [stepBack(lines, next)[0], true];
}

/** `is` and `as`, from the cursor. `end` is exclusive unless the text ends there. */
export function sentenceObject(
  lines: Lines,
  from: Spot,
  count: number,
  around: boolean,
): { readonly start: Spot; readonly end: Spot; readonly last: Spot; readonly inclusive: boolean } | undefined {
  const next = sentence(lines, from, 1, true) ?? from;
  let probe = from;
  while (isBlank(lines, probe)) {
    const [further, went] = onward(lines, probe);
    if (!went) break;
    probe = further;
  }
  const blankFirst = same(probe, next);
  let start = blankFirst ? firstBlank(lines, from) : (sentence(lines, next, 1, false) ?? next);
  const pieces = around ? count * 2 : count - (blankFirst ? 1 : 0);
  let end = pieces > 0 ? piecesOn(lines, blankFirst ? next : start, pieces) : backward(lines, next)[0];
  if (around) {
    if (blankFirst) {
      end = firstBlank(lines, end);
      if (isBlank(lines, end)) [end] = backward(lines, end);
    } else if (!isBlank(lines, end)) start = firstBlank(lines, start);
  }
  const [behind, went] = onward(lines, end);
  return { start, end: behind, last: end, inclusive: !went };
}

/** A selection grown by sentences, from its end at the cursor. */
export function growSentences(lines: Lines, from: Spot, anchor: Spot, count: number, around: boolean, at?: Spot): Spot {
  const pieces = around ? count * 2 : count;
  if (before(from, anchor)) {
    let spot = from;
    let start = onlyBlanks(lines, backward(lines, from)[0], from);
    if (!start) {
      spot = sentence(lines, from, 1, false) ?? from;
      start = same(spot, from);
      if (!start) spot = sentence(lines, spot, 1, true) ?? spot;
    }
    for (let left = pieces; left > 0; left--) {
      if (start) spot = firstBlank(lines, spot);
      if (!start || (!around && !isBlank(lines, spot))) spot = sentence(lines, spot, 1, false) ?? spot;
      start = !start;
    }
    return spot;
  }
  const next = at ?? sentence(lines, from, 1, true) ?? from;
  const probe = onward(lines, from)[0];
  if (same(probe, next)) return piecesOn(lines, next, pieces, true);
  const inside = !onlyBlanks(lines, probe, next);
  return piecesOn(lines, inside ? (sentence(lines, next, 1, false) ?? next) : from, pieces, inside);
}

// --- internal ---

function onlyBlanks(lines: Lines, from: Spot, to: Spot): boolean {
  for (let spot = from; before(spot, to); [spot] = onward(lines, spot)) if (!isBlank(lines, spot)) return false;
  return true;
}

const isBlank = (lines: Lines, spot: Spot): boolean => blank(charAt(lines, spot));
const ENDS = ".!?";
const CLOSES = ")]\"'";
const among = (set: string, char: string): boolean => char !== "" && set.includes(char);

/** Back to the first of the blanks before a place. */
function firstBlank(lines: Lines, from: Spot): Spot {
  let spot = from;
  for (;;) {
    const [previous, went] = backward(lines, spot);
    if (!went) return spot;
    if (!isBlank(lines, previous)) return onward(lines, previous)[0];
    spot = previous;
  }
}

/** Over sentences and the blanks between them, in turn; on the last character of the last. */
function piecesOn(lines: Lines, from: Spot, pieces: number, atStart = true): Spot {
  let spot = from;
  let start = atStart;
  for (let left = pieces; left > 0; left--) {
    spot = sentence(lines, spot, 1, true) ?? spot;
    if (start) spot = firstBlank(lines, spot);
    if (left === 1 || start) [spot] = backward(lines, spot);
    start = !start;
  }
  return spot;
}

function once(lines: Lines, from: Spot, forward: boolean, more: boolean): Spot | undefined {
  const move = forward ? onward : backward;
  let pos = from;
  if (charAt(lines, pos) === "") {
    let went = true;
    do [pos, went] = move(lines, pos);
    while (went && charAt(lines, pos) === "");
    if (!went && more) return undefined;
    if (forward) return overBlanks(lines, pos);
  } else if (!forward) [pos] = backward(lines, pos);
  pos = overEnd(lines, pos, forward);
  const { row } = pos;
  for (;;) {
    const char = charAt(lines, pos);
    if (char === "" || emptyLine(lines, pos)) {
      if (!forward && pos.row !== row) pos = { row: pos.row + 1, col: pos.col };
      break;
    }
    if (among(ENDS, char)) {
      const behind = behindSentence(lines, pos);
      if (behind !== undefined) return overBlanks(lines, behind);
    }
    const [next, went] = move(lines, pos);
    if (!went) return more ? undefined : next;
    pos = next;
  }
  return overBlanks(lines, pos);
}

/** Back over blanks and what ends a sentence, to within it. */
function overEnd(lines: Lines, from: Spot, forward: boolean): Spot {
  let pos = from;
  let dotted = false;
  for (;;) {
    const char = charAt(lines, pos);
    if (!blank(char) && !among(ENDS + CLOSES, char)) return pos;
    const [previous, went] = backward(lines, pos);
    if (!went || (lines[previous.row] === "" && forward) || dotted) return pos;
    if (among(ENDS, char)) dotted = true;
    if (among(CLOSES, char) && !among(ENDS + CLOSES, charAt(lines, previous))) return pos;
    pos = previous;
  }
}

/** The place behind the end of a sentence that may be at `pos`: on a blank, or at the start of the next line. */
function behindSentence(lines: Lines, pos: Spot): Spot | undefined {
  let [behind, how] = step(lines, pos);
  while (how !== "stuck" && among(CLOSES, charAt(lines, behind))) [behind, how] = step(lines, behind);
  if (how === "stuck" || charAt(lines, behind) === "") return step(lines, behind)[0];
  return isBlank(lines, behind) ? behind : undefined;
}

function overBlanks(lines: Lines, from: Spot): Spot {
  let pos = from;
  while (isBlank(lines, pos)) {
    const [next, went] = onward(lines, pos);
    if (!went) break;
    pos = next;
  }
  return pos;
}
