import { expect, test } from "bun:test";
import { pluginContract } from "claw/testing";
import { openDesk } from "./testing/typing.ts";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
const EDITS: readonly (readonly [string, string])[] = [
  ["hello<left><left><backspace>", "he|lo"],
  ["one two<ctrl+a>x<ctrl+e>y", "xone twoy|"],
  ["one two three<alt+b><alt+b><alt+d>", "one | three"],
  ["one two-three<ctrl+w>", "one |"],
  ["one two-three<alt+backspace>", "one two-|"],
  ["one two<ctrl+a><ctrl+k><ctrl+y><ctrl+y>", "one twoone two|"],
  ["a<ctrl+u>b<ctrl+u><ctrl+y><alt+y>", "a|"],
  ["ab cd ef<ctrl+w><ctrl+w>x<ctrl+y>", "ab xcd ef|"],
  ["abc<ctrl+x><ctrl+t>", "acb|"],
  ["one two<alt+t>", "two one|"],
  ["hello world<ctrl+a><alt+u><alt+c>", "HELLO World|"],
  ["one two<ctrl+_>", "one |"],
  ["one two<ctrl+_><ctrl+_><alt+_>", "one |"],
  ["ab<backspace><backspace><ctrl+_>", "ab|"],
  ["one<shift+enter>two<ctrl+j>three<up><up>", "one|\ntwo\nthree"],
  ["one<alt+enter>longer<up>", "one|\nlonger"],
  ["a\\<enter>b", "a\nb|"],
  ["abc<ctrl+d>", "abc|"],
  ["abc<ctrl+a><ctrl+d>", "|bc"],
  ["<alt+p>x", "x|"],
];
for (const [keys, shown] of EDITS) {
  test(`edit > ${keys} is ${JSON.stringify(shown)}`, async () => {
    await using desk = await openDesk();
    expect(desk.type(keys)).toEqual([]);
    expect(desk.shown()).toBe(shown);
  });
}

test("press > Enter sends all, empties the line, and an empty one sends nothing", async () => {
  await using desk = await openDesk();
  expect(desk.type("  <enter>")).toEqual([]);
  desk.line.replace("");
  expect(desk.type("one<ctrl+j>two<enter>")).toEqual([{ kind: "submit", input: { kind: "prompt", text: "one\ntwo", body: "one\ntwo", images: [] } }]);
  expect(desk.frame()).toMatchObject({ empty: true, cursor: { line: 0, column: 0, shape: "bar" }, above: 0, below: 0 });
});

test("press > the first character says what an input is", async () => {
  await using desk = await openDesk();
  for (const [text, kind, body] of [
    ["! ls -l", "shell", "ls -l"],
    ["# use tabs", "memory", "use tabs"],
    ["/help me", "command", "/help me"],
    ["a ! # /", "prompt", "a ! # /"],
  ] as const) {
    expect(desk.type(text)).toEqual([]);
    expect(desk.frame().kind).toBe(kind);
    expect(desk.type("<enter>")).toMatchObject([{ kind: "submit", input: { kind, text, body } }]);
  }
  desk.line.replace("# A heading\nand more");
  expect(desk.frame().kind).toBe("prompt");
});

test("press > Esc and Ctrl-C say whether they were pressed again, and what they did; what was cleared comes back", async () => {
  await using desk = await openDesk();
  expect(desk.type("<escape><escape>")).toEqual([
    { kind: "escape", again: false, used: false },
    { kind: "escape", again: true, used: false },
  ]);
  expect(desk.type("text<ctrl+c><ctrl+c>")).toEqual([
    { kind: "interrupt", again: false, used: true },
    { kind: "interrupt", again: true, used: false },
  ]);
  desk.type("<ctrl+_>");
  expect(desk.line.text).toBe("text");
  expect(desk.type("<ctrl+c><ctrl+d>").at(-1)).toEqual({ kind: "exit" });
});

test("press > what is the frontend's is handed on", async () => {
  await using desk = await openDesk();
  const acts = desk.type("<shift+tab><ctrl+o><ctrl+t><alt+o><ctrl+l><ctrl+z>");
  expect(acts.map((effect) => (effect.kind === "act" ? effect.action : effect.kind))).toEqual([
    ...(["cycle-mode", "toggle-details", "toggle-todos", "toggle-thinking", "clear-screen", "suspend"] as const),
  ]);
  desk.type("draft");
  expect(desk.type("<ctrl+g>")).toEqual([{ kind: "open-editor", text: "draft" }]);
  expect(desk.type("<ctrl+x>")).toEqual([]);
  expect(desk.frame().mode).toBe("ctrl+x");
  expect(desk.type("<ctrl+e>")).toEqual([{ kind: "open-editor", text: "draft" }]);
});

test("history > up and down go through it, and keep what was typed and changed on the way", async () => {
  await using desk = await openDesk({ entries: ["first", "two\nlines", "third"] });
  desk.type("draft<up>");
  expect(desk.shown()).toBe("third|");
  desk.type("!<up>");
  expect(desk.shown()).toBe("two\nlines|");
  desk.type("<up><up>");
  expect(desk.shown()).toBe("first|");
  desk.type("<up>");
  expect(desk.shown()).toBe("first|");
  desk.type("<down><down><down>");
  expect(desk.shown()).toBe("third!|");
  desk.type("<down>");
  expect(desk.shown()).toBe("draft|");
  desk.type("<enter><up>");
  expect(desk.line.text).toBe("draft");
});

test("history > Ctrl-R finds as one types, again finds older; Esc takes, Ctrl-C gives back, Enter sends", async () => {
  await using desk = await openDesk({ entries: ["git status", "make all", "git push\norigin", "ls"] });
  desk.type("draft<ctrl+r>git");
  expect(desk.shown()).toBe("|git push\norigin");
  expect(desk.frame().search).toEqual({ query: "git", failed: false });
  expect(desk.frame().rows[0]).toEqual([
    { text: "git", role: "match" },
    { text: " push", role: "text" },
  ]);
  desk.type("<ctrl+r>");
  expect(desk.shown()).toBe("|git status");
  desk.type("x");
  expect(desk.frame().search).toEqual({ query: "gitx", failed: true });
  desk.type("<backspace>");
  expect(desk.shown()).toBe("|git push\norigin");
  expect(desk.type("<ctrl+c>")).toEqual([{ kind: "interrupt", again: false, used: true }]);
  expect(desk.shown()).toBe("draft|");
  desk.type("<ctrl+r>mak<escape>");
  expect(desk.shown()).toBe("make all|");
  desk.type("<ctrl+_>");
  expect(desk.shown()).toBe("draft|");
  expect(desk.type("<ctrl+r>STATUS<backspace><backspace><backspace><backspace><backspace><backspace>status<enter>")).toMatchObject([
    { kind: "submit", input: { text: "git status" } },
  ]);
});

test("useKeymap > an unknown one is an error with the nearest; the setting falls back with a warning", async () => {
  await using desk = await openDesk({ config: { editorMode: "emcas" } });
  expect(desk.editor.keymap).toBe("emacs");
  desk.type("x");
  const notice = desk.harness.events.find((event) => event.type === "notice.raised");
  expect(notice?.data).toEqual({ level: "warn", text: 'editorMode: there is no keymap "emcas". Did you mean "emacs"? The keymap is emacs.' });
  await expect(desk.editor.useKeymap("emac")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: 'Did you mean "emacs"?' } });
  await desk.editor.useKeymap("default");
  expect(await desk.editor.keymaps()).toEqual(["emacs"]);
});
