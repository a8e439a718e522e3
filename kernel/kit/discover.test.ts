import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLoader } from "./loader.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "claw-discover-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["one mistake", "const a: = 3;\nexport default a;\n", "1:10: Unexpected ="],
  ["several, by the first", "export default 1;\nexport default {{{;\n", expect.stringMatching(/^2:\d+: .* \(and \d more\)$/) as unknown as string],
])("createLoader > a file that is no code: %s, with its place", async (name, text, expected) => {
  const path = join(folder, `${name.replaceAll(/\W+/g, "-")}.ts`);
  writeFileSync(path, text);
  const failed = (await createLoader(async () => ({}))(path).catch((thrown: unknown) => thrown)) as { code: string; message: string };
  expect([failed.code, failed.message.startsWith(`${path}:`)]).toEqual(["CLAW_PLUGIN_LOAD_FAILED", true]);
  expect(failed.message.slice(path.length + 1)).toEqual(expected);
});

test("createLoader > what the code itself throws stays as it is", async () => {
  const path = join(folder, "throws.ts");
  writeFileSync(path, 'throw new TypeError("mine");\n');
  await expect(createLoader(async () => ({}))(path)).rejects.toThrow(new TypeError("mine"));
});
