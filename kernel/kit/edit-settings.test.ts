import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { editSettings, type SettingEdit } from "./edit-settings.ts";

let home = "";
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "claw-edit-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function edit(text: string | undefined, ...edits: readonly SettingEdit[]): Promise<string> {
  const path = join(home, "settings.json");
  rmSync(path, { force: true });
  if (text !== undefined) writeFileSync(path, text);
  await editSettings(home, "it", () => edits);
  return readFileSync(path, "utf8");
}

test.each([
  ["a file that is not there", undefined, [{ path: ["model"], value: "opus" }], '{\n  "model": "opus"\n}\n'],
  ["an empty file", "", [{ path: ["a", "b"], value: [1] }], '{\n  "a": {\n    "b": [\n      1\n    ]\n  }\n}\n'],
  ["a comment", '{\n  // mine\n  "model": "x", // why\n}\n', [{ path: ["model"], value: "y" }], '{\n  // mine\n  "model": "y", // why\n}\n'],
  ["a key to remove", '{\n  "a": 1,\n  "b": 2\n}\n', [{ path: ["a"] }], '{\n  "b": 2\n}\n'],
  ["the only key, and the comma behind it", '{ "a": 1, }', [{ path: ["a"] }], "{\n  \n}\n"],
  ["a list", '{\n  "l": ["a"] // all\n}\n', [{ path: ["l"], value: "b", added: true }], '{\n  "l": [\n    "a",\n    "b"\n  ] // all\n}\n'],
  ["CRLF and a BOM", '\uFEFF{\r\n  "a": 1\r\n}\r\n', [{ path: ["b"], value: 2 }], '\uFEFF{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n'],
  ["nothing to do", '{ "a": 1 }', [], '{ "a": 1 }'],
] as const)("editSettings > %s", async (_, before, edits, after) => {
  expect(await edit(before, ...edits)).toBe(after);
});

test("editSettings > is private, stays a link, and leaves no other file behind", async () => {
  const real = join(home, "real.json");
  const path = join(home, "settings.json");
  writeFileSync(real, "{}", { mode: 0o644 });
  rmSync(path, { force: true });
  symlinkSync(real, path);
  expect(await editSettings(home, "it", () => [{ path: ["a"], value: 1 }])).toBe(true);
  expect(await editSettings(home, "it", () => [{ path: ["a"], value: 1 }])).toBe(false);
  expect([JSON.parse(readFileSync(real, "utf8")), statSync(real).mode & 0o777]).toEqual([{ a: 1 }, 0o600]);
  expect(readdirSync(home).sort()).toEqual(["real.json", "settings.json"]);
  rmSync(real);
});

test.each(['{ "a": ', "[]", "7", "{} trailing"])("editSettings > %j is left alone", async (text) => {
  await expect(edit(text, { path: ["a"], value: 1 })).rejects.toMatchObject({
    code: "CLAW_CONFIG_INVALID",
    message: expect.stringContaining("it was not saved"),
  });
  expect(readFileSync(join(home, "settings.json"), "utf8")).toBe(text);
});

test("editSettings > what another program wrote in between is kept", async () => {
  const path = join(home, "settings.json");
  writeFileSync(path, "{}");
  let asked = 0;
  await editSettings(home, "it", () => {
    asked += 1;
    if (asked === 1) writeFileSync(path, '{ "theirs": true }');
    return [{ path: ["ours"], value: true }];
  });
  expect([asked, JSON.parse(readFileSync(path, "utf8"))]).toEqual([2, { theirs: true, ours: true }]);
});

test("editSettings > a home that cannot be made is an error in words, not a bug", async () => {
  const file = join(home, "no-folder");
  writeFileSync(file, "");
  const refused = editSettings(join(file, "home"), "the rule", () => [{ path: ["a"], value: 1 }]);
  await expect(refused).rejects.toMatchObject({
    code: "CLAW_CONFIG_UNREADABLE",
    message: `${join(file, "home", "settings.json")}: the rule was not saved (ENOTDIR)`,
  });
});
