// The short diff: right for any two texts (the library's patch applies it back), quick for large ones; and line ends that stay.
import { expect, test } from "bun:test";
import { applyPatch } from "diff";
import { difference, keepLineEnds } from "./difference.ts";

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index}`);

/** The diff as a patch file, when it was not cut. */
function patched(before: string, after: string): string | false {
  const { diff } = difference(before, after);
  return applyPatch(before, `--- a\n+++ a\n${diff}\n`);
}

test("difference > is a patch that makes the new text from the old", () => {
  const words = ["a", "b", "c", ""];
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 2_000; round++) {
    const text = (): string => Array.from({ length: random(9) }, () => words[random(4)]).join("\n") + (random(2) === 0 ? "\n" : "");
    const [before, after] = [text(), text()];
    if (before !== after) expect([before, patched(before, after)]).toEqual([before, after]);
  }
});

test("difference > counts, places and shortens", () => {
  const before = `${numbers(100).join("\n")}\n`;
  expect(difference(before, before.replace("line 50\n", ""))).toEqual({
    diff: "@@ -49,5 +49,4 @@\n line 48\n line 49\n-line 50\n line 51\n line 52",
    added: 0,
    removed: 1,
  });
  expect(difference("a\r\nb\r\n", "a\nb\n")).toEqual({ diff: "[only line ends changed]", added: 0, removed: 0 });
  expect(difference("", "a\n")).toEqual({ diff: "@@ -0,0 +1,1 @@\n+a", added: 1, removed: 0 });
  const wide = difference("", `${"😀".repeat(10_000)}\n`);
  expect(wide.diff.isWellFormed()).toBe(true);
  expect(wide.diff.length).toBeLessThan(400);
});

test("difference > is quick for large files and for many changes", () => {
  const large = numbers(500_000).join("\n");
  const other = numbers(20_000)
    .map((line) => `${line} changed`)
    .join("\n");
  const started = process.cpuUsage();
  expect(difference(large, large.replace("line 400000\n", "changed\n"))).toMatchObject({ added: 1, removed: 1 });
  expect(difference(numbers(20_000).join("\n"), other)).toMatchObject({ added: 20_000, removed: 20_000 });
  expect(process.cpuUsage(started).user).toBeLessThan(1_500_000);
});

test("keepLineEnds > keeps those of lines that stay, wherever lines come and go", () => {
  const before = "a\r\nb\nc\r\nd\ne";
  expect(keepLineEnds("a\nb\nc\nd\ne", before)).toBe(before);
  expect(keepLineEnds("0\na\nc\nX\nY\nd\nZ\ne\n", before)).toBe("0\r\na\r\nc\r\nX\r\nY\r\nd\nZ\ne\n");
  expect(keepLineEnds("", before)).toBe("");
});
