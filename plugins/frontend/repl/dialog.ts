// One question on the screen: what keys do to it and how it looks. Knows no terminal and asks nobody.
import { type Key, wrapCells } from "claw/kit";
import { type Choice, choicesOf, MOST_LISTED } from "./choices.ts";
import { fieldLines, listLines, stack } from "./dialog-lines.ts";
import { EMPTY, type Field } from "./field.ts";
import { pressField } from "./field-keys.ts";
import { fuzzySearch } from "./fuzzy.ts";
import { createManyDialog } from "./many-dialog.ts";
import type { Dialog, DialogOptions, Pressed } from "./question-dialog.ts";
import { stepOf, stepped } from "./steps.ts";

export type { DialogOptions } from "./question-dialog.ts";

export function createDialog(options: DialogOptions): Dialog {
  return options.many === true ? createManyDialog(options) : createOneDialog(options);
}

// --- internal ---

function createOneDialog(options: DialogOptions): Dialog {
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
    if (step !== undefined) selected = stepped(selected, step, shown.length, key);
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
      const { heading, body, secret } = options;
      const head = heading.flatMap((line, index) => wrapCells(index === 0 ? theme.paint("accent", line) : line, columns));
      const listed = { choices, shown, selected, ...(searched() ? { query: field } : { searchable }) };
      const foot =
        writing === undefined
          ? listLines(listed, columns, Math.max(3, rows - head.length - 1), theme)
          : fieldLines(field, writing === "free" ? FREE : REASON, columns, theme, secret);
      return stack(head, body, foot, columns, rows, theme);
    },
  };
}

const PAGE = 8;
const LEAST_SEARCHED = 4;
const FREE = "enter send · esc stop";
const REASON = "why not, for the model · enter send · esc back";
