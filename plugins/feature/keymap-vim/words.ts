// Motions by words, as Vim counts them: an empty line is a word, and the place behind a line's last character is blank.
import { classAt, type Lines, type Spot, type Stepped, step, stepBack } from "./text.ts";

/** Where a motion got to, and whether it could go its whole way. */
export interface Reached {
  readonly spot: Spot;
  readonly whole: boolean;
}

/** `w`: to the start of a word. With `inLine`, as operators ask, the last word ends with its line. */
export function wordForward(lines: Lines, from: Spot, count: number, big: boolean, inLine: boolean): Reached {
  let spot = from;
  for (let left = count - 1; left >= 0; left--) {
    const last = spot.row === lines.length - 1;
    const sort = classAt(lines, spot, big);
    let [next, how] = step(lines, spot);
    if (how === "stuck" || (how !== "in" && last)) return { spot: how === "end" ? next : spot, whole: false };
    spot = next;
    if (how !== "in" && inLine && left === 0) return { spot, whole: true };
    if (sort !== 0) {
      while (classAt(lines, spot, big) === sort) {
        [next, how] = step(lines, spot);
        if (how === "stuck") return { spot, whole: true };
        spot = next;
        if (how !== "in" && inLine && left === 0) return { spot, whole: true };
      }
    }
    while (classAt(lines, spot, big) === 0 && !emptyLine(lines, spot)) {
      const end = spot.row === lines.length - 1;
      [next, how] = step(lines, spot);
      if (how === "stuck" || (how !== "in" && end)) return { spot: how === "end" ? next : spot, whole: true };
      spot = next;
      if (how === "end" && inLine && left === 0) return { spot, whole: true };
    }
  }
  return { spot, whole: true };
}

/** `e`: to the end of a word. `stay`: the end of the word under the cursor counts, even when the cursor is on it. `empty`: stop on empty lines. */
export function wordEnd(lines: Lines, from: Spot, count: number, big: boolean, stay = false, empty = false): Reached {
  let spot = from;
  let stop = stay;
  for (let left = count; left > 0; left--, stop = false) {
    const sort = classAt(lines, spot, big);
    const [next, how] = step(lines, spot);
    if (how === "stuck") return { spot, whole: false };
    spot = next;
    let halted = false;
    if (sort !== 0 && classAt(lines, spot, big) === sort) {
      const skipped = skip(lines, spot, sort, big, step);
      spot = skipped.spot;
      if (!skipped.whole) return skipped;
    } else if (!stop || sort === 0) {
      while (classAt(lines, spot, big) === 0) {
        if (empty && emptyLine(lines, spot)) {
          halted = true;
          break;
        }
        const [further, got] = step(lines, spot);
        if (got === "stuck") return { spot, whole: false };
        spot = further;
      }
      if (!halted) {
        const skipped = skip(lines, spot, classAt(lines, spot, big), big, step);
        spot = skipped.spot;
        if (!skipped.whole) return skipped;
      }
    }
    if (!halted) [spot] = stepBack(lines, spot);
  }
  return { spot, whole: true };
}

/** `b`: back to the start of a word. `stay`: the start of the word under the cursor counts. */
export function wordBack(lines: Lines, from: Spot, count: number, big: boolean, stay = false): Reached {
  let spot = from;
  let stop = stay;
  for (let left = count; left > 0; left--, stop = false) {
    const sort = classAt(lines, spot, big);
    const [previous, how] = stepBack(lines, spot);
    if (how === "stuck") return { spot, whole: false };
    spot = previous;
    let halted = false;
    if (!stop || sort === 0 || sort === classAt(lines, spot, big)) {
      while (classAt(lines, spot, big) === 0) {
        if (emptyLine(lines, spot)) {
          halted = true;
          break;
        }
        const [further, got] = stepBack(lines, spot);
        if (got === "stuck") return { spot, whole: true };
        spot = further;
      }
      if (!halted) {
        const skipped = skip(lines, spot, classAt(lines, spot, big), big, stepBack);
        spot = skipped.spot;
        if (!skipped.whole) return { spot, whole: true };
      }
    }
    if (!halted) [spot] = step(lines, spot);
  }
  return { spot, whole: true };
}

/** `ge`: back to the end of a word. With `inLine` the line's start stops it. */
export function wordEndBack(lines: Lines, from: Spot, count: number, big: boolean, inLine = false): Reached {
  let spot = from;
  for (let left = count; left > 0; left--) {
    const sort = classAt(lines, spot, big);
    let [next, how] = stepBack(lines, spot);
    if (how === "stuck") return { spot, whole: false };
    spot = next;
    if (inLine && how === "line") return { spot, whole: true };
    if (sort !== 0) {
      while (classAt(lines, spot, big) === sort) {
        [next, how] = stepBack(lines, spot);
        if (how === "stuck") return { spot, whole: true };
        spot = next;
        if (inLine && how === "line") return { spot, whole: true };
      }
    }
    while (classAt(lines, spot, big) === 0 && !emptyLine(lines, spot)) {
      [next, how] = stepBack(lines, spot);
      if (how === "stuck") return { spot, whole: true };
      spot = next;
      if (inLine && how === "line") return { spot, whole: true };
    }
  }
  return { spot, whole: true };
}

export const emptyLine = (lines: Lines, { row, col }: Spot): boolean => col === 0 && lines[row] === "";

// --- internal ---

type Stepper = (lines: Lines, spot: Spot) => readonly [Spot, Stepped];

/** On while the characters are of one sort. Not whole when the text ended first. */
function skip(lines: Lines, from: Spot, sort: number, big: boolean, stepper: Stepper): Reached {
  let spot = from;
  while (classAt(lines, spot, big) === sort) {
    const [next, how] = stepper(lines, spot);
    if (how === "stuck") return { spot, whole: false };
    spot = next;
  }
  return { spot, whole: true };
}
