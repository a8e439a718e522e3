// Text from bytes and back, and cutting: every form round-trips, nothing is replaced, no code point is split.
import { expect, test } from "bun:test";
import { byteLength, clip, clipLine, decode, decodeBytes, encode, encodeAll, headOf, lineEndOf, looksBinary, plainLine, tailOf } from "./text.ts";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

test("decode > tells the form of a text and gives its bytes back", () => {
  const samples: [Uint8Array, ReturnType<typeof decode>][] = [
    [bytes(), { text: "", encoding: "utf-8", bom: false, lineEnd: "lf" }],
    [bytes(0x41, 0x0a), { text: "A\n", encoding: "utf-8", bom: false, lineEnd: "lf" }],
    [bytes(0xef, 0xbb, 0xbf, 0x41, 0x0d, 0x0a), { text: "A\r\n", encoding: "utf-8", bom: true, lineEnd: "crlf" }],
    [bytes(0xff, 0xfe, 0x3d, 0xd8, 0x00, 0xde), { text: "😀", encoding: "utf-16le", bom: true, lineEnd: "lf" }],
    [bytes(0xfe, 0xff, 0xd8, 0x3d, 0xde, 0x00, 0x00, 0x0a), { text: "😀\n", encoding: "utf-16be", bom: true, lineEnd: "lf" }],
    [bytes(0x61, 0x0d, 0x0a, 0x62, 0x0a), { text: "a\r\nb\n", encoding: "utf-8", bom: false, lineEnd: "mixed" }],
    [bytes(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf), { text: "\ufeff", encoding: "utf-8", bom: true, lineEnd: "lf" }],
  ];
  for (const [raw, decoded] of samples) {
    expect(decode(raw)).toEqual(decoded);
    if (decoded !== undefined) expect(encode(decoded.text, decoded)).toEqual(raw);
  }
});

test("decode > refuses what is neither UTF-8 nor marked UTF-16", () => {
  for (const raw of [bytes(0xe9), bytes(0xed, 0xa0, 0x80), bytes(0xff, 0xfe, 0x00, 0xd8), bytes(0xff, 0xfe, 0x41), bytes(0xc0, 0x80)]) {
    expect(decode(raw)).toBeUndefined();
  }
});

test("decodeBytes > holds every byte, and refuses what has no place in a byte", () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  const decoded = decodeBytes(all);
  expect(decoded.text.length).toBe(256);
  expect(new Uint8Array(encode(decoded.text, decoded))).toEqual(all);
  expect(() => encode("x€", decoded)).toThrow("at character 1");
});

test("encode > refuses half a surrogate pair instead of replacing it", () => {
  expect(() => encode("ab\ud83d", { encoding: "utf-8", bom: false })).toThrow("at character 2");
});

test("lineEndOf > tells the three kinds", () => {
  expect(["", "a", "a\rb", "a\n", "\n\n", "a\r\nb\r\n", "a\r\n\n", "\na\r\n"].map(lineEndOf)).toEqual([
    "lf",
    "lf",
    "lf",
    "lf",
    "lf",
    "crlf",
    "mixed",
    "mixed",
  ]);
});

test("looksBinary > NUL bytes are binary, UTF-16 is text, wherever it is cut", () => {
  const long = encode("😀".repeat(5000), { encoding: "utf-16le", bom: true });
  const shifted = encode(`a${"😀".repeat(5000)}`, { encoding: "utf-16be", bom: true });
  expect([long, shifted, bytes(0x41, 0xe9), bytes()].map(looksBinary)).toEqual([false, false, false, false]);
  expect([bytes(0x41, 0), bytes(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0), bytes(0xff, 0xfe, 0x00, 0xdc)].map(looksBinary)).toEqual([true, true, true]);
});

test("clip > keeps head and tail, says what was cut, and splits no code point", () => {
  expect(clip("short", 5)).toBe("short");
  expect(clip("a\ud800", 5)).toBe("a\ufffd");
  expect(clip("0123456789", 4)).toBe("01\n[6 characters cut]\n89");
  expect(clip("0123456789", 4, "the whole is in /x")).toBe("01\n[6 characters cut; the whole is in /x]\n89");
  expect(clip("aaaa\nbbbb\ncccc\ndddd\neeee\nffff\n", 12)).toBe("aaaa\n[20 characters (4 lines) cut]\nffff\n");
  for (let limit = 0; limit < 12; limit++) {
    const cut = clip("😀😀😀😀😀😀😀😀", limit);
    expect(cut.isWellFormed()).toBe(true);
    const kept = cut.replace(/\n\[.*\]\n|^\[.*\]\n/, "").length;
    expect(kept).toBeLessThanOrEqual(limit);
  }
});

test("clipLine > keeps the head and says how much more there is", () => {
  expect([clipLine("abc", 3), clipLine("abcd", 3), clipLine("😀😀", 3)]).toEqual(["abc", "abc… [1 more characters]", "😀… [2 more characters]"]);
});

test("headOf and tailOf > never split a code point", () => {
  expect([headOf("a😀b", 2), headOf("a😀b", 3), tailOf("a😀b", 2), tailOf("a😀b", 3), headOf("a", 0), tailOf("a", 0)]).toEqual([
    "a",
    "a😀",
    "b",
    "😀b",
    "",
    "",
  ]);
});

const TEXTS = [
  "",
  "a",
  "plain words",
  "two  spaces",
  " ",
  "  ",
  "tab\t",
  "line\n",
  "é",
  "…",
  "😀",
  "\ud83d",
  "\x7f",
  "~",
  "a ".repeat(300),
  `${"a".repeat(500)}\n`,
];

test("byteLength, encodeAll > as Buffer has it, short and long", () => {
  for (const text of [...TEXTS, "é".repeat(70_000), `${"a".repeat(70_000)}😀`]) {
    expect(byteLength(text)).toBe(Buffer.byteLength(text));
    expect(Buffer.from(encodeAll([text, "–", text]))).toEqual(Buffer.from(`${text}–${text}`.toWellFormed()));
  }
  expect(encodeAll([]).length).toBe(0);
});

test("plainLine > printable ASCII with single spaces, however long", () => {
  for (const text of TEXTS)
    for (const whole of [text, text + "-".repeat(1_000)]) expect([whole, plainLine(whole)]).toEqual([whole, !/[^ -~]| {2}/.test(whole)]);
});
