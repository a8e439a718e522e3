// How an input looks: wrapping, wide characters, chips and images, and what a key costs in a long text.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDesk } from "./testing/typing.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

test("frame > rows are cut at blanks, no row is wider than asked for, and the cursor is where it is", async () => {
  await using desk = await openDesk();
  desk.type("the quick brown fox jumps");
  expect(desk.shown(11)).toBe("the quick \nbrown fox \njumps|");
  desk.type("<ctrl+a><ctrl+f><ctrl+f><ctrl+f><ctrl+f><down>");
  expect(desk.shown(11)).toBe("the quick \nbrow|n fox \njumps");
  desk.type("<down>");
  expect(desk.shown(11)).toBe("the quick \nbrown fox \njump|s");
  desk.line.replace("abcdefghijklmnopqrstuvwxyz");
  expect(desk.shown(11)).toBe("abcdefghij\nklmnopqrst\nuvwxyz|");
  desk.line.replace("abcdefghij");
  expect(desk.shown(11)).toBe("abcdefghij|");
  desk.type(" ");
  expect(desk.shown(11)).toBe("abcdefghij \n|");
});

test("frame > only rows around the cursor are given, with how many are left out", async () => {
  await using desk = await openDesk();
  desk.line.replace(Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n"));
  expect(desk.shown(40, 3)).toBe("line 27\nline 28\nline 29|");
  expect(desk.frame(40, 3)).toMatchObject({ above: 27, below: 0 });
  desk.type("<up><up><up>");
  expect(desk.shown(40, 3)).toBe("line 26|\nline 27\nline 28");
  desk.type("<ctrl+home>");
  expect(desk.frame(40, 3)).toMatchObject({ above: 0, below: 27, cursor: { line: 0, column: 0 } });
});

test("frame > wide characters and clusters are whole, for the cursor and at the edge", async () => {
  await using desk = await openDesk();
  desk.type("日本語");
  desk.line.insert("👩‍👩‍👧e\u0301");
  expect(desk.frame(20).cursor.column).toBe(9);
  desk.type("<left><left>");
  expect(desk.frame(20).cursor.column).toBe(6);
  expect(desk.shown(6)).toBe("日本\n語|👩‍👩‍👧e\u0301");
  desk.type("<delete><delete><backspace>");
  expect(desk.line.text).toBe("日本");
  for (const width of [1, 2, 3]) {
    const { rows, cursor } = desk.frame(width);
    for (const row of rows) expect(Bun.stringWidth(row.map(({ text }) => text).join(""))).toBeLessThanOrEqual(width);
    expect(cursor.column).toBeLessThan(width);
  }
});

test("frame > random texts at any width: nothing is lost, no row is too wide, up and down come back", async () => {
  await using desk = await openDesk();
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 4_294_967_296) * below);
  };
  const pieces = ["a", "word", " ", "  ", "日", "👍🏽", "e\u0301", "\n", "long-long-word", "\t"];
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: random(25) }, () => pieces[random(pieces.length)]).join("");
    const width = 3 + random(15);
    desk.line.replace(text);
    const { rows } = desk.frame(width, 1_000);
    const shown = rows.map((spans) => spans.map((span) => span.text).join(""));
    const about = JSON.stringify({ text, width });
    expect(shown.join("").replaceAll(" ", ""), about).toBe(text.replace(/[ \n\t]/g, ""));
    for (const row of shown) expect(Bun.stringWidth(row), about).toBeLessThanOrEqual(width);
    for (let step = 0; step < rows.length; step++) {
      expect(desk.frame(width, 1_000).cursor.line, about).toBe(rows.length - 1 - step);
      if (step < rows.length - 1) desk.type("<up>");
    }
  }
});

test("insert > a long paste is a chip: one character to delete and undo, all of it when it is sent", async () => {
  await using desk = await openDesk();
  const long = Array.from({ length: 5_000 }, (_, index) => `row ${index} of it`).join("\n");
  desk.type("see ");
  desk.paste(long);
  expect(desk.shown(60)).toBe("see [Pasted text #1: 5000 lines]|");
  expect(desk.frame(60).rows[0]?.[1]).toEqual({ text: "[Pasted text #1: 5000 lines]", role: "chip" });
  desk.type("<left>x<right><backspace>");
  expect(desk.shown(60)).toBe("see x|");
  desk.type("<ctrl+_>");
  expect(desk.line.text).toBe(`see x${long}`);
  expect(desk.type("!<enter>")).toMatchObject([{ kind: "submit", input: { text: `see x${long}!`, images: [] } }]);
  desk.paste("short\r\ntwo\x1b[31m");
  expect(desk.line.text).toBe("short\ntwo[31m");
});

test("insert > dropped images are chips, in every way that terminals write a path; other paths are text", async () => {
  await using desk = await openDesk({ files: { "a b.png": PNG, "c.png": PNG, "note.txt": "x" } });
  const at = (name: string): string => join(desk.harness.workspace, name);
  desk.paste(at("a b.png").replace(" ", "\\ "));
  desk.paste(`'${at("a b.png")}'`);
  desk.paste(`file://${at("a b.png").replace(" ", "%20")}`);
  desk.paste(`${at("a b.png")}\n`);
  desk.paste(`${at("c.png")} "${at("a b.png")}"`);
  desk.paste(at("note.txt"));
  desk.paste(at("none.png"));
  const [effect] = desk.type("<enter>");
  if (effect?.kind !== "submit") throw new Error("nothing was sent");
  const { images, text } = effect.input;
  expect(text).toBe(`${[1, 2, 3, 4, 5, 6].map((number) => `[Image #${number}] `).join("")}${at("note.txt")}${at("none.png")}`);
  expect(images.map(({ label, path }) => [label, path])).toEqual(
    ["a b", "a b", "a b", "a b", "c", "a b"].map((name, index) => [`Image #${index + 1}`, at(`${name}.png`)]),
  );
  const blocks = await desk.editor.blocks(effect.input);
  expect(blocks).toHaveLength(6);
  expect(blocks[0]).toEqual({ type: "image", mediaType: "image/png", base64: PNG.toString("base64") });
  desk.line.replace("again [Image #2], not [Image #9]");
  expect(desk.type("<enter>")).toMatchObject([{ input: { images: [{ label: "Image #2" }] } }]);
});

test("blocks > a file that is gone or no image is an error that names it", async () => {
  await using desk = await openDesk({ files: { "fake.png": "no picture" } });
  const input = { kind: "prompt", text: "", body: "" } as const;
  const blocks = (path: string) => desk.editor.blocks({ ...input, images: [{ label: "Image #1", path }] });
  await expect(blocks(join(desk.harness.workspace, "fake.png"))).rejects.toMatchObject({
    code: "CLAW_TOOL_INPUT_INVALID",
    message: expect.stringMatching(/Image #1 .*is no image/),
  });
  await expect(blocks("/gone.png")).rejects.toMatchObject({ message: "Image #1 (/gone.png) cannot be read" });
});

test("insert > an image that cannot be sent is said at once, and its path stays as text, also after undo and in a text that is put back", async () => {
  await using desk = await openDesk({ files: { "a.png": PNG, "cut.png": PNG.subarray(0, 50) } });
  const at = (name: string): string => join(desk.harness.workspace, name);
  const said = () => desk.harness.events.flatMap((event) => (event.type === "notice.raised" ? [event.data] : []));
  const changed = new Promise<void>((resolve) => desk.line.onChange(resolve));
  desk.type("see ");
  desk.paste(`${at("a.png")} ${at("cut.png")}`);
  desk.type("so");
  expect(desk.line.text).toBe("see [Image #1] [Image #2] so");
  await changed;
  const why = "begins as image/png does, but is no whole image: it is cut short or broken. Its path stays as text.";
  expect(said()).toEqual([{ level: "warn", text: `Image #2 (${at("cut.png")}) ${why}` }]);
  desk.type("!");
  expect(desk.line.text).toBe(`see [Image #1] ${at("cut.png")} so!`);
  expect(desk.shown(400)).toBe(`see [Image #1] ${at("cut.png")} so!|`);
  desk.type("<ctrl+_><ctrl+_>");
  expect(desk.line.text).toBe(`see [Image #1] ${at("cut.png")} so`);
  desk.line.replace("put back: [Image #1] [Image #2]");
  expect(desk.type("<enter>")).toMatchObject([{ input: { text: `put back: [Image #1] ${at("cut.png")}`, images: [{ label: "Image #1" }] } }]);
});

test("blocks > a broken image is refused, also when it was sent before it could be looked at", async () => {
  await using desk = await openDesk({ files: { "cut.png": PNG.subarray(0, 50) } });
  desk.paste(join(desk.harness.workspace, "cut.png"));
  const [effect] = desk.type("<enter>");
  if (effect?.kind !== "submit") throw new Error("nothing was sent");
  await expect(desk.editor.blocks(effect.input)).rejects.toMatchObject({
    code: "CLAW_TOOL_INPUT_INVALID",
    message: expect.stringContaining("cut short"),
  });
});

test("paste-image > takes the image that the clipboard's program gives, else its text", async () => {
  await using desk = await openDesk({
    files: {
      "bin/wl-paste": '#!/bin/sh\n[ "$3" = image/png ] && [ -f "$DATA" ] && exec cat "$DATA"\n[ "$3" = text ] && printf words || exit 1\n',
      "c.png": PNG,
    },
    env: { PATH: "/nowhere" },
  });
  // The harness makes its folder itself, so the program's place is known only now.
  const { readClipboard } = await import("./clipboard.ts");
  const env = { PATH: `${join(desk.harness.workspace, "bin")}:/usr/bin:/bin`, DATA: join(desk.harness.workspace, "c.png") };
  await Bun.$`chmod +x ${join(desk.harness.workspace, "bin/wl-paste")}`.quiet();
  expect(await readClipboard(env)).toEqual({ bytes: new Uint8Array(PNG) });
  expect(await readClipboard({ ...env, DATA: "/none" })).toEqual({ text: "words" });
  expect(await readClipboard({ PATH: "/nowhere" })).toBeUndefined();
  const changed = new Promise<void>((resolve) => desk.line.onChange(resolve));
  desk.type("<ctrl+v>");
  await changed;
  expect(desk.harness.events.find((event) => event.type === "notice.raised")?.data).toMatchObject({ level: "info" });
});

test("frame > a character of the user's own on the chips' plane is text, and stays what it is", async () => {
  await using desk = await openDesk();
  desk.type("a\u{100001}b");
  expect(desk.frame().rows).toEqual([[{ text: "a\u{100001}b", role: "text" }]]);
  expect(desk.line.text).toBe("a\u{100001}b");
});

test("frame > commands, mentions and prefixes have their roles", async () => {
  await using desk = await openDesk();
  desk.line.replace("/model now @src/a.ts");
  expect(desk.frame().rows[0]).toEqual([
    { text: "/model", role: "prefix" },
    { text: " now ", role: "text" },
    { text: "@src/a.ts", role: "mention" },
  ]);
  desk.line.replace("!ls a@b");
  expect(desk.frame().rows[0]).toEqual([
    { text: "!", role: "prefix" },
    { text: "ls a@b", role: "text" },
  ]);
});

test("press > a key in a text of 10,000 lines costs less than a millisecond", async () => {
  await using desk = await openDesk();
  desk.line.replace(Array.from({ length: 10_000 }, (_, index) => `line number ${index} has some words in it, and ünïcode`).join("\n"));
  desk.type("<ctrl+home><down><down>");
  desk.frame(80, 20);
  const times: number[] = [];
  for (let round = 0; round < 200; round++) {
    const start = performance.now();
    desk.type(round % 20 === 19 ? "<enter>".replace("enter", "ctrl+j") : "x");
    desk.frame(80, 20);
    times.push(performance.now() - start);
  }
  // The lower quarter, since the machine does other things too.
  expect(times.sort((a, b) => a - b)[50]).toBeLessThan(1);
});
