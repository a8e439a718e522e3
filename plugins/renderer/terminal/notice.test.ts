// What commands say on a screen of a given width, and what a call's line says it is about.
import { expect, test } from "bun:test";
import type { Theme } from "claw/kit";
import { callLine } from "./call.ts";
import { noticeLines } from "./notice.ts";

const theme: Theme = {
  name: "none",
  paint: (style, text) => (/^(added|removed)$/.test(style) ? `<${text.trimEnd()}>` : text),
  sgr: () => ({ begin: "", end: "" }),
};

test("noticeLines > a long line goes on under its last column, and no word is cut", () => {
  const words = "word ".repeat(12).trim();
  expect(noticeLines(`  name  ${words}\nshort`, 40, theme)).toEqual([
    ...["  name  word word word word word word", "        word word word word word word", "short"],
  ]);
  expect(noticeLines(`- ${words}`, 40, theme).slice(1)).toEqual(["  word word word word word"]);
  const path = `/${"long".repeat(20)}`;
  expect(noticeLines(`see ${path} there`, 40, theme)).toEqual(["see", path, "there"]);
  expect(noticeLines("日本語 ".repeat(12), 40, theme).every((line) => Bun.stringWidth(line) <= 40)).toBe(true);
});

test("noticeLines > a diff has its files, numbers and colours; long lines of it are whole", () => {
  const head = "diff --git a/x.ts b/x.ts\nindex 1..2 100644\n--- a/x.ts\n+++ b/x.ts\n";
  const fresh = "diff --git a/n.ts b/n.ts\nnew file\n--- /dev/null\n+++ b/n.ts\n@@ -0,0 +1,1 @@\n+new\n";
  const moved = "diff --git a/o.ts b/p.ts\nsimilarity index 100%\nrename from o.ts\nrename to p.ts\n";
  expect(noticeLines(`2 files\n\n${head}@@ -1,2 +1,2 @@\n same\n-one old\n+one new\n${fresh}${moved}`, 60, theme)).toEqual([
    ...["2 files", "", "x.ts", "1   same", "2 <- one old>", "2 <+ one new>", "", "n.ts (new)", "1 <+ new>", "", "o.ts → p.ts"],
  ]);
  expect(noticeLines(`${head}@@ -1,1 +1,1 @@\n+${"x".repeat(30)}\n`, 20, theme)).toEqual([
    "x.ts",
    `1 <+ ${"x".repeat(16)}>`,
    `  <  ${"x".repeat(14)}>`,
  ]);
  const byWord = `${head}@@ -1,1 +1,1 @@\none [-old-]{+new+} word\n`;
  expect(noticeLines(byWord, 60, theme)).toEqual(["x.ts", "⋮", "one <[-old-]><{+new+}> word"]);
});

test("callLine > what a search looks for, and what an agent is to do", () => {
  const line = (subject: string, input: Record<string, string>): string => callLine({ tool: "t", subject, input }, "done", { columns: 60, theme });
  expect(line(".", { pattern: "one" })).toBe("● t one");
  expect(line("src", { pattern: "one", path: "src" })).toBe("● t one in src");
  expect(line("Explore", { prompt: "Look at all", description: "Look around" })).toBe("● t Explore: Look around");
  expect(line("ls -l", { command: "ls -l", description: "List" })).toBe("● t ls -l");
});
