import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nameOfPath, namesIn, realPath } from "./paths.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-paths-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, "folder"));
writeFileSync(join(root, "folder", "a.txt"), "");
symlinkSync(join(root, "folder"), join(root, "link"));
symlinkSync(join(root, "nowhere"), join(root, "broken"));

test("realPath > follows links, and gives what leads nowhere as it is", () => {
  expect(realPath(join(root, "link", "a.txt"))).toBe(join(root, "folder", "a.txt"));
  for (const lost of [join(root, "broken"), join(root, "nothing")]) expect(realPath(lost)).toBe(lost);
});

test("namesIn > what is in a folder, nothing where there is none", () => {
  expect(namesIn(join(root, "folder"))).toEqual(["a.txt"]);
  expect(namesIn(join(root, "nothing"))).toEqual([]);
  expect(namesIn(join(root, "folder", "a.txt"))).toEqual([]);
});

test("nameOfPath > the end of the path and a mark of the whole, the same each time", () => {
  expect(nameOfPath("/home/me/work/claw")).toBe("home-me-work-claw-49d6e1fda8");
  expect(nameOfPath("/")).toMatch(/^[0-9a-f]{10}$/);
  expect(nameOfPath("/a/b")).not.toBe(nameOfPath("/a-b"));
  expect(nameOfPath(`/${"long/".repeat(100)}`)).toMatch(/^[A-Za-z0-9-]{1,48}-[0-9a-f]{10}$/);
});
