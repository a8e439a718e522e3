// `claw demo`, the run that needs no key and no network: everything but the model's words is real.
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createScratch } from "../support/binary.ts";

test("demo > fixes a failing test, says what is scripted, and leaves nothing behind", async () => {
  await using scratch = await createScratch();
  const { out, err, code } = await scratch.run(["demo"]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  expect(out).toMatch(/script/i);
  expect(out.indexOf("1 fail")).toBeGreaterThan(0);
  expect(out.indexOf("0 fail")).toBeGreaterThan(out.indexOf("1 fail"));
  expect(out).toMatch(/^\s*[-+] /m);
  expect(readdirSync(scratch.work)).toEqual([]);
});
