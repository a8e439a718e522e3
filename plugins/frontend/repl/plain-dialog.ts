// One question where nothing is drawn twice: asked in lines, answered by a line. What is not plainly an answer is asked again: no word says yes by its letters.
import { type Key, safeLines, type Theme } from "claw/kit";
import { type Choice, choicesOf } from "./choices.ts";
import { EMPTY, type Field } from "./field.ts";
import { pressField } from "./field-keys.ts";
import { fuzzySearch } from "./fuzzy.ts";
import type { DialogOptions, Pressed } from "./question-dialog.ts";

export interface PlainDialog {
  /** Says the question. */
  ask(): void;
  press(key: Key): Pressed;
}

/** `say` prints lines for good. */
export function createPlainDialog(options: DialogOptions, theme: Theme, say: (lines: readonly string[]) => void): PlainDialog {
  const choices = choicesOf(options);
  const labels = choices.map(({ label }) => label);
  let field: Field = EMPTY;
  /** The reason of a no is asked for. */
  let reason: Choice | undefined;

  const list = (at: readonly number[]): readonly string[] => {
    const shown = at.slice(0, MOST_SAID).flatMap((index) => choiceLines(choices[index]!, index));
    return at.length > MOST_SAID ? [...shown, `… ${at.length - MOST_SAID} more`] : shown;
  };
  const help = choices.length === 0 ? "Write it, then enter; ctrl-c stops." : helpOf(choices);
  const settle = (choice: Choice, why?: string): Pressed => {
    if (choice.told !== true) return { choice: choice.choice, ...(why === undefined ? {} : { text: why }) };
    reason = choice;
    say(["Why not? The model is told; an empty line is no reason."]);
    return "taken";
  };
  const answer = (said: string): Pressed => {
    if (reason !== undefined) return { choice: reason.choice, ...(said === "" ? {} : { text: said }) };
    if (choices.length === 0) return { choice: said, text: said };
    const word = said.toLowerCase();
    const named = choices.find(({ letter, label, choice }) => [letter, label.toLowerCase(), choice.toLowerCase()].includes(word));
    const one = named ?? (/^\d+$/.test(word) ? choices[Number(word) - 1] : undefined);
    if (one !== undefined) return settle(one);
    const told = choices.find((choice) => choice.told === true);
    const why = told === undefined ? undefined : /^no?[ ,:]+(?<why>.+)$/is.exec(said)?.groups?.["why"];
    if (told !== undefined && why !== undefined) return { choice: told.choice, text: why };
    // What is asked of a call is never answered by something like it.
    const near = word === "" || choices.some(({ letter }) => letter !== undefined) ? [] : fuzzySearch(word, labels);
    if (near.length === 1) return settle(choices[near[0]!]!);
    say([...list(near), near.length === 0 && word !== "" ? `${safeLines(said).join(" ")} is none of these. ${help}` : help]);
    return "taken";
  };
  return {
    ask() {
      const { heading, body } = options;
      const head = heading.map((line, at) => (at === 0 ? theme.paint("accent", line) : line));
      say(["", ...head, ...body, ...(choices.length === 0 ? [] : ["", ...list(choices.map((_, index) => index))]), help]);
    },
    press(key) {
      if (key.key === "escape" || (key.ctrl && key.key === "c")) return "cancelled";
      if (key.key !== "enter") {
        field = pressField(field, key) ?? field;
        return "taken";
      }
      const said = field.text.trim();
      field = EMPTY;
      return answer(said);
    },
  };
}

// --- internal ---

/** Of longer lists, what is typed shows what is like it. */
const MOST_SAID = 30;

function choiceLines({ label, letter, below }: Choice, index: number): readonly string[] {
  return [`${index + 1}. ${label}${letter === undefined ? "" : ` (${letter})`}`, ...below.map((line) => `   ${line}`)];
}

function helpOf(choices: readonly Choice[]): string {
  if (choices.some(({ letter }) => letter !== undefined)) return "Answer with a number or letter, then enter; ctrl-c stops.";
  return choices.length > MOST_SAID
    ? "Answer with a number, or a part of a name, then enter; ctrl-c stops."
    : "Answer with a number or a name, then enter; ctrl-c stops.";
}
