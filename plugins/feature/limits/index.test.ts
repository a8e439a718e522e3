// Limits in a real kernel: steps, money, sub-agents, answers that are cut, and what is no limit at all.
import { expect, test } from "bun:test";
import { definePlugin, defineTool, Hosting, type Json, type Part } from "claw";
import { createHarness, type Harness, type HarnessOptions, pluginContract, type Reply, says } from "claw/testing";
import * as v from "valibot";

pluginContract(import.meta.dir);

/** `work` does nothing; `delegate` runs a sub-agent on the same script. */
const tools = definePlugin({
  setup({ contribute }) {
    const input = v.strictObject({});
    const about = { input, access: () => "none" as const, subject: () => "" };
    const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });
    contribute("tool", defineTool({ ...about, name: "work", description: "Does nothing at all", run: async () => text("ok") }));
    contribute(
      "tool",
      defineTool({
        ...about,
        name: "delegate",
        description: "Runs a sub-agent",
        run: async (_, scope) => {
          const shell = await (await scope.use(Hosting)).open({ store: "plain", parent: scope.session.id, agent: "helper" });
          const outcome = await shell.submit({ text: "help" });
          await shell.close();
          return text(JSON.stringify(outcome));
        },
      }),
    );
  },
});
/** Costs 1 dollar: the kit's model takes 1 for a million tokens in, 0.1 for cached ones. */
const USAGE = { input: 1_000_000, output: 0, cacheRead: 0, cacheWrite: 0 };
let id = 0;
const step = (tool = "work", usage = USAGE): Reply => {
  const call = { type: "call" as const, id: `c${++id}`, tool, input: {} };
  return { parts: [call, { type: "finish", stop: "calls", usage, content: [call] }] };
};
const cut = (): Reply => {
  const call = { type: "call" as const, id: `c${++id}`, tool: "work", input: {} };
  const finish: Part = { type: "finish", stop: "length", usage: USAGE, content: [call], broken: { [call.id]: "cut at the output limit" } };
  return { parts: [finish] };
};
const harness = (script: readonly Reply[], options: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({ plugins: [tools, "feature/limits"], script, ...options });
const many = (count: number, make: () => Reply = () => step()): readonly Reply[] => Array.from({ length: count }, make);

/** Never lets a turn end by itself. */
const stubborn = definePlugin({
  setup: ({ hooks }) => void hooks.next.tap(() => ({ again: true, add: [{ role: "user", content: [{ type: "text", text: "on!" }] }] })),
});

test("max-turns > ends before another request, not a turn that is done anyway, and each turn anew", async () => {
  await using kernel = await harness(many(9), { options: { "max-turns": "2" } });
  for (const requests of [2, 4]) {
    expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "max_turns" });
    expect(kernel.requests).toHaveLength(requests);
  }
  await using done = await harness([step(), says("done")], { options: { "max-turns": "2" } });
  expect(await done.submit("go")).toEqual({ kind: "completed" });
});

test("max-turns > from config, where an option wins", async () => {
  const config = { plugins: { "@claw/feature-limits": { maxTurns: 1 } } };
  await using kernel = await harness(many(3), { config });
  expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "max_turns" });
  expect(kernel.requests).toHaveLength(1);
  await using wider = await harness(many(3), { config, options: { "max-turns": "3" } });
  await wider.submit("go");
  expect(wider.requests).toHaveLength(3);
});

test("max-turns > a plugin that insists gets one step beyond, not two", async () => {
  const plugins = [tools, "feature/limits", stubborn];
  await using kernel = await createHarness({ plugins, options: { "max-turns": "2" } });
  expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "max_turns" });
  expect(kernel.requests).toHaveLength(3);
});

test("max-budget-usd > ends once it is spent, or the next request is sure to exceed it", async () => {
  for (const [budget, requests] of [
    ["0.5", 1],
    ["1.05", 1],
    ["1.2", 2],
    ["3.5", 4],
  ] as const) {
    await using kernel = await harness(many(9), { options: { "max-budget-usd": budget } });
    expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "max_budget_usd" });
    expect([budget, kernel.requests.length]).toEqual([budget, requests]);
  }
});

test("max-budget-usd > is the session's: an answer that exceeds it still counts as one, and nothing is sent after it", async () => {
  const paid = (): Reply => ({ parts: [{ type: "finish", stop: "done", usage: USAGE, content: [{ type: "text", text: "x" }] }] });
  const options = { "max-budget-usd": "1.5" };
  await using kernel = await harness([paid(), paid(), paid()], { options });
  expect(await kernel.submit("one")).toEqual({ kind: "completed" });
  expect(await kernel.submit("two")).toEqual({ kind: "completed" });
  expect(await kernel.submit("three")).toEqual({ kind: "exit", code: 5 });
  expect(kernel.requests).toHaveLength(2);

  await using watched = await harness([paid(), paid()], { options, answers: [] });
  for (const text of ["one", "two", "three"]) expect(await watched.submit(text)).toEqual({ kind: "completed" });
  expect(watched.requests).toHaveLength(2);
  expect(JSON.stringify(watched.events)).toContain("The budget of $1.5 is spent ($2.0000): nothing was sent.");
});

test("max-budget-usd > a plugin that insists gets one step beyond, not two", async () => {
  const plugins = [tools, "feature/limits", stubborn];
  const paid = (): Reply => ({ parts: [{ type: "finish", stop: "done", usage: USAGE, content: [{ type: "text", text: "x" }] }] });
  await using kernel = await createHarness({ plugins, script: many(9, paid), options: { "max-budget-usd": "1.5" } });
  expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "max_budget_usd" });
  expect(kernel.requests).toHaveLength(3);
});

test("max-budget-usd > sub-agents count, and are ended by it too; their steps are no steps of the turn", async () => {
  await using kernel = await harness([step("delegate"), ...many(9)], { options: { "max-budget-usd": "3.5" } });
  expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "max_budget_usd" });
  expect(kernel.requests).toHaveLength(4);
  const results = JSON.stringify(kernel.shell.session.messages.at(-1));
  expect(results).toContain("max_budget_usd");

  await using steps = await harness([step("delegate"), ...many(4), says("helped"), says("done")], { options: { "max-turns": "2" } });
  expect(await steps.submit("go")).toEqual({ kind: "completed" });
});

test("max-budget-usd > a model of unknown price is said once, and not stopped", async () => {
  const unpriced = definePlugin({
    setup({ contribute }) {
      const model = { id: "mystery", context: 1_000, maxOutput: 100 };
      let left = 3;
      contribute("provider", {
        name: "mystery",
        models: async () => [model],
        resolve: async () => model,
        async *stream() {
          const call = { type: "call" as const, id: `m${left}`, tool: "work", input: {} };
          const content: Json[] = left-- > 0 ? [call] : [];
          yield { type: "finish", stop: content.length > 0 ? "calls" : "done", usage: USAGE, content: content as never };
        },
      });
    },
  });
  const plugins = [tools, unpriced, "feature/limits"];
  await using kernel = await createHarness({ plugins, config: { provider: "mystery" }, options: { "max-budget-usd": "0.01" } });
  expect(await kernel.submit("go")).toEqual({ kind: "completed" });
  const notices = kernel.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
  expect(notices).toEqual(["The price of mystery is unknown: its steps do not count towards the budget."]);
});

test("max_output > three cuts in a row in the middle of a call end the turn; a good step between starts anew", async () => {
  await using kernel = await harness(many(9, cut));
  expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "max_output" });
  expect(kernel.requests).toHaveLength(3);
  await using better = await harness([cut(), cut(), step(), cut(), cut(), says("done")]);
  expect(await better.submit("go")).toEqual({ kind: "completed" });
});

test.each([
  ["max-turns", "0"],
  ["max-turns", "-1"],
  ["max-turns", "1.5"],
  ["max-turns", "ten"],
  ["max-turns", ""],
  ["max-budget-usd", "0"],
  ["max-budget-usd", "-2"],
  ["max-budget-usd", "$2"],
  ["max-budget-usd", "1e3"],
  ["max-budget-usd", "Infinity"],
])("--%s %s is a usage error, and nothing is sent", async (name, value) => {
  await using kernel = await harness([], { options: { [name]: value } });
  expect(await kernel.submit("go")).toMatchObject({ kind: "failed", error: { code: "CLAW_USAGE" } });
  expect(kernel.requests).toEqual([]);
});
