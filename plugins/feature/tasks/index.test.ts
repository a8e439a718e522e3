import { expect, test } from "bun:test";
import { type Block, type CommandOutcome, defineCommand, definePlugin, type TurnScope } from "claw";
import { type BackgroundTask, Tasks } from "claw/kit";
import { calls, createHarness, type Harness, pluginContract, says } from "claw/testing";
import * as v from "valibot";

pluginContract(import.meta.dir);

/** Work whose end the test decides. */
function work(id: string, kind: BackgroundTask["kind"] = "agent") {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let state: BackgroundTask["state"] = "running";
  const task: BackgroundTask = {
    ...{
      id,
      kind,
      name: `name of ${id}`,
      startedAt: Number(id.slice(1)),
      ended,
      details: {},
      fresh: async () => `said by ${id}`,
      stop: async () => "stopped",
    },
    get state() {
      return state;
    },
    get standing() {
      return state;
    },
  };
  const end = (): void => {
    state = "completed";
    resolve();
  };
  return { task, end };
}
const text = (content: readonly Block[] = []): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const add = async (on: Harness, ...tasks: readonly BackgroundTask[]): Promise<void> => {
  const service = await on.host.use(Tasks);
  for (const task of tasks) service.add(on.shell.session.id, task);
};

test("Tasks > lists what was added, with the commands of the processes service, oldest first", async () => {
  const command = calls("bash", { command: "sleep 300", run_in_background: true });
  const plugins = ["feature/tasks", "feature/processes", "feature/workspace", "tool/bash"];
  await using on = await createHarness({ plugins, script: [command, says("ok")], answers: ["yes"] });
  await add(on, work("a1").task, work(`a${Date.now() + 3_600_000}`).task);
  await on.submit("go");
  const listed = await (await on.host.use(Tasks)).list(on.shell.session.id);
  expect(listed.map(({ kind, state }) => [kind, state])).toEqual([
    ["agent", "running"],
    ["command", "running"],
    ["agent", "running"],
  ]);
  expect(await (await on.host.use(Tasks)).list("another")).toEqual([]);
  expect(on.events.filter(({ type }) => type === "task.started")).toHaveLength(3);
}, 20_000);

test("draft > what has ended is told once, an agent with its answer, a command without", async () => {
  const [agent, command, running] = [work("a1"), work("t2", "command"), work("a3")];
  await using on = await createHarness({ plugins: ["feature/tasks"], answers: [] });
  await add(on, agent.task, command.task, running.task);
  await on.submit("one");
  expect(on.requests.at(-1)?.messages).toHaveLength(1);
  for (const one of [agent, command]) one.end();
  await on.submit("two");
  expect(
    on.requests
      .at(-1)
      ?.messages.map(({ content }) => text(content))
      .slice(2),
  ).toEqual([
    "two",
    "<system-reminder>\nBackground task a1 (name of a1): completed. It said:\nsaid by a1\n\nBackground task t2 (name of t2): completed. TaskOutput has its output.\n</system-reminder>",
  ]);
  await on.submit("three");
  expect(on.requests.at(-1)?.messages).toHaveLength(6);
  const added = on.events.flatMap((event) => (event.type === "message.added" ? [event.data.message] : []));
  expect(added).toEqual([...on.shell.session.messages]);
});

test("draft > what the model has read the end of itself is not told", async () => {
  const one = work("a1");
  one.end();
  const plugins = ["feature/tasks", "feature/processes", "feature/workspace", "tool/task-output"];
  const early = definePlugin({
    setup({ bus, use }) {
      bus.on("step.started", async ({ session = "" }) => {
        const tasks = await use(Tasks);
        if ((await tasks.list(session)).length === 0) tasks.add(session, one.task);
      });
    },
  });
  await using on = await createHarness({ plugins: [...plugins, early], script: [calls("TaskOutput", { task_id: "a1" }), says("ok")], answers: [] });
  await on.submit("go");
  expect(on.requests).toHaveLength(2);
  expect(JSON.stringify(on.shell.session.messages)).toContain("said by a1");
  expect(JSON.stringify(on.shell.session.messages)).not.toContain("system-reminder");
});

test("draft > looking at a draft tells nothing", async () => {
  const one = work("a1");
  one.end();
  await using on = await createHarness({ plugins: ["feature/tasks"], answers: [] });
  await add(on, one.task);
  const run = async (_: unknown, scope: TurnScope): Promise<CommandOutcome> => ({
    kind: "done",
    data: { messages: (await scope.draft()).messages.length },
  });
  expect(await on.shell.run(defineCommand({ name: "look", summary: "Looks at a draft", args: v.unknown(), run }), [])).toMatchObject({
    data: { messages: 0 },
  });
  expect(on.shell.session.messages).toHaveLength(0);
});
