// A table as lines: columns as wide as they need to be, or their share of the width; cells wrap. Pure.
import { type Theme, wrapCells } from "claw/kit";

/** A cell: how it is aligned, and its text with styles. */
export type Cell = readonly [align: string, text: string];

/** What the parts of one table share. */
export interface TableState {
  widths?: readonly number[];
}
export type TablePart = Readonly<{ state: TableState; first: boolean; last: boolean }>;

/** The first row is the head, of every part. Where not even three letters a column have room, the cells of a row stand below one another. */
export function layOutTable(rows: readonly (readonly Cell[])[], width: number, theme: Theme, part?: TablePart): string[] {
  const { state, first, last } = part ?? { state: {} as TableState, first: true, last: true };
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (columns === 0) return [];
  const [head = [], ...body] = rows;
  const room = width - (3 * columns + 1);
  const border = (text: string): string => theme.paint("border", text);
  if (room < columns * NARROWEST) return stacked(first ? rows : body, width, border);
  // A screen that has become narrower needs others.
  const widths = state.widths !== undefined && sum(state.widths) <= room ? state.widths : shares(rows, columns, room, !last);
  state.widths = widths;
  const rule = (left: string, middle: string, right: string): string => border(ruled(widths, left, middle, right));
  const lines: string[] = [];
  if (first) {
    lines.push(rule("┌", "┬", "┐"));
    layOutRow(head, true, widths, theme, lines);
    lines.push(rule("├", "┼", "┤"));
  }
  for (const row of body) layOutRow(row, false, widths, theme, lines);
  if (last) lines.push(rule("└", "┴", "┘"));
  return lines;
}

// --- internal ---

const NARROWEST = 3;

function sum(widths: readonly number[]): number {
  return widths.reduce((total, one) => total + one, 0);
}

function ruled(widths: readonly number[], left: string, middle: string, right: string): string {
  let text = left;
  for (const [at, width] of widths.entries()) text += (at === 0 ? "" : middle) + "─".repeat(width + 2);
  return text + right;
}

/** Adds the lines of a row. */
function layOutRow(row: readonly Cell[], bold: boolean, widths: readonly number[], theme: Theme, lines: string[]): void {
  const bar = theme.paint("border", "│");
  const cells = widths.map((one, at) => wrapCells(row[at]?.[1] ?? "", one));
  let height = 1;
  for (const cell of cells) height = Math.max(height, cell.length);
  for (let y = 0; y < height; y++) {
    let text = bar;
    for (const [at, cell] of cells.entries())
      text += ` ${aligned(styled(cell[y] ?? "", bold, theme), widths[at] ?? 1, row[at]?.[0] ?? "left")} ${bar}`;
    lines.push(text);
  }
}

function styled(text: string, head: boolean, theme: Theme): string {
  return head ? theme.paint("strong", text) : text;
}

/** What a column may grow by in a table that goes on, where there is room for that. */
const MOST_SLACK = 8;

/** Columns that need less than an even share get what they need; the others share the rest evenly. */
function shares(rows: readonly (readonly Cell[])[], columns: number, room: number, ongoing: boolean): number[] {
  const needs = Array.from({ length: columns }, (_, at) => Math.max(1, ...rows.map((row) => Bun.stringWidth(row[at]?.[1] ?? ""))));
  const slack = ongoing ? Math.min(MOST_SLACK, Math.floor((room - sum(needs)) / columns)) : 0;
  if (slack > 0) return needs.map((need) => need + slack);
  const widths = needs.slice();
  let left = room;
  let open = needs.map((_, at) => at);
  while (open.length > 0) {
    const share = Math.floor(left / open.length);
    const small = open.filter((at) => needs[at]! <= share);
    if (small.length === 0) {
      for (const [index, at] of open.entries()) widths[at] = share + (index < left % open.length ? 1 : 0);
      break;
    }
    for (const at of small) left -= needs[at]!;
    open = open.filter((at) => !small.includes(at));
  }
  return widths;
}

function aligned(text: string, width: number, align: string): string {
  const free = Math.max(0, width - Bun.stringWidth(text));
  const before = align === "right" ? free : align === "center" ? Math.floor(free / 2) : 0;
  return " ".repeat(before) + text + " ".repeat(free - before);
}

function stacked(rows: readonly (readonly Cell[])[], width: number, border: (text: string) => string): string[] {
  const rule = border("─".repeat(Math.max(1, width)));
  return rows.flatMap((row, index) => [...(index === 0 ? [] : [rule]), ...row.flatMap(([, text]) => wrapCells(text, Math.max(1, width)))]);
}
