// Changes of a selection that no operator makes: putting over it, inserting in it, replacing it, adding to its numbers.
import { graphemeEnd } from "claw/kit";
import { type BlockSpan, blockSpans } from "./block.ts";
import { addInPiece } from "./changes.ts";
import { startInsert } from "./insert.ts";
import { operate, type Region } from "./operators.ts";
import type { Command } from "./parse.ts";
import { put } from "./put.ts";
import { recall } from "./registers.ts";
import { begin, ends, leaveVisual, regionOfSelection } from "./selection.ts";
import { fail, lineOf, moveTo, settle, splice, type Vim } from "./state.ts";
import { colAt, columnOf, lineAt } from "./text.ts";

export type Run = (vim: Vim, command: Command) => void;

/** `I` and `A`. In a block, what is typed comes into every line of it. */
export function insertInBlock(behind: boolean): Run {
  return (vim, command) => {
    const region = regionOfSelection(vim);
    const repeat = begin(vim, command, region);
    const { mode } = vim.s;
    const [start, end] = ends(vim);
    leaveVisual(vim);
    if (mode !== "visual-block" || region.columns === undefined) {
      const line = lineAt(vim.lines, end.row);
      if (behind)
        moveTo(
          vim,
          mode === "visual-line" ? { row: start.row, col: lineAt(vim.lines, start.row).length } : { row: end.row, col: graphemeEnd(line, end.col) },
        );
      else moveTo(vim, mode === "visual-line" ? { row: start.row, col: 0 } : start);
      return startInsert(vim, { repeat });
    }
    const { left, right, rest } = region.columns;
    const column = behind ? right + 1 : left;
    const first = lineAt(vim.lines, start.row);
    const missing = rest ? 0 : column - columnOf(first, first.length);
    if (behind && missing > 0) splice(vim, start.row, 1, [first + " ".repeat(missing)]);
    moveTo(vim, { row: start.row, col: rest && behind ? first.length : colAt(lineAt(vim.lines, start.row), column) });
    return startInsert(vim, {
      repeat,
      count: command.count ?? 1,
      block: { rows: end.row - start.row, column, pad: behind, rest: rest && behind, home: region.start },
    });
  };
}

export function putOver(keep: boolean, past = false): Run {
  return (vim, command) => {
    const register = recall(vim, command.register);
    if (register === undefined) return fail(vim);
    const { mode } = vim.s;
    const region = regionOfSelection(vim);
    // For `.` Vim remembers only that what was selected went away.
    begin(vim, { ...command, keys: ["d"], register: undefined, count: undefined }, region);
    leaveVisual(vim);
    const was = vim.lines.length === 1 && lineOf(vim) === "";
    const before = vim.s.registers;
    operate(vim, { operator: "d", register: undefined, times: 1, region });
    if (keep) vim.s.registers = before;
    const gone = mode === "visual-line" ? vim.row < region.start.row : vim.col < region.start.col || atEnd(vim, region);
    const lines = mode === "visual-line";
    settle(vim);
    const emptied = (lines || was) && vim.lines.length === 1 && lineOf(vim) === "";
    if (mode === "visual-block" && register.kind === "char" && !register.text.includes("\n")) {
      intoRows(vim, register.text.repeat(command.count ?? 1), region, past);
      return settle(vim);
    }
    const below = mode === "visual-block" && register.kind === "line" && !keep;
    if (below) moveTo(vim, { row: region.end.row, col: 0 });
    put(vim, register, { behind: gone || below, past, count: command.count ?? 1, lines, split: mode === "visual" && register.kind === "line" });
    // All there was is replaced: nothing is left of it.
    if (emptied && vim.lines.length > 1 && vim.lines.at(-1) === "") splice(vim, vim.lines.length - 1, 1, []);
    const { "[": anchor, "]": cursor } = vim.s.marks;
    if (anchor !== undefined && cursor !== undefined) vim.s.selected = { mode, anchor, cursor, goal: undefined };
    settle(vim);
    return undefined;
  };
}

export function replaceAll(vim: Vim, command: Command): undefined {
  if (command.arg === "\x1b") return leaveVisual(vim);
  const char = command.arg === "\r" || command.arg === "\n" ? "\n" : (command.arg ?? "");
  changeRows(vim, command, (line, row, { start, end, kind }, span) => {
    const from = span === undefined ? (kind === "line" || row > start.row ? 0 : start.col) : (span.from ?? 0);
    const to = span === undefined ? (kind === "line" || row < end.row ? line.length : end.col) : span.from === undefined ? 0 : span.to;
    if (span?.from !== undefined) {
      // A wide character is as many as the columns it had.
      const width = columnOf(line, to) - columnOf(line, from) - span.lead - span.trail;
      return line.slice(0, from) + " ".repeat(span.lead) + char.repeat(width) + " ".repeat(span.trail) + line.slice(to);
    }
    return line.slice(0, from) + [...line.slice(from, to)].map(() => char).join("") + line.slice(to);
  });
}

export function addAll(sign: number): Run {
  return (vim, command) => {
    changeRows(vim, command, (line, row, { start, end, kind }, span) => {
      const from = span?.from ?? (kind === "char" && row === start.row ? start.col : 0);
      const to = span?.to ?? (kind === "char" && row === end.row ? end.col : line.length);
      const piece = addInPiece(line.slice(from, to), sign * (command.count ?? 1));
      return piece === undefined ? line : line.slice(0, from) + piece + line.slice(to);
    });
  };
}

// --- internal ---

/** Changes what is selected line by line. `span` is what a block has of the line. */
function changeRows(vim: Vim, command: Command, change: (line: string, row: number, region: Region, span: BlockSpan | undefined) => string): void {
  const region = regionOfSelection(vim);
  begin(vim, command, region);
  leaveVisual(vim);
  const { start, end, kind, columns } = region;
  const spans = columns === undefined ? undefined : blockSpans(vim, start.row, end.row, columns);
  const now = vim.lines.slice(start.row, end.row + 1).map((line, index) => change(line, start.row + index, region, spans?.[index]));
  vim.row = start.row;
  vim.col = kind === "line" ? 0 : start.col;
  splice(vim, start.row, now.length, now.join("\n").split("\n"));
  settle(vim);
}

/** One line of characters put over a block comes into each of its lines. */
function intoRows(vim: Vim, text: string, { start, end, columns }: Region, past: boolean): undefined {
  const now = vim.lines.slice(start.row, end.row + 1).map((line) => {
    const left = columns?.left ?? 0;
    const col = colAt(line, left);
    return columnOf(line, line.length) < left ? line : line.slice(0, col) + text + line.slice(col);
  });
  splice(vim, start.row, now.length, now);
  moveTo(vim, { row: start.row, col: start.col + text.length - (past ? 0 : 1) });
}

/** What was taken went up to the line's end: what is put comes behind the last character. */
function atEnd(vim: Vim, { start }: Region): boolean {
  return vim.row === start.row && start.col > 0 && vim.col >= lineOf(vim).length;
}
