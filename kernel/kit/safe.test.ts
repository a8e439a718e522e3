import { describe, expect, test } from "bun:test";
import { plain } from "./plain.ts";
import { clipCells, cutCells, expandTabs, safeLine, safeLines, wrapCells } from "./safe.ts";

/** The same numbers every time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
const PIECES = [
  ...[
    "\x1b",
    "\x1b[",
    "\x1b[2J",
    "\x1b[3J",
    "\x1b[1;31m",
    "\x1b[0m",
    "\x1b]0;t\x07",
    "\x1b]52;c;AAAA\x1b\\",
    "\x1b]8;;https://a.b/\x07",
    "\x1b]8;;\x07",
    "\x1bP1q",
  ],
  ...[
    "\x9b2J",
    "\x9d0;t\x9c",
    "\x90q",
    "\x07",
    "\b",
    "\r",
    "\n",
    "\t",
    "\0",
    "\x7f",
    "\x1bc",
    "\x1b(0",
    "\x1b7",
    "\x1b[?1049h",
    "\x1b[6n",
    "\x1b[999;999H",
    ";",
    "m",
  ],
  ...[
    "a",
    "word",
    " ",
    "  ",
    "日本語",
    "é",
    "e\u0301",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "\u202e",
    "\u2028",
    "\ud800",
    "\udfff",
    "&#27;[31m",
    "[31m",
    "\\",
    "\x1b\x1b[A",
    "\x1b]8;;javascript:x\x07",
  ],
];
const STYLES = /\x1b\[[\d;:]*m|\x1b\]8;[\w=:-]*;(?:(?:https?|file|mailto):[!-~]*)?(?:\x07|\x1b\\)/g;
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;
function* texts(): Generator<string> {
  const next = random(7);
  for (let count = 0; count < 4_000; count++) yield Array.from({ length: 1 + next(12) }, () => PIECES[next(PIECES.length)]!).join("");
}

describe("plain", () => {
  test("plain > whatever comes, nothing is left that a terminal acts on", () => {
    for (const text of texts()) expect([text, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/.test(plain(text))]).toEqual([text, false]);
  });
});

describe("safeLine", () => {
  test("safeLine > whatever comes, only styles and links are left", () => {
    for (const text of texts()) {
      const safe = safeLine(text);
      expect([text, CONTROLS.test(safe.replace(STYLES, ""))]).toEqual([text, false]);
      expect(safeLine(safe)).toBe(safe);
    }
  });

  test("safeLine and plain > wherever a text is cut, what is put together again does nothing", () => {
    for (const text of texts()) {
      for (let at = 0; at <= text.length; at++) {
        const [head, tail] = [text.slice(0, at), text.slice(at)];
        expect([text, at, CONTROLS.test((safeLine(head) + safeLine(tail)).replace(STYLES, ""))]).toEqual([text, at, false]);
        expect([text, at, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(plain(head) + plain(tail))]).toEqual([text, at, false]);
      }
    }
  });

  test("safeLine and plain > no character of Unicode moves the cursor or turns the direction of writing", () => {
    const acting = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/;
    for (let code = 0; code <= 0xffff; code++) {
      const text = `a${String.fromCharCode(code)}b`;
      expect([code, acting.test(safeLine(text)), acting.test(plain(text).replaceAll("\n", ""))]).toEqual([code, false, false]);
    }
  });

  test("safeLine > styles, links and words stay as they are", () => {
    const line = "a \x1b[1;38;2;1;2;3mb\x1b[0m \x1b]8;;https://a.b/c?d=e\x07f\x1b]8;;\x07 日本語";
    expect(safeLine(line)).toBe(line);
    expect(safeLine("a\x1b[2J\x1b]8;;javascript:x\x07b\tc\r\nd")).toBe("ab  c d");
  });
});

describe("safeLines", () => {
  test("safeLines > one for each line, tabs as spaces", () => {
    expect(safeLines("a\tb\r\nc\x1b[31m\n")).toEqual(["a   b", "c", ""]);
    expect(expandTabs("日\tx\t", 4)).toBe("日  x   ");
  });
});

describe("cells", () => {
  const joined = (rows: readonly string[]): string => Bun.stripANSI(rows.join(""));
  test("cutCells > no row is wider, and no character is lost", () => {
    for (const raw of texts()) {
      const text = plain(raw).replaceAll(/[\n\t\ud800-\udfff\u2028]/g, "");
      for (const width of [2, 3, 7, 20]) {
        const rows = cutCells(text, width);
        for (const row of rows) expect([text, width, row, Bun.stringWidth(row) <= width]).toEqual([text, width, row, true]);
        expect([text, joined(rows)]).toEqual([text, text]);
      }
    }
  });

  test("cutCells > a character that is too wide for any row is left out", () => {
    expect(cutCells("a日b", 1)).toEqual(["a", "b"]);
  });

  test("wrapCells > no row is wider, and no word is lost", () => {
    for (const raw of texts()) {
      const text = plain(raw).replaceAll(/[\n\t\u2028\ud800-\udfff]/g, "");
      for (const width of [2, 5, 17]) {
        const rows = wrapCells(text, width);
        for (const row of rows) expect([text, width, row, Bun.stringWidth(row) <= width]).toEqual([text, width, row, true]);
        expect([text, joined(rows).replaceAll(" ", "")]).toEqual([text, text.replaceAll(" ", "")]);
      }
    }
  });

  test("wrapCells > a style goes on in the next row", () => {
    expect(wrapCells("a \x1b[1mbold word\x1b[22m", 6)).toEqual(["a \x1b[1mbold\x1b[22m", "\x1b[1mword\x1b[22m"]);
  });

  test("clipCells > never wider, and says that something is missing", () => {
    expect(clipCells("\x1b[31mhello\x1b[39m", 3)).toBe("\x1b[31mhe…\x1b[39m");
    for (let width = 1; width < 9; width++) expect(Bun.stringWidth(clipCells("日本語日本語", width))).toBeLessThanOrEqual(width);
    expect(clipCells("fits", 4)).toBe("fits");
  });
});
