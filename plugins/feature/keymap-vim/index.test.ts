import { expect, test } from "bun:test";
import { Editor, type EditorEffect, type Key } from "claw/kit";
import { createHarness, pluginContract } from "claw/testing";
import { askMachine, askVim, type Case } from "./testing/oracle.ts";
import { keysOf, rng, textOf } from "./testing/sequences.ts";

pluginContract(import.meta.dir);

/** By sort of command: a seed, and how many cases of up to how many commands are made from it. The same cases every time. */
const RUNS: readonly (readonly [group: string, seed: number, cases: number, commands: number])[] = [
  ["motion", 1, 150, 4],
  ["object", 1, 150, 2],
  ["operation", 4, 200, 3],
  ["simple", 1, 150, 4],
  ["insertion", 1, 150, 3],
  ["selecting", 11, 200, 2],
  ["marking", 1, 60, 5],
  ["stray", 2, 100, 2],
  ["all", 2, 300, 4],
];

function casesOf(group: string, seed: number, count: number, commands: number): readonly Case[] {
  const random = rng(seed);
  return Array.from({ length: count }, () => {
    const lines = textOf(random);
    const row = Math.floor(random() * lines.length);
    const column = Math.floor(random() * Math.max(1, [...(lines[row] ?? "")].length));
    const keys = Array.from({ length: 1 + Math.floor(random() * commands) }, () => keysOf(random, group)).join("");
    return { lines, at: [row, column], keys };
  });
}

for (const [group, seed, count, commands] of RUNS) {
  test(`vim > ${count} random sequences (${group}, seed ${seed}) do what real Vim does`, async () => {
    const cases = casesOf(group, seed, count, commands);
    const theirs = await askVim(cases);
    if (theirs === undefined) return process.stderr.write("\nNOT COMPARED WITH VIM: there is no `vim` here. Install Debian's package `vim`.\n\n");
    expect(theirs).toHaveLength(cases.length);
    // What a failure shows is all that is needed to run it again.
    const differing = cases.flatMap((one, index) => {
      const [mine, vim] = [askMachine(one), theirs[index]];
      return JSON.stringify(mine) === JSON.stringify(vim) ? [] : [{ seed, index, ...one, vim, mine }];
    });
    expect(differing).toEqual([]);
    return undefined;
  }, 120_000);
}

const named = (name: string): Key => {
  const parts = name.split("+");
  return { key: parts.pop() ?? "", ctrl: parts.includes("ctrl"), alt: parts.includes("alt"), shift: parts.includes("shift") };
};
const typed = (text: string): Key => ({
  key: text === " " ? "space" : text.toLowerCase(),
  ctrl: false,
  alt: false,
  shift: text !== text.toLowerCase(),
  text,
});

async function open(config = {}) {
  const plugins = ["feature/editor", "feature/keymap-emacs", "feature/keymap-vim"];
  const harness = await createHarness({ plugins, config: { editorMode: "vim", ...config } });
  const editor = await harness.host.use(Editor);
  const line = await editor.open({ cwd: harness.workspace });
  const type = (written: string): readonly EditorEffect[] =>
    [...written.matchAll(/<([^>]+)>|([\s\S])/gu)].flatMap(([, name, text]) => line.press(name === undefined ? typed(text ?? "") : named(name)));
  const look = () => line.frame({ width: 40, rows: 10 });
  return { editor, line, type, look, [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose]() };
}

test("vim in the editor > modes are shown with their cursor, and Enter sends in each", async () => {
  await using at = await open();
  expect(at.editor.keymap).toBe("vim");
  expect(at.look()).toMatchObject({ mode: "INSERT", cursor: { shape: "bar" } });
  expect(at.type("one two<escape>")).toEqual([{ kind: "escape", again: false, used: true }]);
  expect(at.look()).toMatchObject({ mode: "NORMAL", cursor: { shape: "block", column: 6 } });
  at.type("2d");
  expect(at.look()).toMatchObject({ mode: "NORMAL 2d", cursor: { shape: "underline" } });
  at.type("b");
  expect(at.line.text).toBe("o");
  at.type("u0viw");
  expect(at.look().mode).toBe("VISUAL");
  expect(at.look().rows[0]).toEqual([
    { text: "one", role: "selection" },
    { text: " two", role: "text" },
  ]);
  expect(at.type("<escape><enter>")).toMatchObject([
    { kind: "escape", used: true },
    { kind: "submit", input: { text: "one two" } },
  ]);
  expect(at.look()).toMatchObject({ mode: "INSERT", empty: true });
});

test("vim in the editor > Esc in normal mode is the frontend's, twice in a row only then", async () => {
  await using at = await open();
  expect(at.type("<escape><escape><escape>")).toEqual([
    { kind: "escape", again: false, used: true },
    { kind: "escape", again: false, used: false },
    { kind: "escape", again: true, used: false },
  ]);
});

test("vim in the editor > a chip is one character, the clipboard's register copies, and what others change can be undone", async () => {
  await using at = await open();
  at.type("see ");
  at.line.insert("x\n".repeat(30));
  at.type("<escape>");
  expect(at.type('0"+yy')).toEqual([{ kind: "copy", text: `see ${"x\n".repeat(30)}\n` }]);
  at.type("$x");
  expect(at.line.text).toBe("see ");
  at.type("u");
  expect(at.line.text).toBe(`see ${"x\n".repeat(30)}`);
  at.line.replace("from outside");
  at.type("u");
  expect(at.line.text).toBe(`see ${"x\n".repeat(30)}`);
});

test("vim in the editor > Enter breaks the line where the config says so; common keys stay", async () => {
  await using at = await open({ plugins: { "@claw/feature-keymap-vim": { enter: "newline" } } });
  at.type("one<enter>two");
  expect(at.line.text).toBe("one\ntwo");
  expect(at.type("<shift+tab><ctrl+o>").map((effect) => effect.kind)).toEqual(["act", "act"]);
  expect(at.type("<escape><enter>").at(-1)).toMatchObject({ kind: "submit", input: { text: "one\ntwo" } });
});

test("vim in the editor > a key in a text of 10,000 lines costs less than a millisecond", async () => {
  await using at = await open();
  at.line.replace(Array.from({ length: 10_000 }, (_, index) => `line number ${index} has some words in it`).join("\n"));
  at.type("<escape>gg10j");
  at.look();
  const times: number[] = [];
  for (const key of "wwwjjkkbbxxx..iabcdefghijklmnop") {
    const start = performance.now();
    at.type(key);
    at.look();
    times.push(performance.now() - start);
  }
  // The lower quarter, since the machine does other things too.
  expect(times.sort((a, b) => a - b)[8]).toBeLessThan(1);
});
