import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOutside } from "./outside.ts";

const root = mkdtempSync(join(tmpdir(), "claw-outside-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = join(root, "a file.md");
const env = { PATH: process.env["PATH"] };

test("openOutside > runs VISUAL before EDITOR, with its options, on the very file", async () => {
  writeFileSync(file, "one two");
  await openOutside(file, { ...env, VISUAL: "sed -i -e s/two/three/", EDITOR: "false" });
  expect(readFileSync(file, "utf8")).toBe("one three");
});

test("openOutside > an editor that fails is told by its name", async () => {
  const error = await openOutside(file, { ...env, EDITOR: "exit 3; true" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "CLAW_TOOL_FAILED", message: "the editor `exit 3; true` ended with exit code 3" });
});
