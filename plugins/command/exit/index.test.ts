import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/exit"] });
commandContract(await contract.host.get("command", "exit"), { valid: [[]], invalid: [["now"]] });

test.each(["/exit", "/quit"])("exit > %s ends the session without a request", async (text) => {
  await using harness = await createHarness({ plugins: ["command/exit", "feature/slash"] });
  expect(await harness.submit(text)).toEqual({ kind: "exit", code: 0 });
  expect(harness.requests).toEqual([]);
});
