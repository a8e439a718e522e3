// How a question looks: its choices or its line of text, with heading and body in the rows there are. Pure.
import { clipCells, type Painted, type Theme, widthOf, wrapCells } from "claw/kit";
import type { Choice } from "./choices.ts";
import type { Field } from "./field.ts";
import { showField } from "./field-keys.ts";

export interface Listed {
  readonly choices: readonly Choice[];
  readonly shown: readonly number[];
  readonly selected: number;
  readonly query?: Field;
  readonly searchable?: boolean;
  /** What Enter and Space do. */
  readonly taking?: string;
}
/** What stands below heading and body. */
export interface Foot {
  readonly lines: readonly string[];
  readonly cursor?: { readonly line: number; readonly column: number };
}

/** The choices, around the selected one where there is not room for all. */
export function listLines(
  { choices, shown, selected, query, searchable, taking = "enter take" }: Listed,
  columns: number,
  rows: number,
  theme: Theme,
): Foot {
  const above = query === undefined ? [] : [searchLine(query, columns)];
  const parts = shown.map((at) => partsOf(choices[at]!.label));
  const told = Math.max(0, ...parts.map(({ about }) => widthOf(about)));
  // What is said of a thing stays in sight; a long name gives way.
  const most = Math.max(Math.ceil(columns / 2), Math.min(columns - 6, 18), columns - told - 8);
  const wide = Math.min(most, Math.max(0, ...parts.map(({ name, about }) => (about === "" ? 0 : widthOf(name)))));
  const entries = shown.map((at, position) => {
    const { below, letter } = choices[at]!;
    const { about } = parts[position]!;
    const name = about === "" ? parts[position]!.name : clipCells(parts[position]!.name, wide);
    const sign = position === selected ? theme.paint("accent", "❯") : " ";
    const number = query === undefined ? `${at + 1}. ` : "";
    const hint = letter === undefined ? "" : theme.paint("dim", ` (${letter})`);
    const detail = about === "" ? "" : `${" ".repeat(Math.max(0, wide - widthOf(name)))}  ${theme.paint("dim", about)}`;
    const first = clipCells(`${sign} ${number}${position === selected ? theme.paint("selected", name) : name}${detail}${hint}`, columns);
    return [first, ...below.flatMap((line) => wrapCells(theme.paint("dim", line), Math.max(1, columns - 5)).map((row) => `     ${row}`))];
  });
  const room = Math.max(1, Math.min(query === undefined ? rows : MOST_FOUND, rows) - above.length - 2);
  let [from, to] = [selected, Math.min(entries.length, selected + 1)];
  let used = entries[selected]?.length ?? 0;
  for (let grown = true; grown; ) {
    grown = false;
    const [before, after] = [entries[from - 1], entries[to]];
    if (before !== undefined && used + before.length <= room) [from, used, grown] = [from - 1, used + before.length, true];
    if (after !== undefined && used + after.length <= room) [to, used, grown] = [to + 1, used + after.length, true];
  }
  const left = entries.length - (to - from);
  const count = query === undefined ? (left > 0 ? `${left} more · ` : "") : `${entries.length} of ${choices.length} · `;
  const help = theme.paint("dim", clipCells(`${count}↑↓ choose · ${searchable === true ? "letters search · " : ""}${taking} · esc stop`, columns));
  const none = entries.length === 0 ? [theme.paint("dim", "  nothing like that")] : [];
  const lines = [...above.map(({ line }) => line), ...none, ...entries.slice(from, to).flat(), help];
  return above[0] === undefined ? { lines } : { lines, cursor: { line: 0, column: above[0].column } };
}

/** A line to write on; `told` is what it is for. */
export function fieldLines(field: Field, told: string, columns: number, theme: Theme, secret = false): Foot {
  const { text, column } = showField(field, Math.max(1, columns - 2), secret);
  const help = theme.paint("dim", clipCells(told, columns));
  return { lines: [`${theme.paint("accent", "❯")} ${text}`, help], cursor: { line: 0, column: column + 2 } };
}

/** All of it in at most `rows`: the choices always, then the heading, then as much of the body as there is room for. */
export function stack(head: readonly string[], body: readonly string[], foot: Foot, columns: number, rows: number, theme: Theme): Painted {
  const room = Math.max(0, rows - foot.lines.length);
  const top = head.slice(0, room);
  let left = room - top.length;
  const gap = left >= 2 ? [""] : [];
  left -= gap.length * 2;
  const wrappedBody = left > 0 ? body.flatMap((line) => wrapCells(line, columns)) : [];
  const cut = wrappedBody.length > left;
  const kept = cut
    ? [...wrappedBody.slice(0, Math.max(0, left - 1)), theme.paint("dim", `… ${wrappedBody.length - left + 1} more rows`)]
    : wrappedBody;
  const before = [...gap, ...top, ...(left > 0 ? kept : []), ...gap];
  const lines = [...before, ...foot.lines];
  return foot.cursor === undefined ? { lines } : { lines, cursor: { line: before.length + foot.cursor.line, column: foot.cursor.column } };
}

// --- internal ---

/** Rows of a list that is searched. */
const MOST_FOUND = 14;

/** What a picker's line begins with, and what it says of it. */
function partsOf(label: string): { readonly name: string; readonly about: string } {
  const end = label.indexOf(" · ");
  return end < 0 ? { name: label, about: "" } : { name: label.slice(0, end), about: label.slice(end + 3) };
}

function searchLine(query: Field, columns: number): { readonly line: string; readonly column: number } {
  const { text, column } = showField(query, Math.max(1, columns - 8));
  return { line: `search: ${text}`, column: column + 8 };
}
