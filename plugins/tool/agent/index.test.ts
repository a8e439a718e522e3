import { expect, test } from "bun:test";
import { calls, createHarness, type Harness, pluginContract, says, toolContract } from "claw/testing";

const PLUGINS = ["tool/agent", "feature/agents", "feature/tasks", "feature/workspace"];
const harness = (script: Parameters<typeof createHarness>[0]["script"] = []): Promise<Harness> => createHarness({ plugins: PLUGINS, script });

pluginContract(import.meta.dir);
{
  await using on = await harness();
  const tool = await on.host.get("tool", "Agent");
  toolContract(tool, {
    valid: [
      { description: "a part", prompt: "do it" },
      { description: "a part", prompt: "do it", subagent_type: "Explore", name: "Ann", model: "small", run_in_background: true },
    ],
    invalid: [
      {},
      { prompt: "do it" },
      { description: "a part" },
      { description: "", prompt: "x" },
      { description: "x", prompt: "x", isolation: "worktree" },
    ],
  });
  test("Agent > only reads, and rules match its type", () => {
    const input = { description: "a", prompt: "p" };
    expect([tool.access(input), tool.subject(input), tool.subject({ ...input, subagent_type: "Plan" })]).toEqual(["read", "general-purpose", "Plan"]);
  });
}

test("Agent > gives back the answer, its facts, and progress meanwhile", async () => {
  await using other = await harness([calls("Agent", { description: "a part", prompt: "do it", name: "Ann" }), says("The answer."), says("ok")]);
  await other.submit("go");
  const ended = other.events.find((event) => event.type === "call.ended");
  const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0 };
  expect(ended?.data).toMatchObject({
    ...{ tool: "Agent", failed: false, content: [{ type: "text", text: "The answer." }] },
    details: { agent: "Ann (general-purpose)", model: "default", outcome: "completed", steps: 1, calls: 0, usage, cost: 0.00002 },
  });
  const updates = other.events.flatMap((event) => (event.type === "call.progress" ? [event.data.update] : []));
  expect(updates).toEqual([{ agent: "Ann (general-purpose)", session: expect.any(String), tail: "", steps: 1, calls: 0, tokens: 15 }]);
});

test("Agent > its description and schema are small", async () => {
  await using on = await harness();
  await on.submit("hi");
  expect(Buffer.byteLength(JSON.stringify(on.requests[0]?.tools))).toBeLessThan(1_200);
});
