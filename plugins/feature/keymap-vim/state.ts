// What the Vim keymap remembers between keys, and the object it works on while it takes one. No key is understood here.
import type { EditorAction } from "claw/kit";
import { type Lines, lastCol, lineAt, type Spot } from "./text.ts";

export type Mode = "normal" | "insert" | "replace" | "visual" | "visual-line" | "visual-block";
/** Text in a register. A `block` has a line for each row, `width` columns wide. */
export interface Register {
  readonly text: string;
  readonly kind: "char" | "line" | "block";
  readonly width?: number;
}
/** Lines of one change: at `top`, `old` became `now`. */
export interface Splice {
  readonly top: number;
  readonly old: Lines;
  readonly now: Lines;
}
/** What one `u` takes back. `at` is where the cursor was when the first of it changed. */
export interface Change {
  readonly splices: readonly Splice[];
  readonly at: Spot;
}
/** How large what was selected was, to select as much again. */
export interface Extent {
  readonly mode: Mode;
  readonly rows: number;
  readonly columns: number;
  /** Up to the line's end. */
  readonly rest: boolean;
}
/** What `.` does again: keys without their count, and for a visual one what they were done to. */
export interface Repeat {
  readonly register?: string;
  readonly count: number;
  readonly keys: readonly string[];
  readonly extent?: Extent;
}
/** An insertion going on. */
export interface Insertion {
  /** Times the text is to stand there in the end. */
  readonly count: number;
  /** Keys since it began. */
  readonly keys: readonly string[];
  /** The command it began with, for `.`; without it this insertion cannot be repeated. */
  readonly repeat?: Repeat;
  /** Where text inserted now began: Ctrl-W and Ctrl-U stop there once. */
  readonly from: Spot;
  /** An arrow has moved the cursor, and nothing was typed since. */
  readonly moved?: boolean;
  /** With `o` and `O`, each of `count` is a line of its own. */
  readonly line?: boolean;
  /** Rows below that get the text too, at this column; `pad` fills short lines. The cursor ends at `home`. */
  readonly block?: Readonly<{ rows: number; column: number; pad: boolean; rest: boolean; home?: Spot }>;
  /** What replace mode wrote over, newest last. */
  readonly replaced: readonly string[];
}
export interface Find {
  readonly char: string;
  readonly forward: boolean;
  readonly till: boolean;
}
export interface VimState {
  readonly mode: Mode;
  /** The input as this keymap left it, to see whether somebody else has changed it. */
  readonly text: string;
  readonly cursor: number;
  /** The lines of a text, to spare taking a long one apart for every key. */
  readonly kept: Readonly<{ text: string; lines: Lines }> | undefined;
  /** Keys of a command that is not complete. */
  readonly pending: readonly string[];
  /** The screen column that `j` and `k` keep. */
  readonly goal: number | undefined;
  readonly anchor: Spot;
  readonly registers: Readonly<Record<string, Register>>;
  readonly marks: Readonly<Record<string, Spot>>;
  readonly undo: readonly Change[];
  readonly redo: readonly Change[];
  readonly find: Find | undefined;
  readonly search: Readonly<{ pattern: string; forward: boolean }> | undefined;
  readonly last: Repeat | undefined;
  readonly insertion: Insertion | undefined;
  /** The last selection, for `gv`. */
  readonly selected: Readonly<{ mode: Mode; anchor: Spot; cursor: Spot; goal: number | undefined }> | undefined;
  /** The register that keys are recorded into, and those so far. */
  readonly recording: Readonly<{ register: string; keys: readonly string[] }> | undefined;
  readonly macro: string | undefined;
  /** The change that goes on over several keys, as an insertion. */
  readonly open: OpenChange | undefined;
}
export type OpenChange = Readonly<{ splices: readonly Splice[]; at: Spot }>;

/** The state while a key is taken: changed in place, and only then. */
export interface Vim extends Readonly<{ options: VimOptions; copies: string[]; actions: EditorAction[] }> {
  s: { -readonly [K in keyof VimState]: VimState[K] };
  lines: string[];
  /** The text has changed with this key. */
  changed: boolean;
  row: number;
  col: number;
  /** The change that is being made. */
  open: OpenChange | undefined;
  /** A key could not be obeyed: a macro stops here. */
  failed: boolean;
  /** Depth of macros and repetitions, and how many keys they may still take. */
  depth: number;
  budget: number;
  /** `.` is at work: what it does is not remembered as a new last change. */
  repeating: boolean;
}
/** `enter` is what Enter does in insert mode. `shift` is how many columns `>` moves. */
export interface VimOptions {
  readonly enter: "submit" | "newline";
  readonly shift: number;
}

/** The state of a new input: in insert mode. What outlives an input is kept of `last`. */
export function freshState(last?: VimState): VimState {
  return {
    mode: "insert",
    text: "",
    cursor: 0,
    kept: undefined,
    pending: [],
    goal: undefined,
    anchor: { row: 0, col: 0 },
    registers: last?.registers ?? {},
    marks: {},
    undo: [],
    redo: [],
    find: last?.find,
    search: last?.search,
    last: last?.last,
    insertion: { count: 1, keys: [], from: { row: 0, col: 0 }, replaced: [] },
    selected: undefined,
    recording: undefined,
    macro: last?.macro,
    open: undefined,
  };
}

export const here = (vim: Vim): Spot => ({ row: vim.row, col: vim.col });
export const visual = (mode: Mode): boolean => mode === "visual" || mode === "visual-line" || mode === "visual-block";
export const lineOf = (vim: Vim): string => lineAt(vim.lines, vim.row);

/** Moves the cursor, to within the text. The column that `j` and `k` keep is forgotten. */
export function moveTo(vim: Vim, { row, col }: Spot): undefined {
  vim.row = Math.max(0, Math.min(row, vim.lines.length - 1));
  vim.col = Math.max(0, Math.min(col, lineOf(vim).length));
  vim.s.goal = undefined;
}

/** In normal mode the cursor is on a character, if there is one. */
export function settle(vim: Vim): undefined {
  vim.row = Math.max(0, Math.min(vim.row, vim.lines.length - 1));
  const line = lineOf(vim);
  const most = vim.s.mode === "normal" ? lastCol(line) : line.length;
  vim.col = Math.max(0, Math.min(vim.col, most));
}

export function fail(vim: Vim): undefined {
  vim.failed = true;
}

/** Puts lines in place of `count` lines at `top`; what `u` takes back grows by it. The one way in which the text changes. */
export function splice(vim: Vim, top: number, count: number, now: Lines): undefined {
  const { splices, at } = vim.open ?? { splices: [], at: here(vim) };
  const whole = now.length === 0 && count === vim.lines.length ? [""] : [...now];
  const old = vim.lines.splice(top, count, ...whole);
  vim.changed = true;
  const last = splices.at(-1);
  // A line that is typed in is kept as it was before, once.
  const joined = last !== undefined && last.top === top && last.now.length === 1 && count === 1 && whole.length === 1;
  vim.open = { at, splices: joined ? [...splices.slice(0, -1), { ...last, now: whole }] : [...splices, { top, old, now: whole }] };
  shiftMarks(vim, top, old.length, whole.length);
}

/** Joins a line and the next to `text`; marks in the next one go with it, `shift` characters further. */
export function joinTo(vim: Vim, row: number, text: string, shift: number): undefined {
  const moved = Object.entries(vim.s.marks).filter(([, spot]) => spot.row === row + 1);
  splice(vim, row, 2, [text]);
  const marks = moved.map(([name, { col }]): [string, Spot] => [name, { row, col: Math.max(0, col + shift) }]);
  vim.s.marks = { ...vim.s.marks, ...Object.fromEntries(marks) };
}

/** Changes one line. */
export const setLine = (vim: Vim, row: number, text: string): undefined => splice(vim, row, 1, [text]);

/** Ends the change that is being made: it becomes one for `u`. */
export function closeChange(vim: Vim): undefined {
  const { open } = vim;
  vim.open = undefined;
  if (open === undefined) return;
  vim.s.undo = [...vim.s.undo.slice(1 - UNDO_LIMIT), open];
  vim.s.redo = [];
}

// --- internal ---

const UNDO_LIMIT = 1_000;

/** Marks below a change of lines keep their text; those on lines that are gone are gone too. */
function shiftMarks(vim: Vim, top: number, removed: number, added: number): undefined {
  if (removed === added) return;
  const kept = Object.entries(vim.s.marks).flatMap(([name, spot]): [string, Spot][] => {
    if (spot.row < top + Math.min(removed, added)) return [[name, spot]];
    // Where one jumped from is kept, above what is gone.
    if (spot.row < top + removed) return name === "'" ? [[name, { row: Math.max(0, top - 1), col: spot.col }]] : [];
    return [[name, { ...spot, row: spot.row + added - removed }]];
  });
  vim.s.marks = Object.fromEntries(kept);
}
