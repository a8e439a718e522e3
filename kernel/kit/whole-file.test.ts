import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWholeFile } from "./whole-file.ts";

const root = mkdtempSync(join(tmpdir(), "claw-whole-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = join(root, "file.json");

test("writeWholeFile > new or in the place of another, with the mode, and nothing beside it", async () => {
  expect(await writeWholeFile(path, "one")).toBe(true);
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["one", 0o600]);
  expect(await writeWholeFile(path, "two", 0o644)).toBe(true);
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["two", 0o644]);
  expect(readdirSync(root)).toEqual(["file.json"]);
});

test("writeWholeFile > a no at the last moment and a failure leave what was there", async () => {
  await writeWholeFile(path, "before");
  expect(await writeWholeFile(path, "after", 0o600, async () => false)).toBe(false);
  expect(await writeWholeFile(path, "after", 0o600, () => Promise.reject(new Error("stop"))).catch((thrown: unknown) => thrown)).toEqual(
    new Error("stop"),
  );
  mkdirSync(join(root, "folder"));
  expect(await writeWholeFile(join(root, "folder"), "x").catch((thrown: unknown) => thrown)).toBeInstanceOf(Error);
  expect([readFileSync(path, "utf8"), readdirSync(root).sort()]).toEqual(["before", ["file.json", "folder"]]);
});
