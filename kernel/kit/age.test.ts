import { expect, test } from "bun:test";
import { ago } from "./age.ts";

const MINUTE = 60_000;
test.each([
  [-1, "just now"],
  [59_999, "just now"],
  [MINUTE, "1 min ago"],
  [60 * MINUTE - 1, "59 min ago"],
  [60 * MINUTE, "1 h ago"],
  [48 * 60 * MINUTE - 1, "47 h ago"],
  [48 * 60 * MINUTE, "2 days ago"],
  [400 * 24 * 60 * MINUTE, "400 days ago"],
])("ago > %i is %s", (ms, words) => {
  expect(ago(ms)).toBe(words);
});
