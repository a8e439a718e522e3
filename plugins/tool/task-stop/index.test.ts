import { expect, test } from "bun:test";
import type { ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const PLUGINS = ["tool/bash", "tool/task-stop", "feature/processes", "feature/workspace"];
const harness = (): Promise<Harness> => createHarness({ plugins: PLUGINS, answers: Array.from({ length: 20 }, () => "yes") });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "TaskStop"), {
    valid: [{ task_id: "t1" }],
    invalid: [{}, { task_id: "" }, { task_id: "t1", force: true }],
  });
}

test("TaskStop > ends the task with its children and gives its last words", async () => {
  await using on = await harness();
  const started = await on.call("bash", { command: "sleep 300 & echo $!; trap 'echo bye; exit 5' TERM; wait", run_in_background: true });
  const { task, spill } = started.details as { task: string; spill: string };
  const child = Number(text(await on.call("bash", { command: `until [ -s ${spill} ]; do :; done; cat ${spill}` })));
  const stopped = await on.call("TaskStop", { task_id: task });
  expect(text(stopped)).toBe(`Stopped task ${task} (exit code 5). All output: ${spill}\nSince the last look:\n${child}\nbye`);
  expect(stopped.details).toEqual({ task, kind: "command", name: expect.any(String), running: false, code: 5, signal: null, spill });
  expect(text(await on.call("bash", { command: `grep -s ^State /proc/${child}/status | grep -v Z` }))).toBe("[exit code 1]");
  expect(text(await on.call("TaskStop", { task_id: task }))).toContain(`Task ${task} had already ended (exit code 5).`);
  const unknown = await on.call("TaskStop", { task_id: "t0" });
  expect([text(unknown), unknown.failed]).toEqual([expect.stringContaining('There is no task "t0"'), true]);
}, 20_000);
