import { expect, test } from "bun:test";
import type { ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const PLUGINS = ["tool/task-get", "tool/bash", "feature/processes", "feature/workspace"];
const harness = (more: readonly string[] = []): Promise<Harness> => createHarness({ plugins: [...PLUGINS, ...more], answers: ["yes", "yes"] });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "TaskGet"), { valid: [{ task_id: "t1" }], invalid: [{}, { task_id: "" }, { task_id: "t1", x: 1 }] });
}

test.each([[[]], [["feature/tasks"]]])(
  "TaskGet > tells how a command stands, with %j",
  async (more) => {
    await using on = await harness(more);
    const started = await on.call("bash", { command: "echo out; sleep 300", run_in_background: true, description: "A server" });
    const { task, spill } = started.details as { task: string; spill: string };
    const got = await on.call("TaskGet", { task_id: task });
    expect(text(got)).toMatch(
      new RegExp(`^${task} \\(command\\): A server\\nstill running, \\d+\\.\\d s\\nstarted 20[^\\n]+Z\\nall output: ${spill}$`),
    );
    expect(got.details).toEqual({ task, kind: "command", name: "A server", state: "running", running: true, code: null, signal: null, spill });
    const unknown = await on.call("TaskGet", { task_id: "t0" });
    expect([text(unknown), unknown.failed]).toEqual([`There is no task "t0" in this session. Known: ${task} (A server).`, true]);
  },
  20_000,
);
