import { expect, test } from "bun:test";
import type { ToolResult } from "claw";
import { createHarness, pluginContract, says, toolContract } from "claw/testing";

const PLUGINS = ["tool/task-list", "tool/task-create", "tool/bash", "feature/agents", "feature/tasks", "feature/processes", "feature/workspace"];
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");

pluginContract(import.meta.dir);
{
  await using on = await createHarness({ plugins: PLUGINS });
  toolContract(await on.host.get("tool", "TaskList"), { valid: [{}], invalid: [{ x: 1 }] });
}

test("TaskList > lists commands and agents under ids of one sort", async () => {
  await using on = await createHarness({ plugins: PLUGINS, answers: ["yes", "yes"], script: [says("x"), says("x"), says("x")] });
  expect(text(await on.call("TaskList", {}))).toBe("There are no background tasks in this session.");
  await on.call("bash", { command: "sleep 300", run_in_background: true });
  await on.call("TaskCreate", { prompt: "do it" });
  const listed = await on.call("TaskList", {});
  expect(text(listed)).toMatch(/^t[0-9a-f]{6} \(command\) sleep 300: still running, \S+ s\na[0-9a-f]{6} \(agent\) general-purpose: do it: \S/);
  expect(listed.details).toMatchObject([{ kind: "command", state: "running" }, { kind: "agent" }]);
}, 20_000);
