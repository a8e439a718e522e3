// A question of which several choices may be taken: Space and digits tick, Enter sends what is ticked, and own words can be added.
import type { Answer } from "claw";
import { type Key, wrapCells } from "claw/kit";
import { type Choice, choicesOf } from "./choices.ts";
import { fieldLines, listLines, stack } from "./dialog-lines.ts";
import { EMPTY, type Field } from "./field.ts";
import { pressField } from "./field-keys.ts";
import type { Dialog, DialogOptions, Pressed } from "./question-dialog.ts";
import { stepOf, stepped } from "./steps.ts";

/** The answer is numbers with commas between, or with own words the labels and these. */
export function createManyDialog(options: DialogOptions): Dialog {
  const own: Choice = { choice: "", label: "something else", below: [] };
  const choices = [...choicesOf(options), own];
  const ticked = new Set<Choice>();
  let field: Field = EMPTY;
  let writing = false;
  let selected = 0;

  const tick = (choice: Choice | undefined): Pressed => {
    if (choice === own) writing = true;
    else if (choice !== undefined && !ticked.delete(choice)) ticked.add(choice);
    return "taken";
  };
  const send = (taken: ReadonlySet<Choice>, words = ""): Answer => {
    const all = choices.filter((choice) => taken.has(choice));
    const said = words === "" ? all.map((choice) => choices.indexOf(choice) + 1) : [...all.map(({ choice }) => choice), words];
    return { choice: said.join(", "), text: said.join(", ") };
  };
  const write = (key: Key): Pressed => {
    const text = field.text.trim();
    if (key.key === "enter" && !key.ctrl && text !== "") return send(ticked, text);
    if (key.key === "escape" || (key.key === "enter" && !key.ctrl)) writing = false;
    else field = pressField(field, key) ?? field;
    return "taken";
  };
  const choose = (key: Key): Pressed => {
    const step = stepOf(key, choices.length);
    const here = choices[selected];
    if (step !== undefined) selected = stepped(selected, step, choices.length, key);
    else if (key.key === "escape") return "cancelled";
    // With nothing ticked it is as with any other question.
    else if (key.key === "enter") return here === own || here === undefined ? tick(own) : send(ticked.size === 0 ? new Set([here]) : ticked);
    else if (key.key === "space" && !key.ctrl && !key.alt) return tick(here);
    else if (key.ctrl || key.alt) return "taken";
    else if (/^[1-9]$/.test(key.text ?? "") && choices[Number(key.text) - 1] !== undefined) {
      selected = Number(key.text) - 1;
      return tick(choices[selected]);
    } else if (key.text !== undefined || key.paste !== undefined) return "strange";
    return "taken";
  };
  return {
    press(key) {
      if (key.ctrl && key.key === "c") return "cancelled";
      return writing ? write(key) : choose(key);
    },
    paint(columns, rows, theme) {
      const head = options.heading.flatMap((line, index) => wrapCells(index === 0 ? theme.paint("accent", line) : line, columns));
      const boxed = choices.map((one) => (one === own ? one : { ...one, label: `${ticked.has(one) ? "☑" : "☐"} ${one.label}` }));
      const listed = { choices: boxed, shown: boxed.map((_, index) => index), selected, taking: "space tick · enter send" };
      const foot = writing
        ? fieldLines(field, "in your own words · enter send · esc back", columns, theme)
        : listLines(listed, columns, Math.max(3, rows - head.length - 1), theme);
      return stack(head, options.body, foot, columns, rows, theme);
    },
  };
}
