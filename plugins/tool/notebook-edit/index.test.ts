// NotebookEdit through the gate: which bytes it changes, and what it says when it cannot.
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

/** As Jupyter writes it: indented by one, keys in order, numbers and escapes that no parser would write back the same. */
const CELLS = [
  '  {\n   "cell_type": "markdown",\n   "id": "intro",\n   "metadata": {},\n   "source": [\n    "# Title\\n",\n    "words \\u00e9"\n   ]\n  }',
  '  {\n   "cell_type": "code",\n   "execution_count": 3,\n   "id": "calc",\n   "metadata": {\n    "ratio": 1.0,\n    "big": 12345678901234567890\n   },\n   "outputs": [\n    {\n     "name": "stdout",\n     "output_type": "stream",\n     "text": [\n      "2\\n"\n     ]\n    }\n   ],\n   "source": [\n    "print(1 + 1)"\n   ]\n  }',
  '  {\n   "cell_type": "code",\n   "execution_count": null,\n   "metadata": {},\n   "outputs": [],\n   "source": "x = 1\\ny = 2"\n  }',
] as const;
const TAIL =
  '\n ],\n "metadata": {\n  "kernelspec": {\n   "name": "python3"\n  },\n  "version": 3.10\n },\n "nbformat": 4,\n "nbformat_minor": 5\n}\n';
const book = (...cells: readonly string[]): string => `{\n "cells": [\n${cells.join(",\n")}${TAIL}`;
const BOOK = book(...CELLS);

const open = (files: Record<string, string>): Promise<Harness> =>
  createHarness({ plugins: ["feature/workspace", "tool/read-file", "tool/notebook-edit"], files, answers: Array(30).fill("yes") });
async function said(on: Harness, tool: string, input: Json): Promise<{ text: string; failed: boolean; details: Json | undefined }> {
  const { content, failed = false, details } = await on.call(tool, input);
  return { text: content.map((block) => (block.type === "text" ? block.text : "")).join(), failed, details };
}
/** Edits a notebook that was read before. */
async function edit(input: Record<string, Json>, text = BOOK) {
  await using on = await open({ "n.ipynb": text });
  await said(on, "read_file", { path: "n.ipynb" });
  const answer = await said(on, "NotebookEdit", { notebook_path: "n.ipynb", ...input });
  const after = readFileSync(join(on.workspace, "n.ipynb"), "utf8");
  return { ...answer, after, cells: (JSON.parse(after) as { cells: Record<string, Json>[] }).cells };
}

pluginContract(import.meta.dir);
{
  await using on = await open({});
  toolContract(await on.host.get("tool", "NotebookEdit"), {
    valid: [
      { notebook_path: "a.ipynb", new_source: "" },
      { notebook_path: "a.ipynb", cell_id: "x", edit_mode: "delete" },
      { notebook_path: "a.ipynb", cell_id: 2, cell_type: "markdown", new_source: "x", edit_mode: "insert" },
    ],
    invalid: [{}, { notebook_path: "a.py" }, { notebook_path: "a.ipynb", cell_id: -2 }, { notebook_path: "a.ipynb", edit_mode: "move" }],
  });
}

describe("replace", () => {
  test("changes the source and not one byte besides, by id, by number and by the name that others use", async () => {
    const expected = book(CELLS[0], CELLS[1].replace('    "print(1 + 1)"', '    "a = 1\\n",\n    "print(a)\\n"'), CELLS[2]);
    for (const cell_id of ["calc", 1, "1", "cell-1"]) {
      const { after, text } = await edit({ cell_id, new_source: "a = 1\nprint(a)\n" });
      expect([after, text]).toEqual([expected, "Replaced cell 1 (code, id=calc) of n.ipynb, which has 3 cells."]);
    }
  });

  test("without a cell it is the last one; a source that is one text stays one", async () => {
    const { after, text } = await edit({ new_source: "z\nzz" });
    expect(after).toBe(book(CELLS[0], CELLS[1], CELLS[2].replace("x = 1\\ny = 2", "z\\nzz")));
    expect(text).toBe("Replaced cell 2 (code) of n.ipynb, which has 3 cells.");
  });

  test("a source of nothing is an empty list; the same source changes nothing", async () => {
    expect((await edit({ cell_id: "calc", new_source: "" })).after).toBe(BOOK.replace('[\n    "print(1 + 1)"\n   ]', "[]"));
    const same = await edit({ cell_id: "calc", new_source: "print(1 + 1)" });
    expect([same.text, same.after]).toEqual(["n.ipynb: cell 1 (code, id=calc) is that already.", BOOK]);
  });

  test("another type brings and takes the keys of that type, and keeps the rest as it was written", async () => {
    const toText = await edit({ cell_id: "calc", cell_type: "markdown", new_source: "# now" });
    const metadata = '   "metadata": {\n    "ratio": 1.0,\n    "big": 12345678901234567890\n   },\n';
    expect(toText.after).toBe(
      book(CELLS[0], `  {\n   "cell_type": "markdown",\n   "id": "calc",\n${metadata}   "source": [\n    "# now"\n   ]\n  }`, CELLS[2]),
    );
    expect(toText.text).toBe("Replaced cell 1 (markdown, id=calc) of n.ipynb, which has 3 cells.");
    const toCode = await edit({ cell_id: "intro", cell_type: "code", new_source: "1" });
    expect(toCode.cells[0]).toEqual({ cell_type: "code", execution_count: null, id: "intro", metadata: {}, outputs: [], source: ["1"] });
  });

  test("line ends, tabs, one line and a BOM stay", async () => {
    const crlf = await edit({ cell_id: "calc", new_source: "a\nb" }, BOOK.replaceAll("\n", "\r\n"));
    expect(crlf.after).toBe(BOOK.replace('    "print(1 + 1)"', '    "a\\n",\n    "b"').replaceAll("\n", "\r\n"));
    const tabs = await edit({ cell_id: 0, new_source: "a" }, JSON.stringify(JSON.parse(BOOK), null, "\t"));
    expect(tabs.after).toContain('\n\t\t\t"source": [\n\t\t\t\t"a"\n\t\t\t]\n');
    const flat = JSON.stringify({ nbformat: 4, cells: [{ cell_type: "raw", source: [] }] });
    expect((await edit({ new_source: "a\nb" }, flat)).after).toBe(flat.replace('"source":[]', '"source":["a\\n","b"]'));
    await using on = await open({ "n.ipynb": `\uFEFF${flat}` });
    await said(on, "read_file", { path: "n.ipynb" });
    await said(on, "NotebookEdit", { notebook_path: "n.ipynb", new_source: "a" });
    expect(readFileSync(join(on.workspace, "n.ipynb"), "utf8")).toStartWith('\uFEFF{"nbformat":4');
  });
});

describe("insert", () => {
  test("a new cell stands after the one named, with an id of its own; without one, at the end", async () => {
    const { after, cells, text, details } = await edit({ cell_id: "intro", new_source: "a\nb", edit_mode: "insert" });
    const { cell_id: id } = details as { cell_id: string };
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    const cell = `  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "${id}",\n   "metadata": {},\n   "outputs": [],\n   "source": [\n    "a\\n",\n    "b"\n   ]\n  }`;
    expect(after).toBe(book(CELLS[0], cell, CELLS[1], CELLS[2]));
    expect(cells).toHaveLength(4);
    expect(text).toBe(`Inserted cell 1 (code, id=${id}) of n.ipynb, which has 4 cells. Cells after it have other numbers now.`);
    const last = await edit({ cell_type: "markdown", new_source: "end", edit_mode: "insert" });
    expect(last.after).toStartWith(BOOK.slice(0, BOOK.indexOf(TAIL)));
    expect(last.cells[3]).toEqual({ cell_type: "markdown", id: expect.any(String), metadata: {}, source: "end" });
    expect(last.text).toEndWith("which has 4 cells.");
  });

  test("before all others, and into a notebook without cells or ids", async () => {
    const first = await edit({ cell_id: -1, cell_type: "markdown", new_source: "top", edit_mode: "insert" });
    expect(first.cells.map((cell) => cell["source"]).slice(0, 2)).toEqual([["top"], ["# Title\n", "words é"]]);
    expect(first.after).toEndWith(BOOK.slice(BOOK.indexOf('"id": "intro"')));
    const empty = await edit({ new_source: "1", edit_mode: "insert" }, book("").replace("[\n\n ]", "[]").replace('minor": 5', 'minor": 4'));
    expect(empty.cells).toEqual([{ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: ["1"] }]);
    expect(empty.after).toStartWith('{\n "cells": [\n  {\n   "cell_type": "code",\n');
  });
});

test("delete > takes one cell and its comma", async () => {
  expect((await edit({ cell_id: "intro", edit_mode: "delete" })).after).toBe(book(CELLS[1], CELLS[2]));
  const middle = await edit({ cell_id: "calc", edit_mode: "delete" });
  expect([middle.after, middle.text]).toEqual([
    book(CELLS[0], CELLS[2]),
    "Deleted cell 1 (code, id=calc) of n.ipynb, which has 2 cells. Cells after it have other numbers now.",
  ]);
  expect((await edit({ edit_mode: "delete" })).after).toBe(book(CELLS[0], CELLS[1]));
  expect((await edit({ cell_id: 0, edit_mode: "delete" }, book(CELLS[0]))).after).toBe(`{\n "cells": []${TAIL.slice(3)}`);
});

describe("refusals", () => {
  test.each<[Record<string, Json>, string, string]>([
    [{ cell_id: "none", new_source: "" }, BOOK, 'n.ipynb has no cell "none".\nIts cells: 0 markdown id=intro, 1 code id=calc, 2 code.'],
    [{ cell_id: 3, new_source: "" }, BOOK, "n.ipynb has no cell 3.\nIts cells: 0"],
    [{ cell_id: -1, new_source: "" }, BOOK, "n.ipynb has no cell -1."],
    [{ cell_id: "calc" }, BOOK, "edit_mode replace needs new_source."],
    [{ cell_id: "calc", edit_mode: "insert" }, BOOK, "edit_mode insert needs new_source."],
    [{ new_source: "x" }, '{ "cells": [] }', "n.ipynb has no cells.\nUse edit_mode insert."],
    [{ edit_mode: "delete" }, '{ "cells": [] }', "n.ipynb has no cells."],
    [
      { cell_id: "calc", new_source: "x" },
      book(CELLS[1], CELLS[1]),
      '2 cells of n.ipynb have the id "calc": give the number of one.\nIts cells: 0 code',
    ],
    [{ new_source: "x" }, '{ "worksheets": [] }', "its format is older than 4"],
    [{ new_source: "x" }, '{ "cells": 1 }', "it has no list of cells"],
  ])("%j", async (input, text, reason) => {
    const { text: answer, failed, after } = await edit(input, text);
    expect([failed, answer, after]).toEqual([true, expect.stringContaining(reason), text]);
  });

  test("what is no JSON stays as it is", async () => {
    for (const broken of ['{ "cells": [\n', "", "[1,]", `${BOOK}<<<<<<< HEAD\n`, '{ "cells": [] /* none */ }']) {
      await using on = await open({ "n.ipynb": broken });
      await said(on, "read_file", { path: "n.ipynb" });
      const { text, failed } = await said(on, "NotebookEdit", { notebook_path: "n.ipynb", new_source: "x", edit_mode: "insert" });
      expect([broken, failed, text]).toEqual([broken, true, expect.stringMatching(/no notebook/)]);
      expect(readFileSync(join(on.workspace, "n.ipynb"), "utf8")).toBe(broken);
    }
  });

  test("never read, or changed since", async () => {
    await using on = await open({ "n.ipynb": BOOK });
    const attempt = () => said(on, "NotebookEdit", { notebook_path: "n.ipynb", cell_id: 0, new_source: "x" });
    expect((await attempt()).text).toContain("has not been read in this session");
    await said(on, "read_file", { path: "n.ipynb" });
    writeFileSync(join(on.workspace, "n.ipynb"), BOOK.replace("Title", "Theirs"));
    expect((await attempt()).text).toContain("has changed since it was read");
    expect(readFileSync(join(on.workspace, "n.ipynb"), "utf8")).toContain("Theirs");
  });
});

test("NotebookEdit > a notebook of 8 MB takes no long time", async () => {
  const picture = `"data": "${"A".repeat(8_000_000)}"`;
  const started = process.cpuUsage();
  const { after } = await edit({ cell_id: "intro", new_source: "x" }, BOOK.replace('"name": "stdout"', picture));
  expect(after).toContain(picture);
  expect(process.cpuUsage(started).user).toBeLessThan(4_000_000);
});
