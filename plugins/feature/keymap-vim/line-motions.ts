// Motions by characters and lines.
import { graphemeEnd, graphemeStart } from "claw/kit";
import type { Asked, Move } from "./moves.ts";
import { goalOf, spotIn } from "./moves.ts";
import { here, lineOf, type Vim, visual } from "./state.ts";
import { firstCol, lastCol, lineAt } from "./text.ts";

export function left(vim: Vim, _: Asked, count: number): Move | undefined {
  let col = vim.col;
  for (let n = count; n > 0 && col > 0; n--) col = graphemeStart(lineOf(vim), col);
  return { to: { row: vim.row, col }, kind: "exclusive", ...(col === vim.col && { short: true }) };
}

export function right(vim: Vim, { operator }: Asked, count: number): Move | undefined {
  const line = lineOf(vim);
  const most = visual(vim.s.mode) ? line.length : lastCol(line);
  let col = vim.col;
  let n = count;
  for (; n > 0 && col < most; n--) col = graphemeEnd(line, col);
  if (operator !== undefined && n > 0 && line !== "") return { to: { row: vim.row, col }, kind: "inclusive" };
  return { to: { row: vim.row, col }, kind: "exclusive", ...(col === vim.col && { short: true }) };
}

/** Space and Backspace: as `l` and `h`, but from line to line. */
export function space(vim: Vim, { operator }: Asked, count: number): Move | undefined {
  let spot = here(vim);
  // For an operator the line's end is a character too.
  let ended = false;
  for (let n = count; n > 0; n--) {
    const line = lineAt(vim.lines, spot.row);
    const most = visual(vim.s.mode) ? line.length : lastCol(line);
    const last = spot.row + 1 >= vim.lines.length;
    if (spot.col < most) spot = { row: spot.row, col: graphemeEnd(line, spot.col) };
    else if (operator !== undefined && line !== "" && (!ended || last)) ended = true;
    else if (last) break;
    else {
      spot = { row: spot.row + 1, col: 0 };
      ended = false;
    }
  }
  if (ended) return { to: spot, kind: "inclusive" };
  return { to: spot, kind: "exclusive", ...(spot.row === vim.row && spot.col === vim.col && { short: true }) };
}

export function backspace(vim: Vim, { operator }: Asked, count: number): Move | undefined {
  let plain = false;
  let spot = here(vim);
  for (let n = count; n > 0; n--) {
    if (spot.col > 0) spot = { row: spot.row, col: graphemeStart(lineAt(vim.lines, spot.row), spot.col) };
    else if (spot.row > 0) {
      const line = lineAt(vim.lines, spot.row - 1);
      // To take the line's end too, they go behind its last character.
      const behind = operator === "d" || operator === "c";
      spot = { row: spot.row - 1, col: behind || visual(vim.s.mode) ? line.length : lastCol(line) };
      plain ||= behind && line !== "";
    } else break;
  }
  return { to: spot, kind: "exclusive", ...(plain && { plain }), ...(spot.row === vim.row && spot.col === vim.col && { short: true }) };
}

/** `j` and `k`. They go as far as there are lines, but not nowhere. */
export function vertical(vim: Vim, by: number): Move | undefined {
  const row = Math.max(0, Math.min(vim.row + by, vim.lines.length - 1));
  if (row === vim.row && by !== 0) return undefined;
  const goal = goalOf(vim);
  return { to: spotIn(vim, row, goal), kind: "line", goal };
}

/** `gj` and `gk`: rows are not known here, so they are lines; but an operator takes characters. */
export function byRow(vim: Vim, by: number, operator: string | undefined): Move | undefined {
  const move = vertical(vim, by);
  if (move === undefined || (vim.row + by >= 0 && vim.row + by < vim.lines.length))
    return move && (operator === undefined ? move : { ...move, kind: "exclusive" });
  // There is not all of that way: to its end, but no operator goes along.
  vim.row = move.to.row;
  vim.col = move.to.col;
  return undefined;
}

export function lineStart(vim: Vim, by: number): Move | undefined {
  const row = Math.max(0, Math.min(vim.row + by, vim.lines.length - 1));
  if (row === vim.row && by !== 0) return undefined;
  return { to: { row, col: firstCol(lineAt(vim.lines, row)) }, kind: "line" };
}

/** `_` and doubled operators: the line and those below it. */
export function wholeLines(vim: Vim, count: number, operator: string | undefined): Move | undefined {
  const row = Math.min(vim.row + count - 1, vim.lines.length - 1);
  if (row === vim.row && count > 1) return undefined;
  if (operator === "y") return { to: { row, col: vim.col }, kind: "line" };
  return { to: { row, col: firstCol(lineAt(vim.lines, row)) }, kind: "line" };
}

export function lineEnd(vim: Vim, _: Asked, count: number): Move | undefined {
  const row = Math.min(vim.row + count - 1, vim.lines.length - 1);
  if (row === vim.row && count > 1) return toEnds(vim);
  return { to: spotIn(vim, row, Number.POSITIVE_INFINITY), kind: "inclusive", goal: Number.POSITIVE_INFINITY };
}

export function lastNonBlank(vim: Vim, _: Asked, count: number): Move | undefined {
  const row = Math.min(vim.row + count - 1, vim.lines.length - 1);
  if (row === vim.row && count > 1) return toEnds(vim);
  const line = lineAt(vim.lines, row);
  return { to: { row, col: lastCol(line.trimEnd() === "" ? line.slice(0, 1) : line.replace(/[ \t]+$/, "")) }, kind: "inclusive" };
}

export function toLine(vim: Vim, row: number): Move {
  const to = Math.max(0, Math.min(row, vim.lines.length - 1));
  return { to: { row: to, col: firstCol(lineAt(vim.lines, to)) }, kind: "line", jump: true };
}

// --- internal ---

/** It goes nowhere, but `j` and `k` keep to the lines' ends from now on. */
function toEnds(vim: Vim): undefined {
  vim.s.goal = Number.POSITIVE_INFINITY;
}
