import { expect, test } from "bun:test";
import { calls, createHarness, pluginContract, says, toolContract } from "claw/testing";

const PLUGINS = ["tool/task-create", "feature/agents", "feature/tasks", "feature/workspace"];

pluginContract(import.meta.dir);
{
  await using on = await createHarness({ plugins: PLUGINS });
  toolContract(await on.host.get("tool", "TaskCreate"), {
    valid: [{ prompt: "do it" }, { prompt: "do it", description: "a part", subagent_type: "Explore" }],
    invalid: [{}, { prompt: "" }, { prompt: "x", command: "ls" }, { prompt: "x", description: "" }],
  });
}

test("TaskCreate > really runs: the id at once, the answer with a later request", async () => {
  const script = [calls("TaskCreate", { prompt: "count\nthe files" })];
  await using on = await createHarness({
    plugins: PLUGINS,
    script: [...script, says("of one"), says("of the other"), says("x"), says("x")],
    answers: [],
  });
  const ended = Promise.withResolvers<unknown>();
  on.host.bus.on("task.ended", ({ data }) => ended.resolve(data));
  await on.submit("go");
  const result = on.events.find((event) => event.type === "call.ended");
  const text = expect.stringMatching(/^Task a[0-9a-f]{6} is running: general-purpose: count\. You are told when it ends\.$/) as unknown as string;
  expect(result?.data).toMatchObject({ failed: false, content: [{ type: "text", text }], details: { agent: "general-purpose" } });
  expect(await ended.promise).toMatchObject({ kind: "agent", state: "completed", session: on.shell.session.id });
  await on.submit("and?");
  expect(JSON.stringify(on.shell.session.messages)).toMatch(/It said:\\nof (one|the other)/);
}, 20_000);
