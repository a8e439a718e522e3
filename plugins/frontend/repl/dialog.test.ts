// What a question offers, what keys do to it, and how it looks at every size.
import { expect, test } from "bun:test";
import { type Key, type Theme, widthOf } from "claw/kit";
import { choicesOf } from "./choices.ts";
import { createDialog, type Dialog, type Pressed } from "./dialog.ts";
import { EMPTY, pressField, showField } from "./field.ts";
import { fuzzySearch } from "./fuzzy.ts";

const theme: Theme = { name: "none", paint: (_, text) => text, sgr: () => ({ begin: "", end: "" }) };
const key = (name: string, more: Partial<Key> = {}): Key => ({
  key: name,
  ctrl: false,
  alt: false,
  shift: false,
  ...(name.length === 1 ? { text: name } : {}),
  ...more,
});
const typed = (text: string): readonly Key[] => [...text].map((letter) => key(letter === " " ? "space" : letter, { text: letter }));
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
  expect(choicesOf({ choices: ["red\x1b[2J", "no"] }).map(({ label, letter }) => [label, letter])).toEqual([
    ["red", undefined],
    ["no", undefined],
  ]);
});

test("createDialog > digits, letters and arrows answer; what means nothing does not", () => {
  expect(press(asking(), key("y"))).toEqual({ choice: "yes" });
  expect(press(asking(), key("a", { text: "A", shift: true }))).toEqual({ choice: "always" });
  expect(press(asking(), key("4"))).toEqual({ choice: "no" });
  expect(press(asking(), key("up"), key("up"), key("enter"))).toEqual({ choice: "no" });
  expect(press(asking(), key("down"), key("enter"))).toEqual({ choice: "session" });
  for (const one of [key("z"), key("9"), key("y", { ctrl: true }), key("y", { alt: true }), key("paste", { paste: "y" })]) {
    expect(press(asking(), one)).toBe("taken");
  }
  expect(press(asking(), key("escape"))).toBe("cancelled");
  expect(press(asking(), key("c", { ctrl: true }))).toBe("cancelled");
});

test("createDialog > a no with a reason; Esc goes back to the choices", () => {
  expect(press(asking(), key("r"), ...typed("not x"), key("enter"))).toEqual({ choice: "no", text: "not x" });
  expect(press(asking(), key("r"), ...typed("y"), key("escape"), key("y"))).toEqual({ choice: "yes" });
  expect(press(asking(), key("5"), key("enter"))).toEqual({ choice: "no" });
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
