import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSource, within } from "./sources.ts";

const cwd = realpathSync(mkdtempSync(join(tmpdir(), "claw-sources-")));
afterAll(() => rmSync(cwd, { recursive: true }));
mkdirSync(join(cwd, "plug", "in"), { recursive: true });
writeFileSync(join(cwd, "a.tgz"), "");
writeFileSync(join(cwd, "single.ts"), "");
symlinkSync("/etc", join(cwd, "out"));

test.each<[string, object]>([
  ["claw-echo", { sort: "npm", name: "claw-echo", range: "", text: "claw-echo" }],
  ["npm:claw-echo", { sort: "npm", name: "claw-echo", text: "claw-echo" }],
  ["@me/echo@1.2.3", { sort: "npm", name: "@me/echo", range: "1.2.3", text: "@me/echo@1.2.3" }],
  ["echo@^1.0.0 || >=3", { sort: "npm", name: "echo", range: "^1.0.0 || >=3" }],
  ["echo@next", { sort: "npm", name: "echo", range: "next" }],
  ["./plug", { sort: "folder", path: join(cwd, "plug"), text: join(cwd, "plug") }],
  ["plug/in", { sort: "folder", path: join(cwd, "plug", "in") }],
  ["./a.tgz", { sort: "tarball", path: join(cwd, "a.tgz") }],
  ["https://x.org/a-1.0.0.tgz", { sort: "tarball", url: "https://x.org/a-1.0.0.tgz" }],
  ["https://github.com/me/echo", { sort: "git", url: "https://github.com/me/echo" }],
  ["github:me/echo#v1", { sort: "git", url: "https://github.com/me/echo.git", ref: "v1", text: "https://github.com/me/echo.git#v1" }],
  ["git+https://x.org/echo#main", { sort: "git", url: "https://x.org/echo", ref: "main" }],
  ["https://x.org/echo.git", { sort: "git", url: "https://x.org/echo.git" }],
  ["git@github.com:me/echo.git", { sort: "git", url: "git@github.com:me/echo.git" }],
  ["ssh://git@x.org/echo", { sort: "git", url: "ssh://git@x.org/echo" }],
])("parseSource > %s", (word, expected) => {
  expect(parseSource(word, cwd)).toMatchObject(expected);
});

test.each([
  "",
  "two words",
  "./nowhere",
  "./single.ts",
  "x@npm:y",
  "../../x y",
  "https://x.org/page",
  "github:me/echo#--upload-pack=x",
  "@me",
  "ext::sh -c id",
])("parseSource > %j is none", (word) => {
  expect(() => parseSource(word, cwd)).toThrow(expect.objectContaining({ code: "CLAW_USAGE" }));
});

test("parseSource > a folder of the project is kept relative to it", () => {
  expect(parseSource("./in", join(cwd, "plug"), cwd).text).toBe("./plug/in");
  expect(parseSource("..", join(cwd, "plug"), join(cwd, "plug")).text).toBe(cwd);
});

test("within > only folders inside, links followed", () => {
  expect(within(cwd, "./plug")).toBe(join(cwd, "plug"));
  expect(["..", "out", "/etc", "nowhere", "a.tgz"].map((path) => within(cwd, path))).toEqual([undefined, undefined, undefined, undefined, undefined]);
});
