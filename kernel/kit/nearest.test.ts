import { expect, test } from "bun:test";
import { didYouMean, nearest } from "./nearest.ts";

test("nearest > finds what is a typing mistake away, nearest first", () => {
  expect(nearest("docter", ["doctor", "demo", "status"])).toEqual(["doctor"]);
  expect(nearest("modle", ["add-dir", "model"])).toEqual(["model"]);
  expect(nearest("per", ["permissions", "perl"])).toEqual(["permissions", "perl"]);
});

test("nearest > finds nothing for a word that is like none", () => {
  expect(nearest("zzz", ["doctor", "demo"])).toEqual([]);
});

test("didYouMean > is a sentence, or nothing", () => {
  expect(didYouMean("docter", ["doctor"])).toBe('Did you mean "doctor"?');
  expect(didYouMean("zzz", ["doctor"])).toBe("");
});
