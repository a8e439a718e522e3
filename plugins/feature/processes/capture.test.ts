import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Capture, decode, unfinished } from "./capture.ts";

const folder = mkdtempSync(join(tmpdir(), "claw-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const file = async (): Promise<string> => join(folder, String(made++));

test("Capture > keeps the same head and tail however the bytes are cut into pieces", async () => {
  const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, index) => (index * 37) % 256));
  for (const size of [1, 3, 7, 49, 50, 51, 99, 100, 101, 500, 1_000]) {
    for (const length of [0, 1, 49, 50, 51, 99, 100, 101, 149, 150, 151, 1_000]) {
      const capture = new Capture({ keep: 100, limit: 10_000, file });
      for (let at = 0; at < length; at += size) await capture.add(bytes.subarray(at, Math.min(length, at + size)));
      await capture.close();
      expect([capture.bytes, capture.written]).toEqual([length, length > 100 ? length : 0]);
      if (capture.path === undefined) expect(capture.text()).toBe(decode(bytes.subarray(0, length), false, false));
      else expect(readFileSync(capture.path).equals(bytes.subarray(0, length))).toBe(true);
      expect(capture.tail(20)).toBe(decode(bytes.subarray(Math.max(0, length - 20), length), length > 20, false));
    }
  }
});

test("Capture > two pieces at once are taken one after the other", async () => {
  const capture = new Capture({ keep: 4, limit: 100, file });
  await Promise.all(["abc", "def", "ghi"].map((text) => capture.add(Buffer.from(text))));
  await capture.close();
  expect(readFileSync(capture.path ?? "", "utf8")).toBe("abcdefghi");
});

test("Capture > a cut never splits a character and falls between lines when one is near", async () => {
  const capture = new Capture({ keep: 20, limit: 1_000, file });
  await capture.add(Buffer.from("a\n€€€€€€€€€€\nz"));
  await capture.close();
  expect(capture.text()).toBe(`a\n[… about 14 of 34 bytes left out here; the whole is in ${capture.path} …]\nz`);
});

test("Capture > goes on without a file when there can be none, and says what is lost", async () => {
  const capture = new Capture({ keep: 4, limit: 100, file: async () => join(folder, "missing", "x") });
  for (const text of ["abc", "def", "ghi"]) await capture.add(Buffer.from(text));
  await capture.close();
  expect([capture.bytes, capture.path]).toEqual([9, undefined]);
  expect(capture.text()).toMatch(/^ab\n\[… about 5 of 9 bytes left out here; the rest is lost: ENOENT.* …]\nhi$/);
});

test("decode > makes well-formed text without NUL, and a number of what is no text at all", () => {
  expect(decode(Buffer.from([97, 0, 0xff, 0xed, 0xa0, 0x80, 98]), false, false)).toBe("a\ufffd\ufffd\ufffd\ufffd\ufffdb");
  expect(decode(Buffer.concat([Buffer.from("a"), Buffer.alloc(5_000), Buffer.from("b")]), false, false)).toBe("a[5,000 unreadable characters]b");
});

test("unfinished > counts the bytes of a character that has only begun", () => {
  const counts = (text: string): number[] => [...Buffer.from(text)].map((_, index) => unfinished(Buffer.from(text).subarray(0, index + 1)));
  expect(["a", "é", "€", "😀"].map(counts)).toEqual([[0], [1, 0], [1, 2, 0], [1, 2, 3, 0]]);
  expect(unfinished(Buffer.from([0x80, 0x80, 0x80, 0x80]))).toBe(0);
});
