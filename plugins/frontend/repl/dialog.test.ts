// What a question offers, what keys do to it, and how it looks at every size.
import { expect, test } from "bun:test";
import { type Key, manyQuestion, widthOf } from "claw/kit";
import { askedAs, choicesOf, withDetails } from "./choices.ts";
import { createDialog } from "./dialog.ts";
import { EMPTY } from "./field.ts";
import { pressField, showField } from "./field-keys.ts";
import { fuzzySearch } from "./fuzzy.ts";
import type { Dialog, Pressed } from "./question-dialog.ts";
import { key, theme, typed } from "./testing/keys.ts";

const press = (dialog: Dialog, ...keys: readonly Key[]): Pressed => keys.map((one) => dialog.press(one)).at(-1) ?? "taken";
const permission = { choices: ["yes", "session", "always", "no"], rules: ["bash(ls)", "bash(rm x)"] };
const call = { id: "1", tool: "bash", input: {}, access: "execute", subject: "ls", paths: [] } as const;
const asking = (): Dialog => createDialog({ ...permission, call, heading: ["May it?"], body: ["$ ls"] });

test("choicesOf > a permission has letters, its exact rules, and a no with a reason; a question of the model has its own words", () => {
  expect(choicesOf({ ...permission, call }).map(({ choice, letter, below, told }) => [choice, letter, below.length, told ?? false])).toEqual([
    ["yes", "y", 0, false],
    ["session", "s", 2, false],
    ["always", "a", 2, false],
    ["no", "n", 0, false],
    ["no", "r", 0, true],
  ]);
  const told = (reasoned: boolean): number => choicesOf({ choices: ["yes", "no"], reasoned }).length;
  expect([choicesOf({ choices: ["yes", "no"] }).length, told(true)]).toEqual([2, 3]);
  expect(choicesOf({ choices: ["red\x1b[2J", "no"] }).map(({ label, letter }) => [label, letter])).toEqual([
    ["red", undefined],
    ["no", undefined],
  ]);
});

test("withDetails > what is said of a choice stands under it; a question about a call is left alone", () => {
  const text = "Which colour?\nred: the warm one\nred: said twice\nblue: the cold one\nelse";
  const { text: rest, about, choices } = withDetails({ text, choices: ["red", "blue", "other"] });
  expect(rest).toBe("Which colour?\nred: said twice\nelse");
  expect(choicesOf({ choices, ...(about && { about }) }).map(({ below }) => below)).toEqual([["the warm one"], ["the cold one"], []]);
  const asked = { text: "May it?\nno: x", choices: ["yes", "no"], call };
  expect(withDetails(asked)).toBe(asked);
});

test("createDialog > digits, letters and arrows answer; what means nothing does not", () => {
  expect(press(asking(), key("y"))).toEqual({ choice: "yes" });
  expect(press(asking(), key("a", { text: "A", shift: true }))).toEqual({ choice: "always" });
  expect(press(asking(), key("4"))).toEqual({ choice: "no" });
  expect(press(asking(), key("up"), key("up"), key("enter"))).toEqual({ choice: "no" });
  expect(press(asking(), key("down"), key("enter"))).toEqual({ choice: "session" });
  for (const one of [key("z"), key("9"), key("paste", { paste: "y" })]) expect(press(asking(), one)).toBe("strange");
  for (const one of [key("y", { ctrl: true }), key("y", { alt: true })]) expect(press(asking(), one)).toBe("taken");
  expect(press(asking(), key("escape"))).toBe("cancelled");
  expect(press(asking(), key("c", { ctrl: true }))).toBe("cancelled");
});

test("createDialog > a no with a reason; Esc goes back to the choices", () => {
  expect(press(asking(), key("r"), ...typed("not x"), key("enter"))).toEqual({ choice: "no", text: "not x" });
  expect(press(asking(), key("r"), ...typed("y"), key("escape"), key("y"))).toEqual({ choice: "yes" });
  expect(press(asking(), key("5"), key("enter"))).toEqual({ choice: "no" });
});

test("createDialog > where several may be taken, Space and digits tick, Enter sends; own words go along", () => {
  const several = (): Dialog => createDialog({ choices: ["red", "yes", "no"], many: true, heading: ["Which?"], body: [] });
  const space = key("space", { text: " " });
  expect(press(several(), key("3"), key("1"), key("enter"))).toEqual({ choice: "1, 3", text: "1, 3" });
  expect(press(several(), space, key("down"), space, key("up"), space, key("enter"))).toEqual({ choice: "2", text: "2" });
  // With nothing ticked Enter takes the one it stands on, as in any other question.
  expect(press(several(), key("down"), key("enter"))).toEqual({ choice: "2", text: "2" });
  expect(press(several(), key("1"), key("4"), ...typed("or blue"), key("enter"))).toEqual({ choice: "red, or blue", text: "red, or blue" });
  expect(press(several(), key("end"), key("enter"), ...typed("x"), key("escape"), key("1"), key("enter"))).toEqual({ choice: "1", text: "1" });
  expect(press(several(), key("up"), space, key("enter"), key("escape"))).toBe("cancelled");
  for (const one of [key("y"), key("9"), key("paste", { paste: "1" })]) expect(press(several(), one)).toBe("strange");
  const ticking = several();
  press(ticking, key("2"));
  expect(ticking.paint(60, 20, theme).lines).toEqual([
    "",
    "Which?",
    "",
    "  1. ☐ red",
    "❯ 2. ☑ yes",
    "  3. ☐ no",
    "  4. something else",
    "↑↓ choose · space tick · enter send · esc stop",
  ]);
  for (const columns of [60, 12]) for (const line of ticking.paint(columns, 6, theme).lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
});

test("askedAs > several are choices with what is said of each; in lines they are typed", () => {
  const question = manyQuestion("Which?", [{ label: "a, b" }, { label: "c", about: "the last" }]);
  const { text, choices, about, many } = askedAs(question, false);
  expect({ text, choices, about: [...(about ?? [])], many }).toEqual({
    text: "Which?",
    choices: ["a, b", "c"],
    about: [["c", "the last"]],
    many: true,
  });
  expect(askedAs(question, true)).toEqual({ text: question.text, choices: [] });
});

test("createDialog > many choices are searched; free text is free", () => {
  const many = createDialog({ choices: Array.from({ length: 40 }, (_, at) => `model ${at}`), heading: ["Which?"], body: [] });
  const searching = press(many, ...typed("3 9"));
  expect(searching).toBe("taken");
  expect(many.paint(40, 20, theme).lines.join("\n")).toContain("1 of 40");
  expect(press(many, key("enter"))).toEqual({ choice: "model 39" });
  const none = createDialog({ choices: Array.from({ length: 40 }, (_, at) => `model ${at}`), heading: ["Which?"], body: [] });
  expect(press(none, ...typed("zzz"), key("enter"))).toBe("taken");
  const free = createDialog({ choices: [], heading: ["Name?"], body: [] });
  expect(press(free, ...typed("ab"), key("left"), ...typed("x"), key("enter"))).toEqual({ choice: "axb", text: "axb" });
});

test("createDialog > a short list is searched once a word is typed; a digit still answers at once", () => {
  const themes = (): Dialog => createDialog({ choices: ["dark · For the night", "light", "ansi", "auto"], heading: ["Which?"], body: [] });
  expect(press(themes(), key("2"))).toEqual({ choice: "light" });
  const typing = themes();
  expect(typing.paint(60, 20, theme).lines.at(-1)).toBe("↑↓ choose · letters search · enter take · esc stop");
  expect(press(typing, ...typed("li"))).toBe("taken");
  expect(typing.paint(60, 20, theme).lines.slice(3)).toEqual(["search: li", "❯ light", "1 of 4 · ↑↓ choose · enter take · esc stop"]);
  press(typing, key("backspace"), key("backspace"));
  expect(typing.paint(40, 20, theme).lines[4]).toBe("  2. light");
  expect(press(typing, ...typed("an"), key("enter"))).toEqual({ choice: "ansi" });
  const few = createDialog({ choices: ["red", "no"], heading: ["Which?"], body: [] });
  expect(press(few, key("r"))).toBe("strange");
});

test("createDialog > what is said of things stands in a column, and stays in sight beside long names", () => {
  const choices = ["dark · in use", "a light one · For the day", `${"long ".repeat(20)}· 3 min ago`];
  const shown = (columns: number): readonly string[] => createDialog({ choices, heading: ["Which?"], body: [] }).paint(columns, 20, theme).lines;
  expect(shown(40).slice(3, 6)).toEqual([
    ...["❯ 1. dark                   in use", "  2. a light one            For the day", "  3. long long long long …  3 min ago"],
  ]);
  expect(Math.max(...shown(12).map(widthOf))).toBeLessThanOrEqual(12);
});

test("createDialog > fits every size, and keeps the selected choice and the cursor in sight", () => {
  const tall = (): Dialog =>
    createDialog({ ...permission, call, heading: ["x".repeat(90), "more"], body: Array.from({ length: 50 }, (_, at) => `${at}`) });
  for (const [columns, rows] of [
    [1, 1],
    [2, 3],
    [20, 5],
    [80, 24],
  ] as const) {
    const dialog = tall();
    press(dialog, key("down"), key("down"));
    const { lines } = dialog.paint(columns, rows, theme);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(Math.max(columns, 6));
    if (rows >= 24) expect(lines.length).toBeLessThanOrEqual(rows);
    if (rows >= 5) expect(lines.join("\n")).toContain("❯ 3.");
  }
});

test("field > edits by what a reader sees as one character; a secret is dots", () => {
  const family = "👨‍👩‍👧";
  let field = EMPTY;
  for (const one of [...typed("a"), key("x", { text: family }), key("backspace"), ...typed("b c"), key("w", { ctrl: true })])
    field = pressField(field, one) ?? field;
  expect(field).toEqual({ text: "ab ", at: 3 });
  expect(showField({ text: `k${family}y`, at: 2 }, 10, true).text).toMatch(/^•+$/);
  expect(showField({ text: "x".repeat(50), at: 50 }, 10)).toEqual({ text: "x".repeat(9), column: 9 });
});

test("fuzzySearch > wholes before parts, words before letters, and nothing that has not all letters", () => {
  const items = ["src/main.ts", "docs/domain.md", "mxaxixn", "other"];
  expect(fuzzySearch("main", items)).toEqual([0, 1, 2]);
  expect(fuzzySearch("", items)).toEqual([0, 1, 2, 3]);
  expect(fuzzySearch("ts main", items)).toEqual([0]);
});
