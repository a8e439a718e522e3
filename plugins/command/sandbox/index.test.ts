import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
const PLUGINS = ["command/sandbox", "feature/sandbox", "feature/processes", "feature/workspace"];
{
  await using harness = await createHarness({ plugins: PLUGINS });
  commandContract(await harness.host.get("command", "sandbox"), { valid: [[]], invalid: [["off"]] });
}

test("sandbox > says the tier as it was tried, what is written and what is hidden", async () => {
  await using harness = await createHarness({ plugins: PLUGINS });
  const outcome = await harness.shell.run(await harness.host.get("command", "sandbox"), []);
  const data = outcome.kind === "done" ? (outcome.data as Record<string, unknown>) : {};
  expect(data).toMatchObject({ kind: "sandbox", action: "show", enabled: "auto", network: false, writable: [harness.workspace] });
  expect(data["hidden"]).toContain(harness.home);
  expect(data["supported"]).toBe(data["tier"] !== "none");
  expect(outcome.kind === "done" ? outcome.notice : "").toContain(harness.workspace);
});

test("sandbox > switched off it says why, and tries nothing", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, config: { sandbox: { enabled: false } } });
  const outcome = await harness.shell.run(await harness.host.get("command", "sandbox"), []);
  expect(outcome).toMatchObject({
    data: { status: "warn", active: false, holds: false, tried: [], reason: "the setting sandbox.enabled is false" },
    notice: expect.stringContaining("none: the setting sandbox.enabled is false"),
  });
});
