import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Editor } from "claw/kit";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
const PLUGINS = ["command/vim", "feature/editor", "feature/keymap-emacs", "feature/keymap-vim"];
{
  await using harness = await createHarness({ plugins: PLUGINS });
  commandContract(await harness.host.get("command", "vim"), { valid: [[], ["on"], ["off"]], invalid: [["maybe"], ["on", "off"]] });
}

test("vim > switches every line editor at once, and in the user's settings", async () => {
  await using harness = await createHarness({ plugins: PLUGINS });
  const command = await harness.host.get("command", "vim");
  const editor = await harness.host.use(Editor);
  const line = await editor.open({ cwd: harness.workspace });
  const mode = (): string | undefined => line.frame({ width: 20 }).mode;
  const kept = (): unknown => JSON.parse(readFileSync(join(harness.home, "settings.json"), "utf8")).editorMode;
  expect(mode()).toBeUndefined();
  expect(await harness.shell.run(command, [])).toMatchObject({ kind: "done", data: { editorMode: "vim", previous: "emacs" } });
  expect([mode(), kept(), editor.keymap]).toEqual(["INSERT", "vim", "vim"]);
  await harness.shell.run(command, ["on"]);
  expect(kept()).toBe("vim");
  await harness.shell.run(command, []);
  expect([mode(), kept(), editor.keymap]).toEqual([undefined, "emacs", "emacs"]);
});
