import { describe, expect, test } from "bun:test";
import { diffLines } from "./diff.ts";

describe("diff", () => {
  const theme = {
    name: "marks",
    paint: (style: string, text: string) => (/Word$/.test(style) ? `‹${text}›` : text),
    sgr: () => ({ begin: "", end: "" }),
  };
  test("diffLines > the words that differ stand out, where enough is the same", () => {
    const lines = diffLines("@@ -1,2 +1,2 @@\n-const a = one(two);\n-entirely\n+const b = one(two);\n+different\n", 60, 99, theme);
    expect(lines.map((line) => line.trimEnd())).toEqual(["1 - const ‹a› = one(two);", "2 - entirely", "1 + const ‹b› = one(two);", "2 + different"]);
  });

  test("diffLines > where more lines came than went, a line is compared with the next that is like it", () => {
    const lines = diffLines("@@ -1,1 +1,3 @@\n-const a = one(two);\n+// a word\n+const b = one(two);\n+more\n", 60, 99, theme);
    expect(lines.map((line) => line.trimEnd())).toEqual(["1 - const ‹a› = one(two);", "1 + // a word", "2 + const ‹b› = one(two);", "3 + more"]);
  });

  test("diffLines > no line is wider than there is room, and a long diff says how much is left", () => {
    const lines = diffLines(`@@ -1,0 +1,90 @@\n${"+\t日本 long line of text\n".repeat(90)}`, 20, 10, theme);
    expect(lines).toHaveLength(11);
    for (const line of lines.slice(0, 10)) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(20);
    expect(lines.at(-1)).toBe("… 80 more lines");
  });
});
