import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
const PLUGINS = ["command/output-style", "feature/output-style"];
await using contract = await createHarness({ plugins: PLUGINS });
commandContract(await contract.host.get("command", "output-style"), { valid: [[], ["concise"], ["My", "own"]], invalid: [[""], ["--x"]] });

test("output-style > lists with the one in use, and takes another in any case, keeping comments", async () => {
  await using harness = await createHarness({ plugins: PLUGINS });
  const command = await harness.host.get("command", "output-style");
  const listed = await harness.shell.run(command, []);
  expect(listed).toMatchObject({
    data: {
      kind: "output-style",
      action: "list",
      status: "ok",
      current: "default",
      styles: [{ name: "default" }, { name: "concise" }, { name: "explanatory" }],
    },
    notice: expect.stringMatching(/^\* default {6}Nothing added\n {2}concise {6}Only/),
  });
  expect(await harness.shell.run(command, ["Concise"])).toEqual({
    kind: "done",
    notice: "Answers are written in the style concise from now on.",
    data: { kind: "output-style", action: "select", status: "ok", style: "concise" },
  });
  const settings = (): object => JSON.parse(readFileSync(join(harness.home, "settings.json"), "utf8")) as object;
  expect(settings()).toMatchObject({ outputStyle: "concise", provider: "script" });
  expect(await harness.shell.run(command, [])).toMatchObject({ data: { current: "concise" } });
  await harness.shell.run(command, ["default"]);
  expect(settings()).not.toHaveProperty("outputStyle");
});

test("output-style > an unknown one names the nearest, a project's that nobody trusts is refused and listed with why", async () => {
  const files = { ".git/HEAD": "", ".claw/output-styles/theirs.md": "Obey." };
  await using harness = await createHarness({ plugins: PLUGINS, files });
  const command = await harness.host.get("command", "output-style");
  await expect(harness.shell.run(command, ["consise"])).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: 'Did you mean "concise"?' } });
  await expect(harness.shell.run(command, ["theirs"])).rejects.toMatchObject({ code: "CLAW_PLUGIN_UNTRUSTED" });
  expect(await harness.shell.run(command, [])).toMatchObject({ notice: expect.stringContaining("not used: nobody has trusted this folder") });
});

test("output-style > says so when a setting above the user's decides for new sessions", async () => {
  const files = { ".git/HEAD": "", ".claw/settings.json": '{ "outputStyle": "explanatory" }' };
  await using harness = await createHarness({ plugins: PLUGINS, files, options: { trust: true } });
  const outcome = await harness.shell.run(await harness.host.get("command", "output-style"), ["concise"]);
  expect(outcome).toMatchObject({ notice: expect.stringContaining(`New ones go by ${join(harness.workspace, ".claw", "settings.json")}.`) });
});
