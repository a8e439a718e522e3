import { expect, test } from "bun:test";
import { plain } from "./plain.ts";

test.each<[string, string]>([
  ["plain text\twith tab\nand line", "plain text\twith tab\nand line"],
  ["\x1b[31mred\x1b[0m", "red"],
  ["\x9b31mred", "red"],
  ["\x1b]0;title\x07after", "after"],
  ["\x1b]52;c;ZXZpbA==\x1b\\after", "after"],
  ["\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"],
  ["\x9d0;title\x9cafter", "after"],
  ["\x1bP+q544e\x1b\\after", "after"],
  ["\x1b_Gi=1;AAAA\x1b\\after", "after"],
  ["\x1b]0;never ends", "0;never ends"],
  ["\x1bcreset\x1b(Bset", "resetset"],
  ["safe\rEVIL", "safe\nEVIL"],
  ["a\r\nb", "a\nb"],
  ["a\b\b\x07\x00b\x7f", "ab"],
  ["rm \u202e txt.exe\u2066x\u2069", "rm  txt.exex"],
  ["\x1b\x1b[2J", ""],
  ["héllo 🦀 日本", "héllo 🦀 日本"],
])("plain > makes %j safe", (text, expected) => {
  expect(plain(text)).toBe(expected);
});

test("plain > leaves no control character, whatever is thrown at it", () => {
  const bytes = ["\x1b", "[", "]", "0", ";", "m", "\x07", "\\", "\x9c", "\x9b", "P", "a", "\r", "\n", "\u202e", "\x90"];
  let seed = 7;
  for (let round = 0; round < 2_000; round++) {
    let text = "";
    for (let at = 0; at < 24; at++) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      text += bytes[seed % bytes.length];
    }
    expect(plain(text)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
  }
});

test("plain > time grows with length only", () => {
  const started = process.cpuUsage();
  for (const start of ["\x1b]", "\x9d", "\x1bP", "\x9b", "\x1b[", "\x1b", "\r"]) plain(start.repeat(200_000));
  plain(`\x1b[${";".repeat(1_000_000)}`);
  expect(process.cpuUsage(started).user).toBeLessThan(1_500_000);
});
