import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ToolResult } from "claw";
import { calls, createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const MODES = readdirSync(join(import.meta.dir, "../../permission-mode")).map((mode) => `permission-mode/${mode}`);
const harness = (script: Parameters<typeof createHarness>[0]["script"] & object = []): Promise<Harness> =>
  createHarness({
    plugins: ["tool/enter-plan-mode", "tool/exit-plan-mode", "tool/write-file", "feature/plan-mode", "feature/workspace", ...MODES],
    config: { permissionMode: "workspace-write" },
    script,
  });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "EnterPlanMode"), { valid: [{}], invalid: [{ plan: "x" }, "x"] });
}

test("EnterPlanMode > the running session can change nothing from the next step on", async () => {
  await using on = await harness([calls("EnterPlanMode", {}), calls("write_file", { path: "a", content: "x" })]);
  const plan = (await on.host.get("permission-mode", "plan")).name;
  await on.submit("go");
  expect(on.shell.selection["permission-mode"]).toBe(plan);
  expect(on.events.findLast((event) => event.type === "permission.decided")?.data).toMatchObject({
    tool: "write_file",
    decision: { verdict: "deny" },
    by: `mode:${plan}`,
  });
  expect(await Bun.file(`${on.workspace}/a`).exists()).toBe(false);
});

test("EnterPlanMode > says what follows, and when it was on already", async () => {
  await using on = await harness();
  const first = await on.call("EnterPlanMode", {});
  expect([text(first), first.details]).toEqual([expect.stringMatching(/^Plan mode is on.*ExitPlanMode/), { changed: true, active: true }]);
  const again = await on.call("EnterPlanMode", {});
  expect([text(again), again.details]).toEqual([expect.stringMatching(/^Plan mode was on already/), { changed: false, active: true }]);
});
