import { describe, expect, test } from "bun:test";
import type { LaterLines, Theme } from "claw/kit";
import type { Look } from "./marks.ts";
import { createMarkdownStream, type MarkdownStream } from "./stream.ts";

const PLAIN: Theme = { name: "none", paint: (_, text) => text, sgr: () => ({ begin: "", end: "" }) };
const look = (width = 60, theme = PLAIN): Look => ({ width, theme, links: false });

/** One whose code has no colours. */
function plainStream(): MarkdownStream {
  return createMarkdownStream(
    (blocks) => blocks.map(({ lines }) => lines),
    () => undefined,
  );
}

/** Lines that nothing is loaded for are there at once. */
function now(lines: readonly string[] | LaterLines): readonly string[] {
  if ("ready" in lines) throw new Error("the lines come later");
  return lines;
}

/** What is shown of `text` in the end, given in pieces of `size` and looked at after each. */
function shown(text: string, size = 5, at = look()): string[] {
  const stream = plainStream();
  const lines: string[] = [];
  for (let from = 0; from < text.length; from += size) {
    stream.push(text.slice(from, from + size));
    lines.push(...now(stream.take(at)));
    stream.tail(at);
  }
  return [...lines, ...now(stream.end(at))];
}

describe("markdown", () => {
  test.each<[string, string, string[]]>([
    ["paragraphs, their lines as they were", "one\ntwo\n\n\n\nthree", ["one", "two", "", "three"]],
    ["headings", "# One *two*\ntext\n## Three", ["One two", "text", "Three"]],
    ["lists, nested and counted", "- a\n- b\n  - c\n3. x\n4. y\n\n   more", ["• a", "• b", "  • c", "3. x", "4. y", "", "   more"]],
    ["tasks", "- [x] a\n- [ ] b", ["☑ a", "☐ b"]],
    ["quotes", "> a\n> b\n\nc", ["│ a", "│ b", "", "c"]],
    ["rules", "a\n\n---\nb", ["a", "", "─".repeat(60), "b"]],
    ["emphasis and code", "**a** *b* ~~c~~ `d*e*`", ["a b c d*e*"]],
    ["links, with where they lead", "[a](https://b.c/d) https://e.f <https://g.h>", ["a (https://b.c/d) https://e.f <https://g.h>"]],
    ["code, as it is", "```ts\nconst a = 1;\n\n\tb **c**\n```\nd", ["  const a = 1;", "  ", "      b **c**", "d"]],
    ["code in a list", "- a\n\n  ```\n  b\n  ```\n\n  c", ["• a", "", "    b", "", "  c"]],
    ["code that never ends", "~~~\na", ["  a"]],
    ["what only defines a link", "a\n\n[x]: https://y.z", ["a", "", "[x]: https://y.z"]],
    ["HTML, as it is", "<b>a</b>\n<script>", ["<b>a</b>", "<script>"]],
    ["a year is no list", "In\n2024. was", ["In", "2024. was"]],
    ["unfinished marks", "**a `b", ["**a `b"]],
  ])("take > %s", (_, text, expected) => {
    for (const size of [1, 3, 1_000]) expect(shown(text, size)).toEqual(expected);
  });

  test("take > a table is as wide as it needs to be, and no wider than the screen", () => {
    const table = "| Name | N |\n|--|--:|\n| alpha | 1 |\n| 日本 | 22 |\n\nend";
    expect(shown(table)).toEqual([
      "┌───────┬────┐",
      "│ Name  │  N │",
      "├───────┼────┤",
      "│ alpha │  1 │",
      "│ 日本  │ 22 │",
      "└───────┴────┘",
      "",
      "end",
    ]);
    const wide = shown(`| A | B |\n|-|-|\n| ${"word ".repeat(20)}| ${"x".repeat(50)} |\n`, 9, look(40));
    for (const line of wide) expect(Bun.stringWidth(line)).toBe(40);
    expect(wide.join("").match(/word/g)).toHaveLength(20);
    expect(wide.join("").match(/x/g)).toHaveLength(50);
    expect(shown("| A | B |\n|-|-|\n| c | d |\n", 9, look(9))).toEqual(["A", "B", "─".repeat(9), "c", "d"]);
  });

  test("take > a long table is shown as it comes, every row once, under one head", () => {
    const rows = Array.from({ length: 150 }, (_, at) => `| row ${at} | ${"y".repeat(at % 7)} |`);
    const stream = plainStream();
    stream.push(`| Head | B |\n|--|--|\n${rows.join("\n")}\n`);
    const early = now(stream.take(look()));
    expect(early.length).toBeGreaterThan(100);
    stream.push("\nend\n");
    const all = [...early, ...now(stream.take(look())), ...now(stream.end(look()))];
    expect(all.filter((line) => line.includes("Head"))).toHaveLength(1);
    expect(all.flatMap((line) => /row (\d+)/.exec(line)?.[1] ?? [])).toEqual(rows.map((_, at) => String(at)));
    expect(all.filter((line) => /[┌└]/.test(line))).toHaveLength(2);
    expect(all.slice(-2)).toEqual(["", "end"]);
  });

  test("take > blocks come out as soon as they are complete, lines of code one by one", () => {
    const stream = plainStream();
    const push = (text: string): [readonly string[], string[]] => {
      stream.push(text);
      return [now(stream.take(look())), stream.tail(look())];
    };
    expect(push("one tw")).toEqual([[], ["one tw"]]);
    expect(push("o\nthree\n\n- a")).toEqual([["one two", "three", ""], ["• a"]]);
    expect(push("\n- b")).toEqual([[], ["• a", "• b"]]);
    expect(push("\n```js\nx\ny")).toEqual([["• a", "• b", "  x"], ["  y"]]);
    expect(push("\n```")).toEqual([["  y"], []]);
    expect(push("\nend")).toEqual([[], ["end"]]);
    expect(now(stream.end(look()))).toEqual(["end"]);
  });

  test("take > nothing that a terminal acts on comes through, not even as an entity", () => {
    const evil = "a\x1b[2Jb &#27;[31m&#x9b;2J &#x202e;c \x1b]0;t\x07`d\x9be` [f&#27;](https://g/&#27;)\r\nh\x07\n\n```\ni\x1b[1m\n```\n";
    for (const size of [1, 4, 500]) expect(shown(evil, size).join("\n")).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test("take > no word is lost, whatever the Markdown and however it comes", () => {
    const marks = [
      "**",
      "*",
      "`",
      "```\n",
      "- ",
      "1. ",
      "> ",
      "# ",
      "\n",
      "\n\n",
      "| a | b |\n|--|--|\n| ",
      " | ",
      "[",
      "](x)",
      "<b>",
      "  ",
      "    ",
      "---\n",
      "~~",
      "\\",
      "&amp;",
      "日本 ",
    ];
    let state = 5;
    const next = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 4_294_967_296) * below);
    };
    for (let round = 0; round < 300; round++) {
      let [text, words] = ["", 0];
      for (let piece = 0; piece < 30; piece++) text += next(2) === 0 ? marks[next(marks.length)]! : `w${words++}w `;
      const joined = shown(text, 1 + next(9), look(20 + next(60)))
        .join(" ")
        .replaceAll(/[│┌└├─┬┴┼┐┘┤]/g, " ");
      const seen = joined.replaceAll(/\s/g, "");
      const lost = Array.from({ length: words }, (_, at) => `w${at}w`).filter((word) => !seen.includes(word));
      // A cell more than the head has, and a fence's language, are shown by nobody.
      if (!/\|/.test(text) && !text.includes("```")) expect([text, lost]).toEqual([text, []]);
    }
  });

  test("take > 2 MB in 20,000 pieces, in one block or many: never much to look at again", () => {
    for (const sample of [
      "word ".repeat(400_000),
      "- item **bold** text\n".repeat(95_000),
      "| a | b |\n".repeat(200_000),
      `\`\`\`\n${"code line\n".repeat(200_000)}`,
    ]) {
      const stream = plainStream();
      let [lines, tallest] = [0, 0];
      for (let from = 0; from < sample.length; from += 2_000) {
        stream.push(sample.slice(from, from + 2_000));
        lines += now(stream.take(look())).length;
        tallest = Math.max(tallest, stream.tail(look()).length);
      }
      expect(lines + now(stream.end(look())).length).toBeGreaterThan(10_000);
      expect(tallest).toBeLessThan(250);
    }
  });
});
