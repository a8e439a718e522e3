// What a motion gives, and the columns that moves from line to line keep. The motions themselves are elsewhere.
import { lineOf, type Vim, visual } from "./state.ts";
import { colAt, columnEnd, columnOf, lastCol, lineAt, type Spot } from "./text.ts";

/** Where a motion leads. `from` is where its piece starts, for text objects. */
export interface Move {
  readonly to: Spot;
  readonly kind: "exclusive" | "inclusive" | "line";
  readonly from?: Spot;
  /** The screen column to keep; without one it is that of `to`. */
  readonly goal?: number;
  /** It could not go its whole way: no reason to stop an operator. */
  readonly short?: boolean;
  /** Leaves the mark `'`. */
  readonly jump?: boolean;
  /** What is deleted over it goes to register 1 however small. */
  readonly large?: boolean;
  /** Nothing is taken, and that is no failure. */
  readonly empty?: boolean;
  /** Its end at a line's start stays there. */
  readonly plain?: boolean;
}

/** What `iw`, `a(` and the others select: from `from` to `to`. `grown`: the selection goes on from where it is, its start stays. */
export interface Selected extends Move {
  readonly from: Spot;
  readonly grown?: boolean;
}

/** `count` as typed; `operator` that waits for the motion, if one does. */
export interface Asked {
  readonly key: string;
  readonly arg: string;
  readonly count: number | undefined;
  readonly operator: string | undefined;
}

/** `count` is 1 when none was typed. `undefined`: it cannot be made. */
export type Motion = (vim: Vim, asked: Asked, count: number) => Move | undefined;

/** The screen column that a vertical motion from here keeps. */
export function goalOf(vim: Vim): number {
  if (vim.s.goal !== undefined) return vim.s.goal;
  const line = lineOf(vim);
  const tab = line[vim.col] === "\t" && vim.s.mode === "normal";
  return tab ? columnEnd(line, vim.col) : columnOf(line, vim.col);
}

/** The place in a row for a screen column: on a character, in visual mode maybe on the line's end. */
export function spotIn(vim: Vim, row: number, goal: number): Spot {
  const line = lineAt(vim.lines, row);
  const col = goal === Number.POSITIVE_INFINITY ? line.length : colAt(line, goal);
  return { row, col: visual(vim.s.mode) ? col : Math.min(col, lastCol(line)) };
}

/** Sets the mark for `''`. */
export function leaveJump(vim: Vim, from: Spot): undefined {
  vim.s.marks = { ...vim.s.marks, "'": from };
}
