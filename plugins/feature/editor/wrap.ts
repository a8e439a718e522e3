// A line as rows of the screen: at blanks where there are any, never inside a character. Pure.
import { graphemes } from "claw/kit";

/** Cells of one character as it is shown: no more than a row has. */
export type CellsOf = (character: string) => number;

/**
 * Where the rows of a line begin, the first at 0. Rows are a cell narrower than `width`, so that the cursor can stand behind each; a blank may take that cell.
 * A row may begin at the line's end: there is only the cursor in it.
 */
export function rowStarts(line: string, width: number, cellsOf: CellsOf): readonly number[] {
  const limit = Math.max(1, width - 1);
  if (line.length <= limit && PLAIN.test(line)) return WHOLE;
  const starts = [0];
  let at = 0;
  let used = 0;
  // Behind the last blank, and the cells up to there.
  let soft = 0;
  let softUsed = 0;
  const begin = (place: number, left: number): void => {
    starts.push(place);
    [used, soft, softUsed] = [left, place, 0];
  };
  for (const character of graphemes(line)) {
    const wide = cellsOf(character);
    while (used + wide > limit && at > (starts.at(-1) ?? 0) && !(character === " " && used + 1 <= width)) {
      if (soft > (starts.at(-1) ?? 0)) begin(soft, used - softUsed);
      else begin(at, 0);
    }
    at += character.length;
    used += wide;
    if (character !== " " && character !== "\t") continue;
    if (used > limit && width > 1) begin(at, 0);
    else [soft, softUsed] = [at, used];
  }
  return starts;
}

/** The row that holds an offset in a line. */
export function rowOf(starts: readonly number[], col: number): number {
  let row = starts.length - 1;
  while (row > 0 && (starts[row] ?? 0) > col) row -= 1;
  return row;
}

/** The offset in `text` that a column falls on; its end when it is shorter. */
export function offsetAt(text: string, column: number, cellsOf: CellsOf): number {
  let used = 0;
  let at = 0;
  for (const character of graphemes(text)) {
    used += cellsOf(character);
    if (used > column) return at;
    at += character.length;
  }
  return at;
}

// --- internal ---

const PLAIN = /^[\x20-\x7e]*$/;
const WHOLE: readonly number[] = [0];
