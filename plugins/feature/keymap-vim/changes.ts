// The simple changes of normal mode: one character, letters' case, joined lines, numbers.
import { graphemeEnd, graphemeStart } from "claw/kit";
import { lineOf, setLine, splice, type Vim } from "./state.ts";
import { blank, indentOf, swapCase } from "./text.ts";

/** `r`: `count` characters become `char`; a line end takes the place of them all. */
export function replaceChars(vim: Vim, char: string, count: number): boolean {
  const line = lineOf(vim);
  let end = vim.col;
  for (let left = count; left > 0; left--) {
    if (end >= line.length) return false;
    end = graphemeEnd(line, end);
  }
  if (char === "\r" || char === "\n") {
    splice(vim, vim.row, 1, [line.slice(0, vim.col), line.slice(end)]);
    vim.row += 1;
    vim.col = 0;
    return true;
  }
  setLine(vim, vim.row, line.slice(0, vim.col) + char.repeat(count) + line.slice(end));
  vim.col += char.length * (count - 1);
  return true;
}

/** `~`: swaps the case of `count` characters, and goes behind them. */
export function swapChars(vim: Vim, count: number): undefined {
  const line = lineOf(vim);
  let end = vim.col;
  for (let left = count; left > 0 && end < line.length; left--) end = graphemeEnd(line, end);
  const swapped = swapCase(line.slice(vim.col, end));
  if (swapped !== line.slice(vim.col, end)) setLine(vim, vim.row, line.slice(0, vim.col) + swapped + line.slice(end));
  vim.col += swapped.length;
}

/** `J` and `gJ`: makes one line of `count`. With `spaced`, one blank comes in place of the indents. */
export function joinLines(vim: Vim, count: number, spaced: boolean): undefined {
  const lines = vim.lines.slice(vim.row, vim.row + count);
  let joined = lines[0] ?? "";
  let col = 0;
  for (const line of lines.slice(1)) {
    const body = spaced ? line.slice(indentOf(line)) : line;
    const gap = spaced && body !== "" && !body.startsWith(")") && joined !== "" && !endsBlank(joined) ? " " : "";
    col = joined.length;
    joined += gap + body;
  }
  splice(vim, vim.row, lines.length, [joined]);
  vim.col = Math.min(col, Math.max(0, joined.length));
}

/** Ctrl-A and Ctrl-X: adds to the number under or behind the cursor. Hexadecimal with `0x`, binary with `0b`. */
export function addToNumber(vim: Vim, by: number): undefined {
  const line = lineOf(vim);
  const found = numberAt(line, vim.col);
  if (found === undefined) return setLine(vim, vim.row, line);
  const { start, end, prefix, digits } = found;
  const text = prefix === "" ? decimal(line.slice(start, end), by) : prefix + based(digits, by, prefix.toLowerCase() === "0x" ? 16 : 2);
  setLine(vim, vim.row, line.slice(0, start) + text + line.slice(end));
  vim.col = Math.max(0, start + text.length - 1);
}

/** One step in a row for a visual selection: the first number in a piece of a line. `undefined` when there is none. */
export function addInPiece(piece: string, by: number): string | undefined {
  const match = /0[xX][0-9a-fA-F]+|0[bB][01]+|-?\d+/.exec(piece);
  if (match === null) return undefined;
  const [text] = match;
  const prefix = /^0[xXbB]/.exec(text)?.[0] ?? "";
  const changed = prefix === "" ? decimal(text, by) : prefix + based(text.slice(2), by, prefix.toLowerCase() === "0x" ? 16 : 2);
  return piece.slice(0, match.index) + changed + piece.slice(match.index + text.length);
}

// --- internal ---

function endsBlank(text: string): boolean {
  return blank(text.slice(graphemeStart(text, text.length)));
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly prefix: string;
  readonly digits: string;
}

function numberAt(line: string, col: number): Found | undefined {
  for (const match of line.matchAll(/0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|-?(\d+)/g)) {
    const end = match.index + match[0].length;
    if (end <= col) continue;
    const prefix = match[3] === undefined ? match[0].slice(0, 2) : "";
    return { start: match.index, end, prefix, digits: match[1] ?? match[2] ?? match[3] ?? "" };
  }
  return undefined;
}

const LARGEST = 1n << 64n;

function decimal(text: string, by: number): string {
  const digits = text.replace("-", "");
  const value = BigInt(digits) * (text.startsWith("-") ? -1n : 1n) + BigInt(by);
  const size = (value < 0n ? -value : value).toString();
  const padded = digits.startsWith("0") && digits.length > 1 ? size.padStart(digits.length, "0") : size;
  return value < 0n ? `-${padded}` : padded;
}

function based(digits: string, by: number, base: 2 | 16): string {
  const value = (((BigInt(base === 16 ? `0x${digits}` : `0b${digits}`) + BigInt(by)) % LARGEST) + LARGEST) % LARGEST;
  const text = value.toString(base).padStart(digits.length, "0");
  return /[A-F]/.test(digits.replace(/[^a-zA-Z]/g, "").slice(-1)) ? text.toUpperCase() : text;
}
