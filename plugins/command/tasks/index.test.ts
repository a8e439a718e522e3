import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract } from "claw/testing";

const PLUGINS = ["command/tasks", "feature/tasks", "feature/processes", "feature/workspace", "tool/bash"];

pluginContract(import.meta.dir);
{
  await using on = await createHarness({ plugins: PLUGINS });
  commandContract(await on.host.get("command", "tasks"), {
    valid: [[], ["list"], ["show", "t1"], ["stop", "t1"]],
    invalid: [["dance"], ["show"], ["stop", ""], ["list", "x"]],
  });
}

test("tasks > lists, shows and stops", async () => {
  await using on = await createHarness({ plugins: PLUGINS, answers: ["yes"] });
  const command = await on.host.get("command", "tasks");
  expect(await on.shell.run(command, [])).toEqual({
    kind: "done",
    notice: "There are no background tasks in this session.",
    data: { kind: "tasks", action: "list", status: "ok", count: 0, tasks: [] },
  });
  const { task, spill } = (await on.call("bash", { command: "sleep 300", run_in_background: true })).details as { task: string; spill: string };
  const listed = await on.shell.run(command, ["list"]);
  expect(listed).toMatchObject({
    notice: expect.stringContaining(`${task}  command  sleep 300: still running`),
    data: { count: 1, tasks: [{ id: task, state: "running" }] },
  });
  expect(await on.shell.run(command, ["show", task])).toMatchObject({ notice: expect.stringContaining(`\nAll output: ${spill}`) });
  expect(await on.shell.run(command, ["stop", task])).toMatchObject({
    notice: expect.stringContaining("ended by SIGTERM"),
    data: { task: { state: "stopped" } },
  });
  await expect(on.shell.run(command, ["stop", "t0"])).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: `Known: ${task}.` } });
}, 20_000);
