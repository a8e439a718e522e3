// What is selected in visual mode: as a region, for `.`, and ending it.
import { graphemeEnd } from "claw/kit";
import type { Columns } from "./block.ts";
import type { Region } from "./operators.ts";
import type { Command } from "./parse.ts";
import { type Extent, here, lineOf, moveTo, type Repeat, settle, type Vim } from "./state.ts";
import { before, colAt, columnEnd, columnOf, lineAt, type Spot } from "./text.ts";

/** Ends visual mode; the cursor stays. */
export function leaveVisual(vim: Vim): undefined {
  vim.s.selected = { mode: vim.s.mode, anchor: vim.s.anchor, cursor: here(vim), goal: vim.s.goal };
  const [low, high] = ends(vim);
  vim.s.marks = { ...vim.s.marks, "<": low, ">": high };
  vim.s.mode = "normal";
  settle(vim);
}

/** Selects as much as was selected when the change was made that `.` does again. */
export function reselect(vim: Vim, { mode, rows, columns, rest }: Extent, count: number): undefined {
  vim.s.anchor = here(vim);
  vim.s.mode = mode;
  const row = Math.min(vim.row + rows, vim.lines.length - 1);
  const start = columnOf(lineOf(vim), vim.col);
  if (mode === "visual-line") moveTo(vim, { row: Math.min(vim.row + (count > 0 ? count - 1 : rows), vim.lines.length - 1), col: vim.col });
  else if (rest) {
    moveTo(vim, { row, col: lineAt(vim.lines, row).length });
    vim.s.goal = Number.POSITIVE_INFINITY;
  } else {
    const goal = (mode === "visual-block" || rows === 0 ? start : 0) + (count > 0 && rows === 0 ? count : columns) - 1;
    moveTo(vim, { row, col: colAt(lineAt(vim.lines, row), Math.max(0, goal)) });
    vim.s.goal = goal;
  }
}

/** The selection as a region. For what works on whole lines the last line's end is not the next line. */
export function regionOfSelection(vim: Vim, whole = false): Region {
  const { mode } = vim.s;
  const [start, end] = ends(vim);
  const basis = { start, selected: true, large: false };
  if (mode === "visual-line") {
    // Only where the selection began is its column forgotten.
    return { ...basis, start: vim.row < vim.s.anchor.row ? start : { row: start.row, col: 0 }, end, kind: "line" };
  }
  if (mode === "visual-block") {
    const columns = columnsOf(vim, start, end);
    const left = colAt(lineAt(vim.lines, start.row), columns.left);
    return { ...basis, start: { row: start.row, col: left }, end, kind: "block", columns };
  }
  const line = lineAt(vim.lines, end.row);
  if (end.col < line.length || whole) return { ...basis, end: { row: end.row, col: graphemeEnd(line, end.col) }, kind: "char" };
  const stop = end.row + 1 < vim.lines.length ? { row: end.row + 1, col: 0 } : end;
  return { ...basis, end: stop, kind: "char" };
}

/** The selection's parts, as offsets within lines, for showing. */
export function ends(vim: Vim): readonly [Spot, Spot] {
  const { anchor } = vim.s;
  const fixed = { row: Math.min(anchor.row, vim.lines.length - 1), col: Math.min(anchor.col, lineAt(vim.lines, anchor.row).length) };
  return before(here(vim), fixed) ? [here(vim), fixed] : [fixed, here(vim)];
}

export function begin(vim: Vim, command: Command, region: Region): Repeat {
  const { register } = command;
  const repeat = { count: command.count ?? 0, keys: command.keys, extent: extentOf(vim, region), ...(register !== undefined && { register }) };
  if (!vim.repeating) vim.s.last = repeat;
  return repeat;
}

// --- internal ---

function columnsOf(vim: Vim, start: Spot, end: Spot): Columns {
  const [a, b] = [lineAt(vim.lines, start.row), lineAt(vim.lines, end.row)];
  const left = Math.min(columnOf(a, start.col), columnOf(b, end.col));
  const right = Math.max(columnEnd(a, start.col), columnEnd(b, end.col));
  return { left, right, rest: vim.s.goal === Number.POSITIVE_INFINITY };
}

function extentOf(vim: Vim, region: Region): Extent {
  const { mode } = vim.s;
  const [start, end] = ends(vim);
  const rest = vim.s.goal === Number.POSITIVE_INFINITY;
  const rows = end.row - start.row;
  if (region.columns !== undefined) return { mode, rows, columns: region.columns.right - region.columns.left + 1, rest };
  const line = lineAt(vim.lines, end.row);
  const stop = columnEnd(line, Math.min(end.col, line.length)) + 1;
  return { mode, rows, columns: rows === 0 ? stop - columnOf(line, start.col) : stop, rest };
}
