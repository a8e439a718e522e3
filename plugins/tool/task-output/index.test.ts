import { expect, test } from "bun:test";
import type { ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const PLUGINS = ["tool/bash", "tool/task-output", "feature/processes", "feature/workspace"];
const harness = (): Promise<Harness> => createHarness({ plugins: PLUGINS, answers: Array.from({ length: 20 }, () => "yes") });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const start = async (on: Harness, command: string, more: object = {}): Promise<string> => {
  const started = await on.call("bash", { command, run_in_background: true, ...more });
  return (started.details as { task: string }).task;
};

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "TaskOutput"), {
    valid: [{ task_id: "t1" }, { task_id: "t1", block: false, timeout: 0 }],
    invalid: [{}, { task_id: "" }, { task_id: "t1", timeout: 600_001 }, { task_id: "t1", timeout: -1 }, { task_id: "t1", other: 1 }],
  });
}

test("TaskOutput > waits for the end and tells how it ended", async () => {
  await using on = await harness();
  const task = await start(on, "read x < <(sleep 0.2); echo out; exit 3");
  const result = await on.call("TaskOutput", { task_id: task });
  expect(text(result)).toMatch(/^out\n\[ended with exit code 3 after \d+\.\d s; all output: \/.*]$/);
  expect(result.details).toMatchObject({ task, running: false, code: 3, signal: null });
});

test("TaskOutput > tells a time limit, and gives long output by its end", async () => {
  await using on = await harness();
  const limited = await start(on, "sleep 300", { timeout: 200 });
  expect(text(await on.call("TaskOutput", { task_id: limited }))).toMatch(/^\(no new output\)\n\[stopped at its time limit after /);
  const long = await start(on, "seq 100000");
  const output = text(await on.call("TaskOutput", { task_id: long }));
  expect(output).toMatch(/^\[… 558,895 bytes left out here; the whole is in \/.* …]\n/);
  expect(output).toContain("\n99999\n100000\n[ended with exit code 0");
  expect(Buffer.byteLength(output)).toBeLessThan(30_500);
}, 20_000);

test("TaskOutput > an abort ends the wait, not the task", async () => {
  await using on = await harness();
  const task = await start(on, "sleep 300");
  const aborted = on.call("TaskOutput", { task_id: task, timeout: 600_000 });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  using _ = on.host.bus.on("call.started", () => resolve());
  await began;
  on.shell.abort("test");
  await aborted;
  expect(text(await on.call("TaskOutput", { task_id: task, block: false }))).toContain("still running");
}, 20_000);
