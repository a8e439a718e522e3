import { expect, test } from "bun:test";
import { definePlugin } from "claw";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/system-prompt"] });
commandContract(await contract.host.get("command", "system-prompt"), { valid: [[]], invalid: [["x"]] });

const prompting = definePlugin({
  setup({ hooks }) {
    hooks.draft.tap((draft) => ({ ...draft, system: [...draft.system, "Be brief.", "It is dày."] }));
  },
});

test("system-prompt > is what the next request carries, and sends none", async () => {
  await using harness = await createHarness({ plugins: ["command/system-prompt", prompting] });
  const outcome = await harness.shell.run(await harness.host.get("command", "system-prompt"), []);
  const message = "Be brief.\n\nIt is dày.";
  const data = { kind: "system-prompt", status: "ok", message, sections: ["Be brief.", "It is dày."], bytes: 22, tools: [] };
  expect(outcome).toEqual({ kind: "done", notice: message, data });
  expect(harness.requests).toEqual([]);
  await harness.submit("go");
  expect(harness.requests[0]?.system).toEqual(["Be brief.", "It is dày."]);
});
