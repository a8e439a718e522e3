// A question on a screen where nothing is drawn twice: said in lines, answered by lines.
import { expect, test } from "bun:test";
import type { Key, Theme } from "claw/kit";
import { createPlainDialog } from "./plain-dialog.ts";
import type { DialogOptions, Pressed } from "./question-dialog.ts";

const theme: Theme = { name: "none", paint: (_, text) => text, sgr: () => ({ begin: "", end: "" }) };
const call = { id: "1", tool: "bash", input: {}, access: "execute", subject: "ls", paths: [] } as const;
const permission: DialogOptions = {
  ...{ choices: ["yes", "session", "always", "no"], rules: ["bash(ls)"], call },
  ...{ heading: ["May it?"], body: ["$ ls"] },
};
const key = (name: string, text?: string): Key => ({ key: name, ctrl: false, alt: false, shift: false, ...(text === undefined ? {} : { text }) });

/** What each line made of it, and all that was said. */
function answers(options: DialogOptions, ...lines: readonly string[]): { readonly pressed: Pressed; readonly said: string } {
  const said: string[] = [];
  const dialog = createPlainDialog(options, theme, (more) => said.push(...more));
  dialog.ask();
  let pressed: Pressed = "taken";
  for (const line of lines) {
    for (const letter of line) pressed = dialog.press(key(letter, letter));
    pressed = dialog.press(key("enter"));
  }
  return { pressed, said: said.join("\n") };
}

test("createPlainDialog > number, letter or word; a reason in the same line or the next", () => {
  expect(answers(permission, "1").pressed).toEqual({ choice: "yes" });
  expect(answers(permission, "A").pressed).toEqual({ choice: "always" });
  expect(answers(permission, "no").pressed).toEqual({ choice: "no" });
  expect(answers(permission, "n, use the b file").pressed).toEqual({ choice: "no", text: "use the b file" });
  expect(answers(permission, "5", "not now").pressed).toEqual({ choice: "no", text: "not now" });
  expect(answers(permission, "r", "").pressed).toEqual({ choice: "no" });
});

test("createPlainDialog > words that only begin like a yes answer nothing, nor does an empty line", () => {
  for (const line of ["", "wait", "yesterday", "and then", "ls", "9", "0"]) {
    const { pressed, said } = answers(permission, line);
    expect([line, pressed]).toEqual([line, "taken"]);
    expect(said).toEndWith("Answer with a number or letter, then enter; ctrl-c stops.");
  }
});

test("createPlainDialog > says all there is to judge, without what only a redrawn screen could show", () => {
  const { said } = answers(permission);
  expect(said).toContain("May it?\n$ ls\n\n1. Yes, this once (y)\n2. Yes, and from now on in this session (s)\n   bash(ls)");
  expect(said).not.toMatch(/[❯↑↓]/);
});

test("createPlainDialog > long lists: a part of a name takes the only one, or lists those that are like it", () => {
  const many: DialogOptions = { choices: Array.from({ length: 40 }, (_, at) => `model ${at + 1}`), heading: ["Which?"], body: [] };
  expect(answers(many).said).toContain("30. model 30\n… 10 more\n");
  expect(answers(many, "el 38").pressed).toEqual({ choice: "model 38" });
  expect(answers(many, "40").pressed).toEqual({ choice: "model 40" });
  const { pressed, said } = answers(many, "el 3");
  expect(pressed).toBe("taken");
  expect(said.slice(said.indexOf("stops."))).toContain("\n39. model 39");
  expect(answers(many, "zzz").said).toContain("zzz is none of these.");
});

test("createPlainDialog > free text is free; Ctrl-C leaves", () => {
  expect(answers({ choices: [], heading: ["Name?"], body: [] }, "a b").pressed).toEqual({ choice: "a b", text: "a b" });
  const dialog = createPlainDialog(permission, theme, () => undefined);
  expect(dialog.press({ ...key("c"), ctrl: true })).toBe("cancelled");
});
