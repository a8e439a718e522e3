// edit_file through the gate: what it changes, byte for byte, and what it says when it cannot.
import { afterAll, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const reader = join(import.meta.dir, "../read-file");
const shared = await open({});
afterAll(() => shared[Symbol.asyncDispose]());

pluginContract(import.meta.dir);
toolContract(await shared.host.get("tool", "edit_file"), {
  valid: [
    { path: "a", old_string: "x", new_string: "" },
    { path: "a", old_string: "x", new_string: "y", replace_all: true },
  ],
  invalid: [
    { path: "a", old_string: "x" },
    { path: "a", old_string: "", new_string: "y" },
    { path: "a", old_string: "x", new_string: "y", all: true },
  ],
});

async function open(files: Record<string, string | Uint8Array>): Promise<Harness> {
  return createHarness({ plugins: ["feature/workspace", reader, import.meta.dir], files, answers: Array(30).fill("yes") });
}

async function said(harness: Harness, tool: string, input: Json): Promise<[text: string, failed: boolean]> {
  const result = await harness.call(tool, input);
  return [result.content.map((block) => (block.type === "text" ? block.text : "")).join(), result.failed === true];
}

/** Reads and edits a file of this content. */
async function edit(content: string | Uint8Array, input: Record<string, Json>): Promise<{ text: string; failed: boolean; bytes: Buffer }> {
  await using harness = await open({ "f.txt": content });
  await said(harness, "read_file", { path: "f.txt" });
  const [text, failed] = await said(harness, "edit_file", { path: "f.txt", ...input });
  return { text, failed, bytes: readFileSync(join(harness.workspace, "f.txt")) };
}

test("edit_file > changes only the matched bytes, whatever the line ends and the encoding", async () => {
  const cases: [before: string | Uint8Array, old: string, fresh: string, after: string | Uint8Array][] = [
    ["a\nb\nc\n", "b", "B", "a\nB\nc\n"],
    ["a\nb", "b", "B", "a\nB"],
    ["a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n"],
    ["a\r\nb\r\n", "a\r\nb", "x\r\ny", "x\r\ny\r\n"],
    ["a\r\nb\nc\r\nd", "b\nc", "b\nX\nc", "a\r\nb\nX\nc\r\nd"],
    ["a\r\nb\nc\r\nd", "a\nb\nc\nd", "a\nB\nc\nd", "a\r\nB\nc\r\nd"],
    ["a\nb\r\nc\n", "\nb\n", "\n", "a\nc\n"],
    ["one\r\ntwo\r\n", "one", "one\nmore", "one\r\nmore\r\ntwo\r\n"],
    ["a\r\nb\r\n", "a\r\nb\r\n", "a\nb\n", "a\nb\n"],
    ["a\nb\n", "a\r\nb", "x\r\ny", "x\ny\n"],
    ["\ufeffa\n", "a", "b", "\ufeffb\n"],
    ["a\rb\n", "b", "c", "a\rc\n"],
    ["$1", "$1", "$& $1 $$", "$& $1 $$"],
    [Buffer.from("\ufeffa\r\nü", "utf16le"), "a\n", "é\nx\n", Buffer.from("\ufeffé\r\nx\r\nü", "utf16le")],
    [Buffer.from([0x61, 0xe9, 0xff, 0x0a, 0x62, 0x80]), "b", "c", Buffer.from([0x61, 0xe9, 0xff, 0x0a, 0x63, 0x80])],
  ];
  for (const [before, old_string, new_string, after] of cases) {
    const { bytes, text } = await edit(before, { old_string, new_string });
    expect([old_string, text.split("\n")[0], bytes.toString("hex")]).toEqual([
      old_string,
      expect.stringContaining("Edited f.txt"),
      Buffer.from(after as string).toString("hex"),
    ]);
  }
});

test("edit_file > answers with a short diff", async () => {
  const content = `${Array.from({ length: 400 }, (_, index) => `line ${index}`).join("\n")}\n`;
  const { text } = await edit(content, { old_string: "line 200\n", new_string: "line two hundred\nand one\n" });
  const diff = "@@ -199,5 +199,6 @@\n line 198\n line 199\n-line 200\n+line two hundred\n+and one\n line 201\n line 202";
  expect(text).toBe(`Edited f.txt (+2 -1 lines).\n${diff}`);
  const all = await edit(content, { old_string: "line", new_string: "LINE", replace_all: true });
  expect(all.text).toStartWith("Edited f.txt (400 places, +400 -400 lines).\n");
  expect(all.text.length).toBeLessThan(4_200);
});

test("edit_file > wants one match, or replace_all", async () => {
  const { text, failed, bytes } = await edit("x = 1\ny = 2\nx = 1\n", { old_string: "x = 1", new_string: "x = 3" });
  expect([failed, text]).toEqual([
    true,
    "old_string occurs 2 times in f.txt: at lines 1, 3.\nAdd lines around it until it occurs once, or set replace_all.",
  ]);
  expect(bytes.toString()).toBe("x = 1\ny = 2\nx = 1\n");
  expect((await edit("aaa", { old_string: "aa", new_string: "b" })).text).toContain("occurs 2 times");
  expect((await edit("aaa", { old_string: "aa", new_string: "b", replace_all: true })).bytes.toString()).toBe("ba");
  expect((await edit("a", { old_string: "a", new_string: "a" })).text).toContain("nothing to change");
});

test("edit_file > says why text is not there", async () => {
  const content = "function add(a: number, b: number) {\n\tconst sum = a + b;\n\treturn sum;\n}\nconst name = “claw”;\n";
  const cases: [old: string, reason: string][] = [
    [
      "function add(a: number, b: number) {\n    const sum = a + b;",
      "Only whitespace differs. The file has:\n1\tfunction add(a: number, b: number) {\n2\t\tconst sum = a + b;",
    ],
    [
      "2\t\tconst sum = a + b;\n3\t\treturn sum;",
      "old_string has line numbers in it, which are no part of the file. The file has:\n2\t\tconst sum = a + b;\n3\t\treturn sum;",
    ],
    ['const name = "claw";', "Only the kind of quotes, dashes or other special characters differs. The file has:\n5\tconst name = “claw”;"],
    ["\tconst total = a + b;\n\treturn total;", "The closest text is:\n2\t\tconst sum = a + b;\n3\t\treturn sum;"],
    ["completely unrelated words here", "Nothing like it is there. Read the file again."],
  ];
  for (const [old_string, reason] of cases) {
    const { text, failed } = await edit(content, { old_string, new_string: "x" });
    expect([failed, text]).toEqual([true, `old_string is not in f.txt.\n${reason}`]);
  }
});

test("edit_file > does not take long for a miss in a large file", async () => {
  const content = Array.from({ length: 40_000 }, (_, index) => `  const value${index} = compute(${index}, "${index * 7}");`).join("\n");
  const started = process.cpuUsage();
  const { text } = await edit(content, { old_string: 'const valve777 = compute(777, "5439");\nmore', new_string: "x" });
  expect(text).toContain('778\t  const value777 = compute(777, "5439");');
  expect(process.cpuUsage(started).user).toBeLessThan(3_000_000);
});

test("edit_file > refuses what was never read, changed, went, or is no text", async () => {
  await using harness = await open({ "a.txt": "a", "b.txt": "b", "c.bin": Buffer.from([97, 0, 98]), "config.ts": "" });
  const path = (name: string): string => join(harness.workspace, name);
  const replace = (name: string) => said(harness, "edit_file", { path: name, old_string: name[0] ?? "", new_string: "z" });
  expect((await replace("a.txt"))[0]).toContain("has not been read in this session");
  for (const name of ["a.txt", "b.txt", "c.bin"]) await said(harness, "read_file", { path: name });
  await Bun.write(path("a.txt"), "aa");
  expect((await replace("a.txt"))[0]).toContain("has changed since it was read");
  rmSync(path("b.txt"));
  expect((await replace("b.txt"))[0]).toContain("was deleted after it was read");
  expect((await replace("b.txt"))[0]).toContain("b.txt does not exist");
  expect((await replace("conf.ts"))[0]).toContain('Did you mean "config.ts"?');
  expect(await replace("c.bin")).toEqual(["c.bin is binary: it has no text to edit.", true]);
});

test("edit_file > leaves notebooks to NotebookEdit", async () => {
  await using harness = await open({ "n.ipynb": '{ "cells": [] }' });
  await said(harness, "read_file", { path: "n.ipynb" });
  const [text, failed] = await said(harness, "edit_file", { path: "n.ipynb", old_string: "[]", new_string: "[1]" });
  expect([failed, text]).toEqual([
    true,
    "n.ipynb is a notebook, which edit_file does not change.\nUse NotebookEdit, with the id or the number of the cell.",
  ]);
  expect(readFileSync(join(harness.workspace, "n.ipynb"), "utf8")).toBe('{ "cells": [] }');
});
