// A table as lines: columns as wide as they need to be, or their share of the width; cells wrap. Pure.
import { type Theme, widthOf, wrapCells } from "claw/kit";

/** A cell: how it is aligned, its text with styles, and the cells of the screen that this takes. */
export type Cell = Readonly<{ align: string; text: string; width: number }>;
export const cellOf = (align: string, text: string): Cell => ({ align, text, width: widthOf(text) });

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
  const bars = widths.map((one) => "─".repeat(one + 2));
  const rule = (left: string, middle: string, right: string): string => border(left + bars.join(middle) + right);
  const lines: string[] = [];
  const bar = border("│");
  if (first) {
    lines.push(rule("┌", "┬", "┐"));
    layOutRow(head, { widths, bar, strong: (text) => theme.paint("strong", text) }, lines);
    lines.push(rule("├", "┼", "┤"));
  }
  const shape: Shape = { widths, bar };
  for (const row of body) layOutRow(row, shape, lines);
  if (last) lines.push(rule("└", "┴", "┘"));
  return lines;
}

/** What runs for every table, row and cell. */
export const tableParts = (): readonly ((...given: never[]) => unknown)[] => [cellOf, layOutTable, layOutRow, addLine, aligned, shares];

// --- internal ---

/** How a row is to look: a head is `strong`. */
interface Shape {
  readonly widths: readonly number[];
  readonly bar: string;
  strong?(text: string): string;
}

const NARROWEST = 3;

function sum(widths: readonly number[]): number {
  return widths.reduce((total, one) => total + one, 0);
}

/** Adds the lines of a row. */
function layOutRow(row: readonly Cell[], shape: Shape, lines: string[]): void {
  const { widths } = shape;
  if (widths.every((width, at) => (row[at] ?? NONE).width <= width)) {
    addLine(row, shape, lines);
    return;
  }
  const cells = widths.map((width, at) => wrapCells(row[at]?.text ?? "", width).map((text) => cellOf(row[at]?.align ?? "left", text)));
  const height = Math.max(...cells.map((cell) => cell.length));
  for (let y = 0; y < height; y++)
    addLine(
      cells.map((cell) => cell[y] ?? NONE),
      shape,
      lines,
    );
}

function addLine(cells: readonly Cell[], { widths, bar, strong }: Shape, lines: string[]): void {
  let text = bar;
  for (let at = 0; at < widths.length; at++) text += ` ${aligned(cells[at] ?? NONE, widths[at]!, strong)} ${bar}`;
  lines.push(text);
}

const NONE: Cell = { align: "left", text: "", width: 0 };

/** What a column may grow by in a table that goes on, where there is room for that. */
const MOST_SLACK = 8;

/** Columns that need less than an even share get what they need; the others share the rest evenly. */
function shares(rows: readonly (readonly Cell[])[], columns: number, room: number, ongoing: boolean): number[] {
  // What is still to come may be wide characters, which no narrower column could show.
  const least = ongoing ? 2 : 1;
  const needs = Array.from({ length: columns }, (_, at) => rows.reduce((most, row) => Math.max(most, row[at]?.width ?? 0), least));
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

function aligned({ align, text, width }: Cell, room: number, strong: Shape["strong"]): string {
  const free = room - width;
  const shown = strong === undefined ? text : strong(text);
  if (free <= 0) return shown;
  const before = align === "right" ? free : align === "center" ? Math.floor(free / 2) : 0;
  return before === 0 ? shown + " ".repeat(free) : " ".repeat(before) + shown + " ".repeat(free - before);
}

function stacked(rows: readonly (readonly Cell[])[], width: number, border: (text: string) => string): string[] {
  const rule = border("─".repeat(Math.max(1, width)));
  return rows.flatMap((row, index) => [...(index === 0 ? [] : [rule]), ...row.flatMap(({ text }) => wrapCells(text, Math.max(1, width)))]);
}
