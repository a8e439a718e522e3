// Putting a register into the text.
import { graphemeEnd } from "claw/kit";
import { lineOf, type Register, setLine, settle, splice, type Vim } from "./state.ts";
import { columnOf, firstCol, lineAt, type Spot } from "./text.ts";

/** `behind`: after the cursor. `past`: leave the cursor behind what was put. `lines`: as whole lines. `split`: whole lines part the line they come into. */
export interface PutOptions {
  readonly behind: boolean;
  readonly past: boolean;
  readonly count: number;
  readonly lines?: boolean;
  readonly split?: boolean;
}

export function put(vim: Vim, register: Register, options: PutOptions): undefined {
  vim.s.goal = undefined;
  if (register.kind === "line" || options.lines === true) putLines(vim, register, options);
  else if (register.kind === "block") putBlock(vim, register, options);
  else putChars(vim, register.text, options);
}

// --- internal ---

function repeated<T>(list: readonly T[], count: number): T[] {
  return Array.from({ length: count }, () => list).flat();
}

function putLines(vim: Vim, register: Register, { behind, past, count, split }: PutOptions): undefined {
  const now = repeated(register.text.split("\n"), count);
  let row = behind ? vim.row + 1 : vim.row;
  if (split === true) {
    const line = lineOf(vim);
    const col = behind && vim.col < line.length ? graphemeEnd(line, vim.col) : vim.col;
    splice(vim, vim.row, 1, [line.slice(0, col), line.slice(col)]);
    row = vim.row + 1;
  }
  splice(vim, row, 0, now);
  bounds(vim, { row, col: 0 }, { row: row + now.length - 1, col: 0 });
  vim.row = past ? Math.min(row + now.length, vim.lines.length - 1) : row;
  vim.col = past ? 0 : firstCol(lineOf(vim));
  // Behind the last line there is none to go to.
  if (past && row + now.length >= vim.lines.length) vim.row = vim.lines.length - 1;
}

function putChars(vim: Vim, text: string, { behind, past, count }: PutOptions): undefined {
  const line = lineOf(vim);
  const col = behind && vim.col < line.length ? graphemeEnd(line, vim.col) : vim.col;
  const [first = "", ...rest] = text.repeat(text.includes("\n") ? 1 : count).split("\n");
  if (rest.length === 0) {
    if (first === "") return;
    setLine(vim, vim.row, line.slice(0, col) + first + line.slice(col));
    const end = col + first.length;
    vim.col = past ? end : lastOf(lineOf(vim), end);
    bounds(vim, { row: vim.row, col }, { row: vim.row, col: lastOf(lineOf(vim), end) });
    return;
  }
  const lines = text.split("\n");
  const whole = Array.from({ length: count }, () => lines).reduce((joined, piece) => [
    ...joined.slice(0, -1),
    (joined.at(-1) ?? "") + (piece[0] ?? ""),
    ...piece.slice(1),
  ]);
  const last = whole.at(-1) ?? "";
  const now = [line.slice(0, col) + (whole[0] ?? ""), ...whole.slice(1, -1), last + line.slice(col)];
  splice(vim, vim.row, 1, now);
  bounds(vim, { row: vim.row, col }, { row: vim.row + now.length - 1, col: Math.max(0, last.length - 1) });
  if (past) {
    vim.row += now.length - 1;
    vim.col = last.length;
  } else vim.col = col;
}

/** What was put, for `gv`. */
function bounds(vim: Vim, from: Spot, to: Spot): undefined {
  vim.s.marks = { ...vim.s.marks, "[": from, "]": to };
}

/** The start of the grapheme that ends at `end`. */
function lastOf(line: string, end: number): number {
  let col = 0;
  for (let next = graphemeEnd(line, col); next < end; next = graphemeEnd(line, col)) col = next;
  return col;
}

function putBlock(vim: Vim, register: Register, { behind, past, count }: PutOptions): undefined {
  const rows = register.text.split("\n");
  const width = register.width ?? 0;
  const line = lineOf(vim);
  const col = behind && vim.col < line.length ? graphemeEnd(line, vim.col) : vim.col;
  const column = columnOf(line, col);
  const at: Spot = { row: vim.row, col };
  while (vim.lines.length < at.row + rows.length) splice(vim, vim.lines.length, 0, [""]);
  const now = rows.map((piece, index) => {
    const old = lineAt(vim.lines, at.row + index);
    const filled = old + " ".repeat(Math.max(0, column - columnOf(old, old.length)));
    const cut = cutAt(filled, column);
    const padded = piece + " ".repeat(Math.max(0, width - columnOf(piece, piece.length)));
    const body = padded.repeat(count - 1) + (cut < filled.length ? padded : piece);
    return filled.slice(0, cut) + body + filled.slice(cut);
  });
  splice(vim, at.row, rows.length, now);
  vim.row = past ? at.row + rows.length - 1 : at.row;
  vim.col = past ? cutAt(lineOf(vim), column) + (rows.at(-1)?.length ?? 0) * count : cutAt(lineOf(vim), column);
  settle(vim);
}

function cutAt(line: string, column: number): number {
  let col = 0;
  while (col < line.length && columnOf(line, col) < column) col = graphemeEnd(line, col);
  return col;
}
