import { expect, test } from "bun:test";
import { EDITOR_ACTIONS, keymapToken } from "claw/kit";
import { createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

test("keymap-emacs > every key is bound to an action that there is, and letters are text", async () => {
  await using harness = await createHarness({ plugins: ["feature/keymap-emacs"] });
  const keymap = await harness.host.use(keymapToken("emacs"));
  expect(Object.values(keymap.bindings).filter((action) => !(action in EDITOR_ACTIONS))).toEqual([]);
  expect(Object.keys(keymap.bindings).filter((keys) => !/^(ctrl|alt)\+/.test(keys))).toEqual([]);
  expect(keymap.look(keymap.start(), { text: "", cursor: 0 })).toEqual({ shape: "bar", typing: true, selections: [] });
});
