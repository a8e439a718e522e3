import { describe, expect, test } from "bun:test";
import type { Theme } from "claw/kit";
import { type Block, createMarkdown } from "./markdown.ts";
import { layOutQuick } from "./quick.ts";

/** One whose styles can be told apart in what is shown. */
const theme: Theme = {
  name: "seen",
  paint: (style, text) => (text === "" ? text : `\x1b[38;5;${style.length + style.charCodeAt(0)}m${text}\x1b[39m`),
  sgr: () => ({ begin: "", end: "" }),
};
const block = (text: string, indent = 0): Block => ({ text, indent });
const parsed = (one: Block, width: number): string[] | undefined => createMarkdown({ width, theme, links: true }, (_, lines) => lines)([one])[0];

describe("layOutQuick", () => {
  test.each([
    "Just words, and (some) more: fine.",
    "## A heading",
    "- an item with `code * in it` and **strong words:** after",
    "12. the twelfth",
    "> said by *somebody* else",
    "See [the manual](https://example.com/a_b?c=d) and `x`.",
    "| a | b |\n|--|--:|\n| c d | 日本 |\n| | e |",
  ])("needs no parser for %j", (text) => {
    for (const width of [9, 20, 80]) expect(layOutQuick(block(text, 2), { width, theme, links: true })).toEqual(parsed(block(text, 2), width)!);
  });

  test.each([
    "a_b_",
    "**a `b`**",
    "a &amp; b",
    "https://a.b",
    "a\nb",
    "- [ ] a",
    "# a #",
    "1986 was",
    "***",
    "a*b*",
    "![a](https://b.c)",
    "| a |",
    "<b>",
    "a \\* b",
  ])("leaves %j to the parser", (text) => {
    expect(layOutQuick(block(text), { width: 40, theme, links: true })).toBeUndefined();
  });

  test("shows whatever it shows as the parser does", () => {
    const begins = ["", "", "", "# ", "### ", "- ", "* ", "+ ", "7. ", "3) ", "> ", ">", "1986. ", "- - ", "[x] "];
    const marks = [
      "**bold**",
      "*slant*",
      "`code`",
      "`a*b`",
      "**",
      "*",
      "`",
      "[a](https://b.c/d)",
      "[a]",
      "![",
      "**N:**",
      "*two w*",
      "**a **",
      "#",
      "|",
      "~~x~~",
      "_",
      "\\",
      "&",
      "<",
      "://",
    ];
    const words = ["word", "a", "日本", "é", "12", "(so)", "“q”", "end.", "x:", "-", "😀", "=", "+1", '"q"', "a long one that goes on"];
    const gaps = [" ", " ", " ", "", ", ", "  "];
    let [state, quick] = [1, 0];
    const pick = (of: readonly string[]): string => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return of[Math.floor(state / 65_536) % of.length]!;
    };
    for (let round = 0; round < 20_000; round++) {
      let text = pick(begins);
      for (let left = 1 + (round % 7); left > 0; left--)
        text += (pick(["", "", "m"]) === "m" ? pick(marks) : pick(words)) + (left > 1 ? pick(gaps) : "");
      if (round % 9 === 0) text = `| ${pick(words)} |${pick(words)}|\n|${pick(["-", ":-:", "--:", "x"])}|-|\n|${pick(words)}| ${pick(marks)}|`;
      const one = block(text.trimStart());
      const lines = layOutQuick(one, { width: 24, theme, links: true });
      if (lines === undefined) continue;
      quick += 1;
      expect([text, lines]).toEqual([text, parsed(one, 24)!]);
    }
    expect(quick).toBeGreaterThan(3_000);
  });
});
