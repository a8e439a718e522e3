// What the live region looks like, and the bytes that make a terminal show it. Pure.
import { type Cursor, cutCells, type Painter, SLOTS, type Slot, safeLine } from "claw/kit";
import type { Traits } from "./modes.ts";

/** The live region as it stands on the terminal, or is to. `line` and `column` are the cursor's, from its top left; `columns` and `height` the screen it was made for. */
export interface Region {
  readonly rows: readonly string[];
  readonly line: number;
  readonly column: number;
  readonly shown: boolean;
  readonly shape: Cursor["shape"] | undefined;
  readonly columns: number;
  readonly height: number;
}
export const NOTHING: Region = { rows: [], line: 0, column: 0, shown: true, shape: undefined, columns: 0, height: 0 };

/** What a slot last showed, for that much room. */
export type Rows = Readonly<{ rows: readonly string[]; cursor?: Cursor; width: number; room: number }>;

/**
 * Lays the slots out for a terminal of that size: at most one row less than it has, so that the row above stays in sight. A painter is called when its slot
 * is not in `kept`, or has another width or room. `failed` is told of one that threw; its slot is then empty.
 */
export function compose(
  painters: ReadonlyMap<Slot, Painter>,
  kept: Map<Slot, Rows>,
  columns: number,
  rows: number,
  failed: (slot: Slot, error: unknown) => void,
): Region {
  const width = Math.max(1, columns - 1);
  let room = Math.max(1, rows - 1);
  const shown = new Map<Slot, readonly string[]>();
  let owner: { slot: Slot; cursor: Cursor } | undefined;
  for (const slot of IMPORTANCE) {
    // A question stands in the editor's place, and nothing goes on until it is answered.
    if ((slot === "editor" || slot === "menu" || slot === "activity") && shown.has("question")) continue;
    const painter = painters.get(slot);
    if (painter === undefined) continue;
    let cut = kept.get(slot);
    if (cut === undefined || cut.width !== width || cut.room !== room) {
      cut = paint(slot, painter, width, room, failed);
      kept.set(slot, cut);
    }
    if (cut.rows.length === 0) continue;
    shown.set(slot, cut.rows);
    room -= cut.rows.length;
    if (owner === undefined && cut.cursor !== undefined) owner = { slot, cursor: cut.cursor };
  }
  const all: string[] = [];
  let top = 0;
  for (const slot of SLOTS) {
    if (slot === owner?.slot) top = all.length;
    all.push(...(shown.get(slot) ?? []));
  }
  if (owner === undefined) return { rows: all, line: Math.max(0, all.length - 1), column: 0, shown: false, shape: undefined, columns, height: rows };
  return { rows: all, line: top + owner.cursor.line, column: owner.cursor.column, shown: true, shape: owner.cursor.shape, columns, height: rows };
}

/** The bytes that add `printed` above the region and turn what stands there from `old` to `next`. The cursor is where `old` has it. */
export function draw(old: Region, next: Region, printed: readonly string[], columns: number): string {
  const text = printed.length > 0 ? drawBelow(old, next, printed, columns) : drawOver(old, next);
  let cursor = "";
  if (next.shape !== old.shape) cursor += `\x1b[${SHAPES[next.shape ?? "own"]} q`;
  if (next.shown !== old.shown) cursor += next.shown ? "\x1b[?25h" : "\x1b[?25l";
  return text + cursor;
}

/** After a resize: back to the top of what was shown, which the terminal may have wrapped anew, and nothing left below. */
export function erase(old: Region, columns: number, height: number, reflow: Traits["reflow"]): string {
  let up = old.line;
  if (reflow !== "none" && columns < old.columns) {
    const width = Math.max(1, columns);
    const extra = (row: string): number => Math.max(0, Math.ceil(Bun.stringWidth(row) / width) - 1);
    // xterm.js leaves the cursor's row as it is, and moves the cursor down for rows below it too, unless it has dropped these for want of room.
    const moved = reflow === "all" && height >= old.height ? old.rows.toSpliced(old.line, 1) : old.rows.slice(0, old.line);
    for (const row of moved) up += extra(row);
    if (reflow === "above") up += Math.floor(old.column / width);
  }
  return `${move(up, 0)}\r\x1b[J`;
}

// --- internal ---

/** Who gets rows first where there are few. */
const IMPORTANCE: readonly Slot[] = ["question", "editor", "status", "menu", "activity", "queue", "todos", "tail"];
const SHAPES = { own: 0, block: 2, underline: 4, bar: 6 } as const;

/** Lines as rows of `width`, at most `room`: around the cursor, else the last ones of what grows at its end, else the first. */
function crop(
  slot: Slot,
  lines: readonly string[],
  cursor: Cursor | undefined,
  width: number,
  room: number,
): { rows: readonly string[]; cursor?: Cursor } {
  if (room <= 0 || lines.length === 0) return { rows: [] };
  const rows: string[] = [];
  let at: Cursor | undefined;
  for (const [index, line] of lines.entries()) {
    const pieces = cutCells(safeLine(line), width, 1_000);
    if (cursor?.line === index) {
      let [piece, column] = [0, cursor.column];
      for (let cells = Bun.stringWidth(pieces[0]!); column > cells && piece < pieces.length - 1; cells = Bun.stringWidth(pieces[piece]!)) {
        column -= cells;
        piece += 1;
      }
      at = { ...cursor, line: rows.length + piece, column: Math.max(0, Math.min(column, width)) };
    }
    rows.push(...pieces);
  }
  const over = rows.length - room;
  if (over <= 0) return at === undefined ? { rows } : { rows, cursor: at };
  if (at !== undefined) {
    const from = Math.min(over, Math.max(0, at.line - Math.floor(room / 2)));
    return { rows: rows.slice(from, from + room), cursor: { ...at, line: at.line - from } };
  }
  return { rows: slot === "tail" ? rows.slice(over) : rows.slice(0, room) };
}

/** With lines to add everything moves down: it is written anew, over what was there. */
function drawBelow(old: Region, next: Region, printed: readonly string[], columns: number): string {
  // A line that the terminal wraps leaves it unclear where its last row ends: then what stands below goes first.
  const wide = printed.some((line) => line.length * 2 >= columns && Bun.stringWidth(line) >= columns);
  const end = wide ? "" : "\x1b[K";
  let out = `${move(old.line, 0)}\r${wide ? "\x1b[J" : ""}`;
  for (const line of printed) out += `${line}${line.includes("\x1b") ? RESET : ""}${end}\r\n`;
  for (const [index, row] of next.rows.entries()) out += `${index === 0 ? "" : "\r\n"}${row}${row.includes("\x1b") ? RESET : ""}${end}`;
  const left = Math.max(1, old.rows.length) > printed.length + Math.max(1, next.rows.length);
  if (left && !wide) out += next.rows.length === 0 ? "\x1b[J" : `\r\n\x1b[J${move(1, 0)}`;
  else if (next.rows.length === 0 && !wide) out += "\x1b[K";
  return out + place(Math.max(0, next.rows.length - 1), next);
}

function drawOver(old: Region, next: Region): string {
  const out: string[] = [];
  let at = old.line;
  let moved = false;
  const go = (line: number): void => {
    out.push(move(at, line));
    at = line;
    moved = true;
  };
  let existing = Math.max(1, old.rows.length);
  for (const [index, row] of next.rows.entries()) {
    if (row === old.rows[index] && index < old.rows.length) continue;
    if (index >= existing) {
      go(existing - 1);
      out.push("\r\n");
      at = index;
      existing = index + 1;
    } else {
      go(index);
      out.push("\r");
    }
    out.push(row, row.includes("\x1b") ? RESET : "", "\x1b[K");
  }
  if (next.rows.length < old.rows.length) {
    go(next.rows.length);
    out.push("\r\x1b[J");
  }
  if (!moved && next.line === old.line && next.column === old.column) return "";
  return out.join("") + place(at, next);
}

const RESET = "\x1b[0m";

/** From somewhere in row `at` of the region to its cursor. */
function place(at: number, { line, column }: Region): string {
  return `${move(at, line)}\r${column > 0 ? `\x1b[${column}C` : ""}`;
}

function paint(slot: Slot, painter: Painter, width: number, room: number, failed: (slot: Slot, error: unknown) => void): Rows {
  try {
    const { lines, cursor } = painter(width, room);
    return { ...crop(slot, lines, cursor, width, room), width, room };
  } catch (error) {
    failed(slot, error);
    return { rows: [], width, room };
  }
}

function move(from: number, to: number): string {
  if (to === from) return "";
  return to < from ? `\x1b[${from - to}A` : `\x1b[${to - from}B`;
}
