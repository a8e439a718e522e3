// Lines, places in them, and the small steps that motions are made of. A place may be on the line's end, behind its last character.
import { cells, graphemeEnd, graphemeStart, graphemes } from "claw/kit";

/** A place: line, and UTF-16 offset in it. */
export interface Spot {
  readonly row: number;
  readonly col: number;
}
export type Lines = readonly string[];
/** What a step met: more of the line, the line's end, the next line, the end of all. */
export type Stepped = "in" | "end" | "line" | "stuck";

export const lineAt = (lines: Lines, row: number): string => lines[row] ?? "";
/** The character at a place; empty at a line's end. */
export const charAt = (lines: Lines, { row, col }: Spot): string => {
  const line = lineAt(lines, row);
  return line.slice(col, graphemeEnd(line, col));
};
export const before = (a: Spot, b: Spot): boolean => a.row < b.row || (a.row === b.row && a.col < b.col);
export const same = (a: Spot, b: Spot): boolean => a.row === b.row && a.col === b.col;
export const blank = (char: string): boolean => char === " " || char === "\t";
/** The start of a line's last character. */
export const lastCol = (line: string): number => graphemeStart(line, line.length);
/** How many blanks a line starts with. */
export const indentOf = (line: string): number => /^[ \t]*/.exec(line)?.[0].length ?? 0;
/** The first character that is no blank; the last blank of a line that has no other. */
export const firstCol = (line: string): number => Math.min(indentOf(line), lastCol(line));

/** One character on; behind the last one first, then to the next line. */
export function step(lines: Lines, { row, col }: Spot): readonly [Spot, Stepped] {
  const line = lineAt(lines, row);
  if (col < line.length) {
    const next = graphemeEnd(line, col);
    return [{ row, col: next }, next < line.length ? "in" : "end"];
  }
  if (row + 1 < lines.length) return [{ row: row + 1, col: 0 }, "line"];
  return [{ row, col }, "stuck"];
}

/** One character back; from a line's start to behind the last of the line before. */
export function stepBack(lines: Lines, { row, col }: Spot): readonly [Spot, Stepped] {
  if (col > 0) return [{ row, col: graphemeStart(lineAt(lines, row), col) }, "in"];
  if (row > 0) return [{ row: row - 1, col: lineAt(lines, row - 1).length }, "line"];
  return [{ row, col }, "stuck"];
}

/** Sorts of characters that words are made of: 0 blanks and line ends, 1 punctuation, 2 letters; other scripts have their own. `big`: not blank is all one. */
export function classOf(char: string, big: boolean): number {
  if (char === "" || blank(char) || char === "\u00a0") return 0;
  if (big) return 1;
  if (/^[\w\u00c0-\u00ff\u00aa\u00b5\u00ba]/.test(char)) return 2;
  if (char.charCodeAt(0) < 0x100) return 1;
  return SCRIPTS.findIndex((script) => script.test(char)) + 3;
}
export const classAt = (lines: Lines, spot: Spot, big: boolean): number => classOf(charAt(lines, spot), big);

/** The screen column of a place in its line, counting from 0. A tab goes to the next multiple of eight. */
export function columnOf(line: string, col: number): number {
  let column = 0;
  for (const char of graphemes(line.slice(0, col))) column += widthAt(char, column);
  return column;
}
/** The last screen column of the character at `col`. */
export function columnEnd(line: string, col: number): number {
  const column = columnOf(line, col);
  return column + Math.max(1, widthAt(line.slice(col, graphemeEnd(line, col)), column)) - 1;
}
/** The place in a line that a screen column falls on; the line's end when it is shorter. */
export function colAt(line: string, wanted: number): number {
  let column = 0;
  let col = 0;
  for (const char of graphemes(line)) {
    column += widthAt(char, column);
    if (column > wanted) return col;
    col += char.length;
  }
  return col;
}

/** Swaps the case of a text's letters. */
export function swapCase(text: string): string {
  return text.replace(/\p{L}/gu, (letter) => (letter === letter.toLowerCase() ? upper(letter) : lower(letter)));
}
/** In capitals, letter by letter: one that would become two stays. */
export const upper = (text: string): string => text.replace(/\p{L}/gu, (letter) => keepOne(letter, letter.toUpperCase()));
export const lower = (text: string): string => text.replace(/\p{L}/gu, (letter) => keepOne(letter, letter.toLowerCase()));

// --- internal ---

// biome-ignore format: one row
const SCRIPTS = [/^\p{Script=Han}/u, /^\p{Script=Hiragana}/u, /^\p{Script=Katakana}/u, /^\p{Script=Hangul}/u, /^[\p{Co}]/u, /^\p{Extended_Pictographic}/u, /^[\p{P}\p{S}]/u];
const TAB = 8;

function widthAt(char: string, column: number): number {
  return char === "\t" ? TAB - (column % TAB) : cells(char);
}

function keepOne(letter: string, changed: string): string {
  return [...changed].length === 1 ? changed : letter;
}
