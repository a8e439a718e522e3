// read_file on real files of every kind, through the gate.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Json, ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";
import plugin from "./index.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const long = Array.from({ length: 3_000 }, (_, index) => `line ${index + 1}`);

const shared = await open({});
afterAll(() => shared[Symbol.asyncDispose]());

pluginContract(import.meta.dir);
toolContract(await shared.host.get("tool", "read_file"), {
  valid: [{ path: "a" }, { path: "a", offset: 0, limit: 1 }],
  invalid: [{}, { path: "" }, { path: "a", offset: -1 }, { path: "a", limit: 0 }, { path: "a", limit: 1.5 }, { path: "a", lines: 3 }, { path: 1 }],
});

async function open(files: Record<string, string | Uint8Array>): Promise<Harness> {
  return createHarness({ plugins: ["feature/workspace", import.meta.dir], files });
}

async function read(harness: Harness, input: Json): Promise<{ text: string; failed: boolean; result: ToolResult }> {
  const result = await harness.call("read_file", input);
  return {
    text: result.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n"),
    failed: result.failed === true,
    result,
  };
}

test("read_file > numbers lines and names their range", async () => {
  await using harness = await open({ "a.ts": "one\r\ntwo\r\n\r\nfour", empty: "" });
  expect((await read(harness, { path: "a.ts" })).text).toBe("[a.ts: lines 1-4 of 4]\n1\tone\n2\ttwo\n3\t\n4\tfour");
  expect((await read(harness, { path: "a.ts", offset: 1, limit: 1 })).text).toBe(
    "[a.ts: lines 2-2 of 4]\n2\ttwo\n[2 more lines: read on with offset 2]",
  );
  expect(await read(harness, { path: "a.ts", offset: 4 })).toMatchObject({
    text: "[a.ts has 4 lines: offset 4 is past its end]",
    failed: true,
  });
  expect(await read(harness, { path: "empty" })).toMatchObject({ text: "[empty is empty]", failed: false });
});

test("read_file > stops at 2,000 lines and says where to read on, without a gap", async () => {
  await using harness = await open({ "long.txt": `${long.join("\n")}\n` });
  const first = await read(harness, { path: "long.txt" });
  const second = await read(harness, { path: "long.txt", offset: 2_000 });
  expect(first.text).toEndWith("2000\tline 2000\n[1000 more lines: read on with offset 2000]");
  expect(second.text).toStartWith("[long.txt: lines 2001-3000 of 3000]\n2001\tline 2001\n");
  expect(second.text).toEndWith("\n3000\tline 3000");
});

test("read_file > cuts long lines and long answers without splitting a character", async () => {
  const wide = Array.from({ length: 100 }, () => "😀".repeat(1_500)).join("\n");
  await using harness = await open({ wide });
  const { text } = await read(harness, { path: "wide" });
  expect(text.isWellFormed()).toBe(true);
  expect(text.length).toBeLessThan(83_000);
  expect(text).toContain(`1\t${"😀".repeat(1_000)}… [1000 more characters]\n2\t`);
  expect(text).toContain("more lines: read on with offset 39]");
});

test("read_file > refuses a huge file, but reads a part of it", async () => {
  await using harness = await open({ huge: "0123456789abcde\n".repeat(700_000) });
  expect((await read(harness, { path: "huge" })).text).toContain("huge is too large: 11.2 MB, at most 10.5 MB.");
  expect((await read(harness, { path: "huge", offset: 699_998, limit: 5 })).text).toBe(
    "[huge: lines 699999-700000 of 700000]\n699999\t0123456789abcde\n700000\t0123456789abcde",
  );
});

test("read_file > shows every encoding as text, and never replaces a character", async () => {
  await using harness = await open({
    bom: "\ufeffone\n",
    utf16: Buffer.from("\ufeffé\n😀\n", "utf16le"),
    latin: Buffer.from("caf\xe9\n", "latin1"),
    late: Buffer.concat([Buffer.from("fine\n"), Buffer.from([0xe9, 0x0a])]),
  });
  expect((await read(harness, { path: "bom" })).text).toBe("[bom: lines 1-1 of 1]\n1\tone");
  expect((await read(harness, { path: "utf16" })).text).toBe("[utf16: lines 1-2 of 2; UTF-16]\n1\té\n2\t😀");
  expect((await read(harness, { path: "latin" })).text).toBe("[latin: lines 1-1 of 1; not UTF-8, shown as Latin-1]\n1\tcafé");
  expect((await read(harness, { path: "late", limit: 1 })).text).toStartWith("[late: lines 1-1 of 2]");
});

test("read_file > gives images as blocks by their first bytes, smaller when they are too large", async () => {
  const noise = Uint8Array.from({ length: 5_000_000 }, (_, index) => (index * 2_654_435_761) >>> 24);
  await using harness = await open({ "a.png": PNG, "really.txt": PNG, "broken.png": Buffer.concat([PNG.subarray(0, 8), noise]) });
  const base64 = PNG.toString("base64");
  for (const path of ["a.png", "really.txt"]) {
    const { result } = await read(harness, { path });
    expect(result.content[1]).toEqual({ type: "image", mediaType: "image/png", base64 });
  }
  const broken = await read(harness, { path: "broken.png" });
  const why = "broken.png begins as image/png does, but is no whole image: it is cut short or broken.";
  expect([broken.failed, broken.text, broken.result.content.length]).toEqual([true, why, 1]);
});

test("read_file > makes a large picture smaller", async () => {
  const side = 1_300;
  const pixels = Buffer.alloc(side * side * 3 + 54);
  pixels.write("BM");
  pixels.writeUInt32LE(pixels.length, 2);
  pixels.writeUInt32LE(54, 10);
  pixels.writeUInt32LE(40, 14);
  pixels.writeInt32LE(side, 18);
  pixels.writeInt32LE(side, 22);
  pixels.writeUInt16LE(1, 26);
  pixels.writeUInt16LE(24, 28);
  crypto.getRandomValues(new Uint8Array(pixels.buffer, pixels.byteOffset + 54, 65_536));
  for (let at = 54 + 65_536; at < pixels.length; at++) pixels[at] = ((pixels[at - 65_536] ?? 0) * 31 + at * 7) & 255;
  const large = await new Bun.Image(pixels).png({ compressionLevel: 0 }).bytes();
  expect(large.length).toBeGreaterThan(3_750_000);
  await using harness = await open({ "large.png": large });
  const { result, text } = await read(harness, { path: "large.png" });
  const image = result.content[1];
  expect(text).toContain("made smaller from");
  expect(image).toMatchObject({ type: "image", mediaType: "image/jpeg" });
  expect(image?.type === "image" ? image.base64.length : 0).toBeLessThan(5_000_000);
});

test("read_file > renders notebooks, and shows what is none as text", async () => {
  const cells = [
    { cell_type: "markdown", source: ["# Title\n", "words"] },
    {
      cell_type: "code",
      id: "c1",
      source: "print(1)",
      outputs: [
        { output_type: "stream", text: ["1\n"] },
        { output_type: "display_data", data: { "image/png": `${PNG.toString("base64")}\n`, "text/plain": "<Figure>" } },
        { output_type: "display_data", data: { "image/png": "iVBORw0KGgo=" } },
        { output_type: "error", ename: "ValueError", evalue: "no", traceback: [] },
      ],
    },
  ];
  await using harness = await open({ "n.ipynb": JSON.stringify({ cells, nbformat: 4 }), "odd.ipynb": '{"cells": 1}\n' });
  const { text, result } = await read(harness, { path: "n.ipynb" });
  expect(text.split("\n").map((line) => line.replace(/^\d+\t/, ""))).toEqual([
    "[n.ipynb: lines 1-10 of 10; notebook, cells rendered]",
    "=== cell 0 markdown",
    "# Title",
    "words",
    "=== cell 1 code id=c1",
    "print(1)",
    "--- output",
    "1",
    "[image/png: picture 1 below]",
    "[image/png, not shown: it is broken]",
    "ValueError: no",
  ]);
  expect(result.content[1]).toEqual({ type: "image", mediaType: "image/png", base64: PNG.toString("base64") });
  expect((await read(harness, { path: "odd.ipynb" })).text).toBe('[odd.ipynb: lines 1-1 of 1]\n1\t{"cells": 1}');
});

test("read_file > has a clear answer for binaries, folders and missing files", async () => {
  await using harness = await open({
    "doc.pdf": Buffer.from("%PDF-1.7\0\0"),
    "a.bin": Buffer.from([1, 0, 2]),
    "dir/b.ts": "",
    "dir/sub/c": "",
  });
  mkdirSync(join(harness.workspace, "none"));
  expect(await read(harness, { path: "doc.pdf" })).toMatchObject({
    text: "doc.pdf is a PDF of 10 bytes, not text. Use bash with pdftotext, if it is there.",
    failed: true,
  });
  expect((await read(harness, { path: "a.bin" })).text).toBe("a.bin is a binary file of 3 bytes, not text.");
  expect(await read(harness, { path: "dir" })).toMatchObject({ text: "dir is a folder of 2 entries:\nb.ts\nsub/", failed: false });
  expect((await read(harness, { path: "none" })).text).toBe("none is a folder of 0 entries.");
  expect(await read(harness, { path: "dir/bb.ts" })).toMatchObject({
    text: `dir/bb.ts does not exist (${harness.workspace}/dir/bb.ts).\nDid you mean "b.ts"?`,
    failed: true,
  });
});

test("read_file > follows links to files, and opens nothing of the system", async () => {
  await using harness = await open({ "a.txt": "a" });
  symlinkSync("a.txt", join(harness.workspace, "link"));
  symlinkSync("/proc/self/environ", join(harness.workspace, "notes"));
  expect((await read(harness, { path: "link" })).text).toBe("[link: lines 1-1 of 1]\n1\ta");
  expect(await read(harness, { path: "notes" })).toMatchObject({ failed: true, text: expect.stringContaining("no ordinary file") });
});

test("read_file, write_file, edit_file > cost little in each request", async () => {
  const folders = [import.meta.dir, join(import.meta.dir, "../write-file"), join(import.meta.dir, "../edit-file")];
  await using harness = await createHarness({ plugins: ["feature/workspace", ...folders] });
  await harness.submit("hello");
  const tools = harness.requests[0]?.tools ?? [];
  expect(tools.map((tool) => tool.name).sort()).toEqual(["edit_file", "read_file", "write_file"]);
  expect(JSON.stringify(tools).length).toBeLessThan(2_200);
});

test("read_file > does nothing when it is imported", () => {
  expect(Object.keys(plugin)).toEqual(["setup"]);
});
