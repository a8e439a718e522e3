// Operators: what they do to the region that a motion, an object or a selection gave them.
import { graphemeEnd } from "claw/kit";
import { blockSpans, blockText } from "./block.ts";
import type { Move } from "./moves.ts";
import { store } from "./registers.ts";
import { here, lineOf, type Register, setLine, splice, type Vim } from "./state.ts";
import { before, colAt, columnOf, firstCol, indentOf, lineAt, lower, type Spot, same, swapCase, upper } from "./text.ts";

/** What an operator works on. Of `char`, `end` is behind the last character; of `line`, in the last line; of `block`, the corner. */
export interface Region {
  readonly start: Spot;
  readonly end: Spot;
  readonly kind: "char" | "line" | "block";
  /** It was selected: Vim's exceptions for motions do not hold. */
  readonly selected: boolean;
  /** Of a block: screen columns, and whether it goes to the lines' ends. */
  readonly columns?: Readonly<{ left: number; right: number; rest: boolean }>;
  readonly large: boolean;
}
/** One run of an operator. `times` is a selection's count: how often `>` shifts. */
export interface Work {
  readonly operator: string;
  readonly register: string | undefined;
  readonly times: number;
  readonly region: Region;
}

/** The region of a motion, with Vim's exceptions: an exclusive one that ends at a line's start ends with the line before, or takes whole lines. */
export function regionOf(vim: Vim, move: Move, operator: string): Region {
  const from = move.from ?? here(vim);
  const [start, end] = before(move.to, from) ? [move.to, from] : [from, move.to];
  const large = move.large === true;
  if (move.kind === "line") return { start, end, kind: "line", selected: false, large };
  let stop = move.kind === "inclusive" ? { row: end.row, col: graphemeEnd(lineAt(vim.lines, end.row), end.col) } : end;
  if (move.kind === "exclusive" && end.col === 0 && end.row > start.row && move.plain !== true) {
    const row = end.row - 1;
    if (indentOf(lineAt(vim.lines, start.row)) >= start.col) return { start, end: { row, col: 0 }, kind: "line", selected: false, large };
    stop = { row, col: lineAt(vim.lines, row).length };
  }
  if (operator === "d" && stop.row > start.row && indentOf(lineAt(vim.lines, start.row)) >= start.col) {
    const rest = lineAt(vim.lines, stop.row).slice(stop.col);
    if (indentOf(rest) === rest.length) return { start, end: stop, kind: "line", selected: false, large };
  }
  return { start, end: stop, kind: "char", selected: false, large };
}

/** Runs an operator other than `c`, which goes on as an insertion: for that it deletes. */
export function operate(vim: Vim, work: Work): undefined {
  const { operator, region } = work;
  vim.row = region.start.row;
  vim.col = region.start.col;
  vim.s.goal = undefined;
  if (operator === "y") yank(vim, work);
  else if (operator === "d" || operator === "c") remove(vim, work);
  else if (operator === ">" || operator === "<") shift(vim, work);
  else recase(vim, work);
}

/** The text of a region. */
export function textOf(vim: Vim, { start, end, kind, columns }: Region): Register {
  if (kind === "block" && columns !== undefined) return blockText(vim, start.row, end.row, columns);
  const lines = vim.lines.slice(start.row, end.row + 1);
  if (kind === "line") return { text: lines.join("\n"), kind: "line" };
  if (start.row === end.row) return { text: lineAt(vim.lines, start.row).slice(start.col, end.col), kind: "char" };
  const [first = "", ...others] = lines;
  const last = others.pop() ?? "";
  return { text: [first.slice(start.col), ...others, last.slice(0, end.col)].join("\n"), kind: "char" };
}

// --- internal ---

function yank(vim: Vim, { region, register }: Work): undefined {
  store(vim, { text: textOf(vim, region), register, by: "yank", large: false });
  const last = region.kind === "char" ? Math.max(0, region.end.col - 1) : region.end.col;
  bracket(vim, region.start, { row: region.end.row, col: last });
}

function remove(vim: Vim, work: Work): undefined {
  const { region, operator, register } = work;
  const { start, end, kind, large, columns } = region;
  // Even so it is a change, that `u` takes back.
  if (kind === "char" && same(start, end)) return setLine(vim, start.row, lineAt(vim.lines, start.row));
  store(vim, { text: textOf(vim, region), register, by: "delete", large });
  if (kind === "block" && columns !== undefined) removeBlock(vim, region, columns);
  else if (kind === "line") removeLines(vim, start.row, end.row, operator === "c");
  else {
    const head = lineAt(vim.lines, start.row).slice(0, start.col);
    splice(vim, start.row, end.row - start.row + 1, [head + lineAt(vim.lines, end.row).slice(end.col)]);
  }
  bracket(vim, here(vim), here(vim));
}

function removeLines(vim: Vim, top: number, bottom: number, change: boolean): undefined {
  if (change) {
    vim.row = top + 1;
    if (bottom > top) splice(vim, top + 1, bottom - top, []);
    vim.row = top;
    setLine(vim, top, "");
    vim.col = 0;
    return;
  }
  splice(vim, top, bottom - top + 1, []);
  vim.row = Math.min(top, vim.lines.length - 1);
  vim.col = firstCol(lineOf(vim));
}

function removeBlock(vim: Vim, { start, end }: Region, columns: NonNullable<Region["columns"]>): undefined {
  const lines = blockSpans(vim, start.row, end.row, columns).map(({ row, from, to, lead, trail }) => {
    const line = lineAt(vim.lines, row);
    return from === undefined ? line : line.slice(0, from) + " ".repeat(lead + trail) + line.slice(to);
  });
  splice(vim, start.row, lines.length, lines);
}

/** `>` and `<`: the indent becomes that many columns, in blanks. Empty lines stay so. */
function shift(vim: Vim, { region, operator, times }: Work): undefined {
  const { start, end, columns } = region;
  const by = vim.options.shift * times * (operator === ">" ? 1 : -1);
  const now = vim.lines.slice(start.row, end.row + 1).map((line) => {
    if (columns === undefined || line === "") return line === "" ? line : indented(line, by);
    const col = colAt(line, columns.left);
    return columnOf(line, line.length) < columns.left ? line : line.slice(0, col) + indented(line.slice(col), by);
  });
  splice(vim, start.row, now.length, now);
  if (columns === undefined) vim.col = firstCol(lineOf(vim));
  bracket(vim, { row: start.row, col: 0 }, { row: end.row, col: 0 });
}

function indented(line: string, by: number): string {
  const indent = indentOf(line);
  let columns = 0;
  for (const char of line.slice(0, indent)) columns += char === "\t" ? 8 - (columns % 8) : 1;
  return " ".repeat(Math.max(0, columns + by)) + line.slice(indent);
}

const CASES: Readonly<Record<string, (text: string) => string>> = {
  "g~": swapCase,
  "~": swapCase,
  gu: lower,
  u: lower,
  gU: upper,
  U: upper,
  "g?": rotate,
};

function recase(vim: Vim, { region, operator }: Work): undefined {
  const change = CASES[operator] ?? ((text: string) => text);
  const { start, end, kind, columns } = region;
  const spans =
    kind === "block" && columns !== undefined
      ? blockSpans(vim, start.row, end.row, columns).map(({ row, from, to }) => ({ row, from: from ?? 0, to: from === undefined ? 0 : to }))
      : rowsOf(vim, region);
  const now = spans.map(({ row, from, to }) => {
    const line = lineAt(vim.lines, row);
    return line.slice(0, from) + change(line.slice(from, to)) + line.slice(to);
  });
  splice(vim, start.row, now.length, now);
  bracket(vim, kind === "line" ? { row: start.row, col: 0 } : start, end);
}

function rowsOf(vim: Vim, { start, end, kind, selected }: Region): { row: number; from: number; to: number }[] {
  return Array.from({ length: end.row - start.row + 1 }, (_, index) => {
    const row = start.row + index;
    const whole = lineAt(vim.lines, row).length;
    // Vim takes nothing at a line's start for all of the line, and in the first line for one character.
    if (!selected && kind === "char" && same(start, end) && start.col === 0) return { row, from: 0, to: row === 0 ? Math.min(1, whole) : whole };
    if (kind === "line") return { row, from: 0, to: whole };
    return { row, from: row === start.row ? start.col : 0, to: row === end.row ? end.col : whole };
  });
}

function rotate(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}

/** The marks `[` and `]` are not kept; those of the last change are. */
function bracket(vim: Vim, start: Spot, end: Spot): undefined {
  vim.s.marks = { ...vim.s.marks, "[": start, "]": end };
}
