// Lines for a terminal: made harmless, measured in cells, cut and wrapped. Pure. `plain` is for text from outside; `safeLine` is the last gate before the screen.
import { plain } from "./plain.ts";

/**
 * `line` with nothing in it that a terminal acts on but styles: SGR sequences and OSC 8 links with a web or file address. Other sequences, control
 * characters, line ends and what turns the direction of writing are removed, tabs become spaces. What has no others is given back as it is.
 */
export function safeLine(line: string): string {
  if (!UNSAFE.test(line) || !CONTROL.test(line.replace(STYLE, ""))) return line;
  let safe = "";
  let at = 0;
  for (const match of line.matchAll(STYLE)) {
    safe += harmless(line.slice(at, match.index), safe) + match[0];
    at = match.index + match[0].length;
  }
  return safe + harmless(line.slice(at), safe);
}

/** Text from outside as lines: harmless, tabs as spaces. */
export function safeLines(text: string): string[] {
  const lines = plain(text).split("\n");
  return text.includes("\t") ? lines.map((line) => expandTabs(line)) : lines;
}

/** Tabs as spaces up to the next multiple of `every` cells. */
export function expandTabs(line: string, every = 4, before = 0): string {
  if (!line.includes("\t")) return line;
  let expanded = "";
  let column = before;
  for (const [index, piece] of line.split("\t").entries()) {
    if (index > 0) {
      const gap = every - (column % every);
      expanded += " ".repeat(gap);
      column += gap;
    }
    expanded += piece;
    column += Bun.stringWidth(piece);
  }
  return expanded;
}

/** The cells that a line takes. */
export function widthOf(line: string): number {
  return Bun.stringWidth(line);
}

/** `line`, styles and all, cut to `width` cells, with `…` where something is missing. */
export function clipCells(line: string, width: number): string {
  if (width <= 0) return "";
  if (fits(line, width)) return line;
  const cut = Bun.sliceAnsi(line, 0, width, "…");
  // A wide character on the edge is given whole.
  return Bun.stringWidth(cut) > width ? Bun.sliceAnsi(line, 0, width - 1, "…") : cut;
}

/** `line` cut into rows of at most `width` cells, at any character but never inside one; at most `most` rows. A character wider than `width` is left out. */
export function cutCells(line: string, width: number, most = 10_000): string[] {
  if (width <= 0) return [""];
  if (fits(line, width)) return [line];
  const rows: string[] = [];
  const total = Bun.stringWidth(line);
  for (let from = 0; from < total && rows.length < most; ) {
    let row = Bun.sliceAnsi(line, from, from + width);
    // A wide character on the edge is given whole.
    if (Bun.stringWidth(row) > width) row = Bun.sliceAnsi(line, from, from + width - 1);
    const taken = Bun.stringWidth(row);
    const fitting = taken > 0 && taken <= width;
    if (fitting) rows.push(row);
    from += fitting ? taken : Math.max(width, Bun.stringWidth(Bun.sliceAnsi(line, from, from + 1)));
  }
  return rows.length === 0 ? [""] : rows;
}

/** `text` wrapped at spaces to rows of at most `width` cells; words that are longer are cut. Styles go on from row to row. */
export function wrapCells(text: string, width: number): string[] {
  if (width <= 0) return [""];
  if (fits(text, width) && !text.includes("\n")) return [text];
  const rows = Bun.wrapAnsi(text, width, { hard: false, trim: true }).split("\n");
  return rows.some((row) => !fits(row, width)) ? rows.flatMap((row) => cutCells(row, width)) : rows;
}

// --- internal ---

/** Most lines have nothing of this; those with links do. */
const UNSAFE = /[\x00-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\x1b(?!\[[\d;:]*m)/;
const CONTROL = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
/** The sequences that may stand in a line. */
const STYLE = /\x1b\[[\d;:]*m|\x1b\]8;[\w=:-]*;(?:(?:https?|file|mailto):[!-~]*)?(?:\x07|\x1b\\)/g;

/** `text` without control characters; `before` is what stands left of it, for its tabs. */
function harmless(text: string, before: string): string {
  if (!CONTROL.test(text)) return text;
  const line = plain(text).replace(/[\n\u2028\u2029]/g, " ");
  return line.includes("\t") ? expandTabs(line, 4, Bun.stringWidth(before)) : line;
}

/** Whether a line takes at most `width` cells. Most lines are short, and counting cells costs. */
function fits(line: string, width: number): boolean {
  return line.length * 2 <= width || Bun.stringWidth(line) <= width;
}
