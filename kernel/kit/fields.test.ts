import { expect, test } from "bun:test";
import { fields } from "./fields.ts";

test("fields > an object, and nothing else that JSON or a program can give", () => {
  for (const value of [{}, { a: 1 }, JSON.parse('{"__proto__":1}'), Object.create(null)]) expect(fields(value)).toBe(true);
  for (const value of [null, undefined, [], [{}], "", "text", 0, true, () => ({})]) expect(fields(value)).toBe(false);
});
