// Questions of a one-shot run to the person at its terminal, in a real pseudo-terminal.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Question } from "claw";
import { CLAW, place } from "./drive.ts";
import { answerOf, shown } from "./question.ts";

const question: Question = { text: "Run \x1b[2Jbash?", choices: ["yes", "session", "always", "no"], rules: ["bash(ls)"] };

test("shown > says what would be saved, and nothing that moves the cursor", () => {
  const expected = "\nRun bash?\n  session and always save: bash(ls)\n  y) yes  s) session  a) always  n) no (or: no, and why) > ";
  expect(shown(question)).toBe(expected);
  expect(shown({ text: "Name?", choices: [], agent: "Explore" })).toBe("\n[Explore] Name?\n> ");
});

test.each([
  ["y", { choice: "yes" }],
  [" Always ", { choice: "always" }],
  ["n", { choice: "no" }],
  ["no, use the other file", { choice: "no", text: "use the other file" }],
  ["", undefined],
  ["yeah sure", undefined],
])("answerOf > %j is %j", (line, expected) => {
  expect(answerOf(question, line)).toEqual(expected);
});

function writes(...paths: readonly string[]) {
  return { calls: paths.map((path) => ({ tool: "write_file", input: { path, content: "x" } })) };
}
/** Runs claw in a pseudo-terminal; types `before` at once and each answer when a question is shown. */
async function typed(words: readonly string[], before: string, answers: readonly string[], replies = [writes("a.txt"), { text: "done" }]) {
  await using at = await place(replies);
  const decoder = new TextDecoder();
  const left = [...answers];
  let seen = "";
  let asked = 0;
  const child = Bun.spawn([process.execPath, CLAW, "-p", "go", ...words], {
    cwd: at.cwd,
    env: at.env,
    terminal: {
      cols: 100,
      rows: 30,
      data(terminal, bytes) {
        if (seen === "" && before !== "") terminal.write(before);
        seen += decoder.decode(bytes, { stream: true });
        const questions = seen.split(" and why) > ").length - 1;
        for (; asked < questions; asked++) terminal.write(left.shift() ?? "\x03");
      },
    },
  });
  child.terminal?.write(before);
  const code = await child.exited;
  return { code, seen, written: existsSync(join(at.cwd, "a.txt")), files: [...new Bun.Glob("*.txt").scanSync(at.cwd)].sort(), asked };
}

test("run > a person at the terminal is asked, and a yes runs the call", async () => {
  const { code, seen, written } = await typed(["--permission-mode", "prompt"], "", ["y\n"]);
  expect({ code, written }).toEqual({ code: 0, written: true });
  expect(seen).toContain("tool 'write_file' requires approval");
  expect(seen).toContain("done");
});

test("run > an unclear answer is asked again; no, with its reason, refuses", async () => {
  const { code, written, asked } = await typed(["--permission-mode", "prompt"], "", ["what?\n", "no, not there\n"]);
  expect({ code, written, asked }).toEqual({ code: 0, written: false, asked: 2 });
});

test("run > every question is asked, of one message and of later ones, and the run ends by itself", async () => {
  const replies = [writes("a.txt", "b.txt"), writes("c.txt"), { text: "done" }];
  const { code, files, asked } = await typed(["--permission-mode", "prompt"], "", ["y\n", "n\n", "y\n"], replies);
  expect({ code, files, asked }).toEqual({ code: 0, files: ["a.txt", "c.txt"], asked: 3 });
});

test("run > after Ctrl-D nobody answers any more", async () => {
  const replies = [writes("a.txt"), writes("b.txt"), { text: "done" }];
  const { code, files, seen } = await typed(["--permission-mode", "prompt"], "", ["\x04", ""], replies);
  expect({ code, files }).toEqual({ code: 0, files: [] });
  expect(seen.split("nobody answered").length - 1).toBe(2);
});

test("run > Ctrl-C at a question ends the run", async () => {
  const { code, written } = await typed(["--permission-mode", "prompt"], "", ["\x03"]);
  expect({ code, written }).toEqual({ code: 130, written: false });
});

test("run > what was typed before the question answers nothing", async () => {
  const { written, asked } = await typed(["--permission-mode", "prompt"], "y\n", ["n\n"]);
  expect({ written, asked }).toEqual({ written: false, asked: 1 });
});
