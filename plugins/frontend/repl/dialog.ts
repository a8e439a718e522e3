// One question on the screen: what keys do to it and how it looks. Knows no terminal and asks nobody.
import type { Answer } from "claw";
import { clipCells, type Key, type Painted, type Theme, widthOf, wrapCells } from "claw/kit";
import { type Asked, type Choice, choicesOf, MOST_LISTED } from "./choices.ts";
import { EMPTY, type Field, pressField, showField } from "./field.ts";
import { fuzzySearch } from "./fuzzy.ts";

export interface DialogOptions extends Asked {
  /** What it is about, its first line in the accent's colour: lines with styles, safe for a screen. */
  readonly heading: readonly string[];
  /** What there is to judge, below the heading: lines with styles, safe for a screen. */
  readonly body: readonly string[];
  /** Free text is not shown as it is written. */
  readonly secret?: boolean;
}
/** What a key did: `taken` changed something or nothing, `strange` is text that means nothing here, the others end the question. */
export type Pressed = "taken" | "strange" | "cancelled" | Answer;
export interface Dialog {
  press(key: Key): Pressed;
  paint(columns: number, rows: number, theme: Theme): Painted;
}

export function createDialog(options: DialogOptions): Dialog {
  const choices = choicesOf(options);
  const long = choices.length > MOST_LISTED;
  /** Shorter lists are searched once somebody types a word; where letters answer, none are. */
  const searchable = long || (choices.length >= LEAST_SEARCHED && choices.every(({ letter }) => letter === undefined));
  const searched = (): boolean => long || (searchable && field.text !== "");
  const labels = choices.map(({ label }) => label);
  let field: Field = EMPTY;
  /** In free words: the only way to answer, or the reason of a no. */
  let writing: Choice | "free" | undefined = choices.length === 0 ? "free" : undefined;
  let shown = choices.map((_, index) => index);
  let selected = 0;

  const take = (choice: Choice | undefined): Pressed => {
    if (choice === undefined) return "taken";
    if (choice.told !== true) return { choice: choice.choice };
    [writing, field] = [choice, EMPTY];
    return "taken";
  };
  const write = (key: Key): Pressed => {
    const text = field.text.trim();
    if (key.key === "enter" && !key.ctrl) {
      if (writing === "free") return { choice: text, text };
      return { choice: writing?.choice ?? "no", ...(text === "" ? {} : { text }) };
    }
    if (key.key === "escape") {
      if (writing === "free") return "cancelled";
      writing = undefined;
    } else field = pressField(field, key) ?? field;
    return "taken";
  };
  const search = (key: Key): void => {
    const next = pressField(field, key.paste === undefined ? key : { ...key, paste: key.paste.replaceAll("\n", " ") });
    if (next === undefined || next.text === field.text) return;
    field = next;
    shown = [...fuzzySearch(field.text, labels)];
    selected = 0;
  };
  const choose = (key: Key): Pressed => {
    const step = stepOf(key, PAGE);
    if (step !== undefined) selected = step === "first" ? 0 : step === "last" ? shown.length - 1 : wrapped(selected + step, shown.length, key);
    else if (key.key === "escape") return "cancelled";
    else if (key.key === "enter") return take(choices[shown[selected] ?? -1]);
    else if (searched()) search(key);
    else if (!key.ctrl && !key.alt && key.text !== undefined) {
      const digit = /^[1-9]$/.test(key.text) ? choices[Number(key.text) - 1] : undefined;
      const meant = digit ?? choices.find(({ letter }) => letter === key.text?.toLowerCase());
      if (meant !== undefined) return take(meant);
      if (!searchable || key.text.trim() === "") return "strange";
      search(key);
    } else if (key.paste !== undefined) return "strange";
    return "taken";
  };
  return {
    press(key) {
      if (key.ctrl && key.key === "c") return "cancelled";
      return writing === undefined ? choose(key) : write(key);
    },
    paint(columns, rows, theme) {
      const { heading, body } = options;
      const head = heading.flatMap((line, index) => wrapCells(index === 0 ? theme.paint("accent", line) : line, columns));
      const foot =
        writing === undefined
          ? listLines(
              { choices, shown, selected, ...(searched() ? { query: field } : { searchable }) },
              columns,
              Math.max(3, rows - head.length - 1),
              theme,
            )
          : fieldLines(field, writing, columns, theme, options.secret === true);
      return stack(head, body, foot, columns, rows, theme);
    },
  };
}

// --- internal ---

const PAGE = 8;
const LEAST_SEARCHED = 4;
/** Rows of a list that is searched. */
const MOST_FOUND = 14;

function stepOf({ key, ctrl, shift }: Key, page: number): number | "first" | "last" | undefined {
  if (key === "up" || (ctrl && key === "p") || (key === "tab" && shift)) return -1;
  if (key === "down" || (ctrl && key === "n") || key === "tab") return 1;
  if (key === "pageup") return -page;
  if (key === "pagedown") return page;
  return key === "home" ? "first" : key === "end" ? "last" : undefined;
}

/** Steps of one go round; leaps stop at the ends. */
function wrapped(at: number, count: number, { key }: Key): number {
  if (count === 0) return 0;
  if (key.startsWith("page")) return Math.max(0, Math.min(count - 1, at));
  return (at + count) % count;
}

interface Listed {
  readonly choices: readonly Choice[];
  readonly shown: readonly number[];
  readonly selected: number;
  readonly query?: Field;
  readonly searchable?: boolean;
}
interface Foot {
  readonly lines: readonly string[];
  readonly cursor?: { readonly line: number; readonly column: number };
}

/** The choices, around the selected one where there is not room for all. */
function listLines({ choices, shown, selected, query, searchable }: Listed, columns: number, rows: number, theme: Theme): Foot {
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
  const help = theme.paint("dim", clipCells(`${count}↑↓ choose · ${searchable === true ? "letters search · " : ""}enter take · esc stop`, columns));
  const none = entries.length === 0 ? [theme.paint("dim", "  nothing like that")] : [];
  const lines = [...above.map(({ line }) => line), ...none, ...entries.slice(from, to).flat(), help];
  return above[0] === undefined ? { lines } : { lines, cursor: { line: 0, column: above[0].column } };
}

/** What a picker's line begins with, and what it says of it. */
function partsOf(label: string): { readonly name: string; readonly about: string } {
  const end = label.indexOf(" · ");
  return end < 0 ? { name: label, about: "" } : { name: label.slice(0, end), about: label.slice(end + 3) };
}

function searchLine(query: Field, columns: number): { readonly line: string; readonly column: number } {
  const { text, column } = showField(query, Math.max(1, columns - 8));
  return { line: `search: ${text}`, column: column + 8 };
}

function fieldLines(field: Field, writing: Choice | "free", columns: number, theme: Theme, secret: boolean): Foot {
  const { text, column } = showField(field, Math.max(1, columns - 2), secret);
  const back = writing === "free" ? "esc stop" : "esc back";
  const help = theme.paint("dim", clipCells(`${writing === "free" ? "" : "why not, for the model · "}enter send · ${back}`, columns));
  return { lines: [`${theme.paint("accent", "❯")} ${text}`, help], cursor: { line: 0, column: column + 2 } };
}

/** All of it in at most `rows`: the choices always, then the heading, then as much of the body as there is room for. */
function stack(head: readonly string[], body: readonly string[], foot: Foot, columns: number, rows: number, theme: Theme): Painted {
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
