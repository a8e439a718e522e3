import { expect, test } from "bun:test";
import { assembleFilter } from "./seccomp.ts";

test("assembleFilter > eight bytes an instruction, little-endian, operands without a sign", () => {
  const bytes = assembleFilter([
    [0x15, 1, 2, 0xc000_003e],
    [0x06, 0, 0, 0x8000_0000 | 0],
  ]);
  expect([...bytes]).toEqual([0x15, 0, 1, 2, 0x3e, 0, 0, 0xc0, 0x06, 0, 0, 0, 0, 0, 0, 0x80]);
  expect(assembleFilter([]).length).toBe(0);
});
