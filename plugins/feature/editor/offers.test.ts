// Completion as the editor shows and takes it, and the user's own keys.
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Completion, Completions } from "claw/kit";
import { Editor } from "claw/kit";
import { createHarness } from "claw/testing";
import { parseKeys } from "./bindings.ts";
import { type Desk, openDesk } from "./testing/typing.ts";

/** Completes `@` with files, a first word with `/` with commands, and `/model` with two models. */
const completion: Completion = {
  async *complete({ text, cursor, forced }) {
    const head = text.slice(0, cursor);
    const [mention] = /@\S*$/.exec(head) ?? [];
    if (mention !== undefined) yield offered(mention, ["@src/", "@src/a.ts ", "@README.md "], head);
    else if (/^\/\S*$/.test(head)) yield offered(head, ["/model ", "/memory ", "/help "], head);
    else if (head.startsWith("/export ")) yield { ...offered(head.slice(8), ["out.md "], head), free: true };
    else if (head.startsWith("/model ")) yield { ...offered(head.slice(7), ["opus ", "sonnet "], head), ghost: "[name]" };
    else if (forced) yield offered(/\S*$/.exec(head)?.[0] ?? "", ["only "], head);
    else yield undefined;
  },
};
const offered = (typed: string, all: readonly string[], head: string): Completions => {
  const items = all.filter((one) => one.startsWith(typed)).map((insert) => ({ label: insert.trim(), insert, open: insert.endsWith("/") }));
  return { from: head.length - typed.length, to: head.length, items, total: items.length };
};
const settled = async (desk: Desk, keys: string): Promise<readonly unknown[]> => {
  const effects = desk.type(keys);
  await new Promise(setImmediate);
  return effects;
};
const labels = (desk: Desk): readonly string[] => desk.frame().popup?.items.map(({ label }) => label) ?? [];

test("offers > come while one types, are chosen with arrows, put in with Tab, closed with Esc", async () => {
  await using desk = await openDesk({ completion });
  let changes = 0;
  desk.line.onChange(() => void changes++);
  await settled(desk, "see @");
  expect(labels(desk)).toEqual(["@src/", "@src/a.ts", "@README.md"]);
  expect(changes).toBeGreaterThan(0);
  await settled(desk, "s");
  expect(labels(desk)).toEqual(["@src/", "@src/a.ts"]);
  expect(desk.frame().popup?.selected).toBe(0);
  desk.type("<down>");
  expect(desk.frame().popup?.selected).toBe(1);
  await settled(desk, "<tab>");
  expect(desk.shown()).toBe("see @src/a.ts |");
  expect(labels(desk)).toEqual([]);
  await settled(desk, "@R");
  expect(desk.type("<escape>")).toEqual([{ kind: "escape", again: false, used: true }]);
  expect(labels(desk)).toEqual([]);
  await settled(desk, "E");
  expect(labels(desk)).toEqual([]);
  await settled(desk, "<tab>");
  expect(desk.shown()).toBe("see @src/a.ts @README.md |");
});

test("offers > where something else may be meant, Enter sends what is typed, unless one was chosen", async () => {
  await using desk = await openDesk({ completion });
  await settled(desk, "/export ou");
  expect([labels(desk), desk.frame().popup?.selected]).toEqual([["out.md"], -1]);
  expect(desk.type("<enter>")).toMatchObject([{ kind: "submit", input: { text: "/export ou" } }]);
  await settled(desk, "/export ou");
  desk.type("<down>");
  expect(desk.type("<enter>")).toMatchObject([{ kind: "submit", input: { text: "/export out.md " } }]);
  await settled(desk, "/export ou");
  desk.type("<tab>");
  expect(desk.shown()).toBe("/export out.md |");
});

test("offers > Enter takes a mention, sends a command that was meant, and never chooses for who typed nothing", async () => {
  await using desk = await openDesk({ completion });
  await settled(desk, "@RE");
  expect(desk.type("<enter>")).toEqual([]);
  expect(desk.line.text).toBe("@README.md ");
  desk.line.replace("");
  await settled(desk, "/he");
  expect(desk.type("<enter>")).toMatchObject([{ kind: "submit", input: { kind: "command", text: "/help " } }]);
  await settled(desk, "/model ");
  expect(labels(desk)).toEqual(["opus", "sonnet"]);
  expect(desk.frame()).toMatchObject({ popup: { selected: -1 } });
  expect(desk.frame().rows[0]?.at(-1)).toEqual({ text: "[name]", role: "ghost" });
  expect(desk.type("<enter>")).toMatchObject([{ input: { text: "/model " } }]);
  await settled(desk, "/model s");
  expect(desk.type("<enter>")).toMatchObject([{ input: { text: "/model sonnet " } }]);
});

test("offers > what is found later is chosen too, unless the user has chosen", async () => {
  let more: (() => void) | undefined;
  const slow: Completion = {
    async *complete({ text }) {
      yield { from: 0, to: text.length, items: [], total: 0, partial: true };
      yield offered("@", ["@a ", "@b "], text);
      await new Promise<void>((resolve) => {
        more = resolve;
      });
      yield { ...offered("@", ["@c ", "@a ", "@b "], text), from: 0 };
    },
  };
  await using desk = await openDesk({ completion: slow });
  await settled(desk, "@x");
  expect(desk.frame().popup?.selected).toBe(0);
  desk.type("<down>");
  more?.();
  await settled(desk, "");
  expect(desk.frame().popup).toMatchObject({ selected: 1, total: 3 });
});

test("offers > what was typed before they came is sent as it is", async () => {
  await using desk = await openDesk({ completion });
  expect(desk.type("/he<enter>")).toMatchObject([{ input: { text: "/he" } }]);
  await settled(desk, "");
  expect(desk.frame()).not.toHaveProperty("popup");
});

test("offers > nothing is offered for an older input, nor for where the cursor only passes", async () => {
  await using desk = await openDesk({ completion, entries: ["first", "/he"] });
  await settled(desk, "<up>");
  expect(desk.shown()).toBe("/he|");
  expect(labels(desk)).toEqual([]);
  await settled(desk, "<up>");
  expect(desk.shown()).toBe("first|");
  await settled(desk, "<down><left>");
  expect(labels(desk)).toEqual([]);
  await settled(desk, "<right>l");
  expect(labels(desk)).toEqual(["/help"]);
  await settled(desk, "<left>");
  expect(labels(desk)).toEqual(["/help"]);
});

test("offers > in Vim's normal mode nothing is offered", async () => {
  await using desk = await openDesk({ completion, plugins: ["feature/keymap-vim"], config: { editorMode: "vim" } });
  await settled(desk, "@s");
  expect(labels(desk)).toEqual(["@src/", "@src/a.ts"]);
  await settled(desk, "<escape>");
  expect(labels(desk)).toEqual([]);
  await settled(desk, "h<tab>");
  expect(labels(desk)).toEqual([]);
  await settled(desk, "A");
  await settled(desk, "r");
  expect(labels(desk)).toEqual(["@src/", "@src/a.ts"]);
});

test("offers > Tab asks anywhere, and puts in what can only be one thing", async () => {
  await using desk = await openDesk({ completion });
  await settled(desk, "! ls on<tab>");
  expect(desk.shown()).toBe("! ls only |");
});

test("bindings > the user's own win, null takes a key away, what is wrong is said with its line and never stops", async () => {
  await using desk = await openDesk();
  await Bun.write(
    join(desk.harness.home, "keybindings.json"),
    `{
  // mine
  "Ctrl+K": "line-start",
  "ctrl+x ctrl+s": "submit",
  "ctrl+a": null,
  "ctrl+q": "sumbit",
  "hyper+q": "submit",
  "q": "submit"
}`,
  );
  await using harness = await createHarness({ plugins: ["feature/editor", "feature/keymap-emacs"] });
  await Bun.write(join(harness.home, "keybindings.json"), Bun.file(join(desk.harness.home, "keybindings.json")));
  const editor = await harness.host.use(Editor);
  const line = await editor.open({ cwd: harness.workspace });
  const { keysOf } = await import("./testing/typing.ts");
  const type = (keys: string) => keysOf(keys).flatMap((key) => line.press(key));
  expect(type("abq<ctrl+k>x<ctrl+a>y<ctrl+x><ctrl+s>")).toMatchObject([{ kind: "submit", input: { text: "xyabq" } }]);
  const file = join(harness.home, "keybindings.json");
  expect(harness.events.flatMap((event) => (event.type === "notice.raised" ? event.data.text : []))).toEqual([
    `${file}:6: there is no action "sumbit"; it is passed over. Did you mean "submit"?`,
    `${file}:7: "hyper+q": hyper is no modifier, which are ctrl, alt and shift; it is passed over.`,
    `${file}:8: "q": a key that types text cannot be bound; it is passed over.`,
  ]);
  const bound = await editor.bindings();
  expect(bound[0]).toEqual({ keys: "ctrl+k", action: "line-start" });
  expect(bound.find(({ keys }) => keys === "ctrl+a")).toBeUndefined();
});

test("bindings > a file that is no JSON binds nothing, and is said", async () => {
  await using harness = await createHarness({ plugins: ["feature/editor", "feature/keymap-emacs"] });
  await Bun.write(join(harness.home, "keybindings.json"), '{ "ctrl+k" }');
  const editor = await harness.host.use(Editor);
  expect(harness.events.filter((event) => event.type === "notice.raised")).toEqual([]);
  const session = await harness.host.open();
  await session.close();
  expect(editor.keymap).toBe("emacs");
  expect(harness.events.filter((event) => event.type === "notice.raised")).toMatchObject([
    { data: { level: "warn", text: expect.stringMatching(/keybindings\.json:1: not valid JSON: .*; no key is bound by it\.$/) } },
  ]);
});

test.each([
  ["Ctrl+A", "ctrl+a"],
  ["shift+ctrl+Z", "ctrl+shift+z"],
  ["alt+shift+T", "alt+shift+t"],
  ["control+x  control+e", "ctrl+x ctrl+e"],
  ["ctrl+x a", "ctrl+x a"],
  ["ESC", "escape"],
  ["ctrl++", "ctrl++"],
  ["meta+return", "alt+enter"],
  ["shift+F5", "shift+f5"],
])("parseKeys > %s is %s", (written, keys) => expect(parseKeys(written)).toBe(keys));
