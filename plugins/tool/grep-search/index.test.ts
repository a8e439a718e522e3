// What the tool finds and how it says so, the same with both engines.
import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createHarness, pluginContract, toolContract } from "claw/testing";
import { ENGINES, grep, harnessOf, lines, text } from "./fixture.ts";

pluginContract(import.meta.dir);
{
  await using harness = await createHarness({ plugins: ["tool/grep-search", "feature/tree", "feature/workspace", "feature/processes"] });
  toolContract(await harness.host.get("tool", "grep_search"), {
    valid: [
      { pattern: "x" },
      { pattern: "x", path: "a", glob: "*.ts", output_mode: "content", "-A": 1, "-B": 0, "-C": 2, context: 3, "-n": false, "-i": true },
      { pattern: "x", type: ".tsx", head_limit: 0, offset: 5, multiline: true },
    ],
    invalid: [
      {},
      { pattern: "" },
      { pattern: "x", output_mode: "lines" },
      { pattern: "x", "-A": -1 },
      { pattern: "x", type: "--pre" },
      { pattern: "x", a: 1 },
    ],
  });
}

describe.each(ENGINES)("grep_search (%s)", (_, path) => {
  test("lists files by path: hidden ones too, none that is ignored, nothing in .git", async () => {
    const files = {
      ".git/HEAD": "hit",
      ".gitignore": "dist/\n*.log\n!keep.log\n",
      ".ignore": "noise.txt\n",
      ".hidden/a.txt": "hit",
      "b.txt": "a hit",
      "c.txt": "miss",
      "dist/d.txt": "hit",
      "keep.log": "hit",
      "noise.txt": "hit",
      "sub/.gitignore": "/own.txt\n",
      "sub/own.txt": "hit",
      "x.log": "hit",
    };
    await using harness = await harnessOf(files, path);
    expect(await lines(harness, { pattern: "hit" })).toEqual([".hidden/a.txt", "b.txt", "keep.log"]);
    expect(await lines(harness, { pattern: "hit", path: "dist" })).toEqual(["dist/d.txt"]);
    expect(await lines(harness, { pattern: "hit", path: "x.log" })).toEqual(["x.log"]);
  });

  test("obeys the rules of the repository above the folder it searches", async () => {
    const files = {
      ".git/HEAD": "",
      ".gitignore": "/pkg/src/gen\n*.log\n",
      "pkg/src/gen/a.txt": "hit",
      "pkg/src/b.txt": "hit",
      "pkg/.gitignore": "src/own\n",
      "pkg/src/own": "hit",
      "pkg/src/x.log": "hit",
      "pkg/gen/c.txt": "hit",
    };
    await using harness = await harnessOf(files, path);
    expect(await lines(harness, { pattern: "hit", path: "pkg/src" })).toEqual(["pkg/src/b.txt"]);
    expect(await lines(harness, { pattern: "hit", path: "pkg" })).toEqual(["pkg/gen/c.txt", "pkg/src/b.txt"]);
    expect(await lines(harness, { pattern: "hit", path: "pkg/src/b.txt", glob: "*.js", type: "py" })).toEqual(["pkg/src/b.txt"]);
  });

  test("searches an ignored folder that is named, and heeds no rules from above where there is no repository", async () => {
    await using harness = await harnessOf({ ".gitignore": "out/**\n*.txt\n", "out/a.txt": "hit", "sub/b.txt": "hit" }, path);
    expect(await lines(harness, { pattern: "hit", path: "sub" })).toEqual(["sub/b.txt"]);
    await mkdir(join(harness.workspace, ".git"));
    expect(await text(harness, { pattern: "hit", path: "sub" })).toStartWith("No matches");
    await Bun.write(join(harness.workspace, ".gitignore"), "out/\n*.txt\n");
    expect(await lines(harness, { pattern: "hit", path: "out" })).toEqual(["out/a.txt"]);
  });

  test("shows content with paths and numbers, context once and groups apart", async () => {
    const body = "one\ntwo hit\nthree\nfour hit\nfive\nsix\nseven\neight\nnine hit\r\n";
    await using harness = await harnessOf({ "a.txt": body, "b/c.txt": "hit" }, path);
    expect(await lines(harness, { pattern: "hit", output_mode: "content" })).toEqual([
      "a.txt:2:two hit",
      "a.txt:4:four hit",
      "a.txt:9:nine hit",
      "b/c.txt:1:hit",
    ]);
    const context = [
      "a.txt-1-one",
      "a.txt:2:two hit",
      "a.txt-3-three",
      "a.txt:4:four hit",
      "a.txt-5-five",
      "--",
      "a.txt-8-eight",
      "a.txt:9:nine hit",
      "--",
      "b/c.txt:1:hit",
    ];
    expect(await lines(harness, { pattern: "hit", output_mode: "content", "-C": 1 })).toEqual(context);
    expect(await lines(harness, { pattern: "hit", output_mode: "content", context: 1 })).toEqual(context);
    expect(await lines(harness, { pattern: "nine", output_mode: "content", "-B": 1 })).toEqual(["a.txt-8-eight", "a.txt:9:nine hit"]);
    expect(await lines(harness, { pattern: "one", output_mode: "content", "-A": 1, "-n": false })).toEqual(["a.txt:one", "a.txt-two hit"]);
    expect(await lines(harness, { pattern: "hit", output_mode: "content", path: "b/c.txt" })).toEqual(["b/c.txt:1:hit"]);
  });

  test("counts lines a file and in all", async () => {
    await using harness = await harnessOf({ "a.txt": "x\nx x\ny\n", "b.txt": "x" }, path);
    expect(await lines(harness, { pattern: "x", output_mode: "count" })).toEqual(["a.txt:2", "b.txt:1", "[3 matching lines in 2 files]"]);
  });

  test("narrows by case, type, extension and glob", async () => {
    const names = [".git/HEAD", "a.ts", "b.tsx", "c.py", "src/d.ts", "src/e.test.ts", "src/deep/f.foo", ".gitignore"];
    await using harness = await harnessOf(Object.fromEntries(names.map((name) => [name, name === ".gitignore" ? "src/deep/*.js\n" : "Hit"])), path);
    await Bun.write(join(harness.workspace, "src/deep/out.js"), "Hit");
    const found = async (more: object) => lines(harness, { pattern: "hit", "-i": true, ...more });
    expect(await text(harness, { pattern: "hit" })).toStartWith("No matches");
    expect(await found({ type: "py" })).toEqual(["c.py"]);
    expect(await found({ type: "python" })).toEqual(["c.py"]);
    expect(await found({ type: "typescript" })).toEqual(await found({ glob: "*.{ts,tsx,mts,cts}" }));
    expect(await found({ type: "tsx" })).toEqual(["b.tsx"]);
    expect(await found({ type: ".foo" })).toEqual(["src/deep/f.foo"]);
    expect(await found({ glob: "*.ts" })).toEqual(["a.ts", "src/d.ts", "src/e.test.ts"]);
    expect(await found({ glob: "*.{py,tsx}" })).toEqual(["b.tsx", "c.py"]);
    expect(await found({ glob: "*.py, *.tsx" })).toEqual(["b.tsx", "c.py"]);
    expect(await found({ glob: "*.ts,!*.test.ts" })).toEqual(["a.ts", "src/d.ts"]);
    // A glob that holds a folder does not bring back what is ignored in it.
    expect(await found({ glob: "src/**" })).toEqual(["src/d.ts", "src/deep/f.foo", "src/e.test.ts"]);
    expect(await found({ glob: "src/*.ts", path: "src" })).toEqual(["src/d.ts", "src/e.test.ts"]);
    expect(await found({ glob: "deep/**", path: "src" })).toEqual(["src/deep/f.foo"]);
    expect(await found({ glob: "*.ts", type: "py" }).then(String)).toEndWith("(only type py; only *.ts; ignored files are not searched).");
  });

  test("pages by head_limit and offset, and every line comes once", async () => {
    const body = Array.from({ length: 600 }, (_, n) => `hit ${n}`).join("\n");
    await using harness = await harnessOf({ "a.txt": body }, path);
    const input = { pattern: "hit", output_mode: "content" };
    const first = await lines(harness, input);
    expect([first.length, first.at(-1)]).toEqual([251, "[lines 1 to 250 of 600; go on with offset 250]"]);
    expect(await lines(harness, { ...input, head_limit: 2, offset: 598 })).toEqual([
      "a.txt:599:hit 598",
      "a.txt:600:hit 599",
      "[lines 599 to 600 of 600]",
    ]);
    expect(await lines(harness, { ...input, offset: 600 })).toEqual(["[offset 600 is past the end: there are 600 lines]"]);
    expect(await lines(harness, { ...input, head_limit: 0 })).toHaveLength(600);
  });

  test("caps long lines and the whole, and says where to go on", async () => {
    const long = `${"x".repeat(300)}hit${"é".repeat(40_000)}`;
    await using harness = await harnessOf(
      {
        "long.txt": long,
        "many.txt": Array(400)
          .fill(`${"y".repeat(200)} hit`)
          .join("\n"),
      },
      path,
    );
    const [line = ""] = await lines(harness, { pattern: "hit", output_mode: "content", path: "long.txt" });
    expect(line.length).toBeLessThan(600);
    expect(line).toContain("hit");
    const input = { pattern: "hit", output_mode: "content", head_limit: 0 };
    const first = await text(harness, input);
    expect(first.length).toBeLessThan(30_100);
    const next = Number(/go on with offset (\d+)\]$/.exec(first)?.[1]);
    expect(next + (await lines(harness, { ...input, offset: next * 2 })).length - 1 + next).toBe(401);
  });

  test("matches across lines with multiline, or when the pattern names a line end", async () => {
    await using harness = await harnessOf({ "a.txt": "begin {\n  body\n}\nend\n" }, path);
    const all = ["a.txt:1:begin {", "a.txt:2:  body", "a.txt:3:}"];
    expect(await lines(harness, { pattern: "begin .*?\\}", output_mode: "content", multiline: true })).toEqual(all);
    expect(await lines(harness, { pattern: "body\\n\\}", output_mode: "content" })).toEqual(all.slice(1));
    expect(await text(harness, { pattern: "begin .*?\\}" })).toStartWith("No matches");
    expect(await lines(harness, { pattern: "begin.*end", output_mode: "count", multiline: true })).toEqual([
      "a.txt:1",
      "[1 matching lines in 1 file]",
    ]);
  });

  test("says clearly that nothing matches, and fails with the reason for a bad pattern or path", async () => {
    await using harness = await harnessOf({ "src/a.txt": "x" }, path);
    expect(await grep(harness, { pattern: "nope" })).toMatchObject({
      failed: false,
      content: [{ text: 'No matches for "nope" in . (ignored files are not searched).' }],
    });
    const bad = await grep(harness, { pattern: "(a" });
    expect({ failed: bad.failed, text: JSON.stringify(bad.content) }).toEqual({
      failed: true,
      text: expect.stringContaining("unclosed group"),
    });
    const ahead = await grep(harness, { pattern: "a(?!b)" });
    expect({ failed: ahead.failed, text: JSON.stringify(ahead.content) }).toEqual({
      failed: true,
      text: expect.stringContaining("without look-around"),
    });
    expect(await grep(harness, { pattern: "x", path: "srcc" })).toMatchObject({
      failed: true,
      content: [{ text: 'srcc does not exist.\nDid you mean "src"?' }],
    });
  });

  test("names files outside of the session's folder whole", async () => {
    await using harness = await harnessOf({}, path);
    const outside = join(harness.workspace, "..", "outside");
    await mkdir(outside);
    await Bun.write(join(outside, "o.txt"), "hit");
    expect(await lines(harness, { pattern: "hit", path: "../outside" })).toEqual([join(outside, "o.txt")]);
    expect(await lines(harness, { pattern: "hit", path: outside, glob: "*.txt" })).toEqual([join(outside, "o.txt")]);
  });
});
