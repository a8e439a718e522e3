// Money on the built binary: what runs cost, by model and by who asked, after a restart; prices of the settings; budgets; and who broke the cached prefix.
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { call } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

interface Told {
  readonly total_cost_usd: number;
  readonly subtype: string;
  readonly warnings?: readonly string[];
  readonly usage: Readonly<Record<string, number>>;
}
interface Reported {
  readonly code: number;
  readonly told: Told & Record<string, never>;
}
/** What a command reports that asks no model. */
async function report(scratch: Scratch, words: readonly string[]): Promise<Reported> {
  const { out, code } = await scratch.run([...words, "--output-format", "json"]);
  return { code, told: JSON.parse(out) };
}
/** What a run reports that asks the mock. */
async function ask(scratch: Scratch, words: readonly string[]): Promise<Reported> {
  const { out, code } = await scratch.ask([...words, "--output-format", "json"]);
  return { code, told: JSON.parse(out) };
}
const read = call("read_file", { path: "a.txt" });

test("cost and usage > add up what runs cost, and are there after a restart", async () => {
  await using scratch = await createScratch();
  scratch.put("a.txt", "a");
  scratch.serve({ replies: [read, { text: "one" }, { text: "two" }, { text: "three" }], cached: true });
  const first = await ask(scratch, ["-p", "go", "--model", "sonnet"]);
  const second = await ask(scratch, ["-c", "-p", "more", "--model", "haiku"]);
  await ask(scratch, ["-p", "elsewhere", "--no-session", "--model", "haiku"]);
  const spent = first.told.total_cost_usd + second.told.total_cost_usd;
  expect(spent).toBeGreaterThan(0);
  const cost = await report(scratch, ["cost", "-c"]);
  expect(cost.told).toMatchObject({
    kind: "cost",
    requests: 3,
    unpriced_requests: 0,
    total_cost_usd: expect.closeTo(spent, 9),
    today: { requests: 3 },
  });
  const sum = (name: string): number => (first.told.usage[name] ?? 0) + (second.told.usage[name] ?? 0);
  for (const name of ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"])
    expect([name, cost.told.usage[name]]).toEqual([name, sum(name)]);
  const usage = await report(scratch, ["usage", "--continue"]);
  expect(usage.told).toMatchObject({
    session: {
      by_model: expect.arrayContaining([
        expect.objectContaining({ requests: 2 }),
        expect.objectContaining({ model: expect.stringMatching(/haiku/), requests: 1 }),
      ]),
      by_who: [{ who: "main", requests: 3 }],
    },
    day: { requests: 3 },
  });
  expect((await scratch.run(["usage", "days"])).out).toMatch(/^\d{4}-\d\d-\d\d {2}\$\d\.\d{4} in 3 requests: .* tokens\n\nTogether: /);
  expect((await scratch.run(["cost"])).out).toMatch(/^Today \(UTC\): \$\d\.\d{4} in 3 requests/);
});

test("usage > before anything was sent there is nothing, and nothing is written", async () => {
  await using scratch = await createScratch();
  expect(await scratch.run(["cost"])).toEqual({ out: "Today (UTC): nothing\n", err: "", code: 0 });
  expect((await scratch.run(["usage", "days"])).out).toBe("Nothing was used yet.\n");
  expect(readdirSync(scratch.home)).toEqual([]);
  expect((await scratch.run(["usage", "yesterday"])).code).toBe(2);
});

test("sub-agents > are there by name, and count towards the budget", async () => {
  await using scratch = await createScratch();
  const agent = {
    blocks: [{ type: "call", tool: "Agent", input: { description: "look", prompt: "look around", subagent_type: "Explore" } }],
  } as const;
  scratch.serve({ replies: [agent, { text: "seen" }, { text: "done" }], cached: true });
  const { told } = await ask(scratch, ["-p", "go", "--model", "sonnet"]);
  const usage = await report(scratch, ["usage", "-c"]);
  const { by_who: who, total_cost_usd: total } = (
    usage.told as unknown as { session: { by_who: { who: string; requests: number; total_cost_usd: number }[]; total_cost_usd: number } }
  ).session;
  expect(who.map((one) => [one.who, one.requests]).toSorted()).toEqual([
    ["agent:Explore", 1],
    ["main", 2],
  ]);
  expect(total).toBeCloseTo(told.total_cost_usd, 9);
  const least = Math.min(...who.map((one) => one.total_cost_usd));
  scratch.serve({ replies: [agent, { text: "seen" }, { text: "done" }], cached: true });
  const stopped = await ask(scratch, ["-p", "go", "--model", "sonnet", "--max-budget-usd", String((total - least / 2).toFixed(6))]);
  expect([stopped.code, stopped.told.subtype]).toEqual([5, "error_max_budget_usd"]);
});

test("settings > a model's price is what they say, with the provider that finds it", async () => {
  await using scratch = await createScratch();
  const models = [{ id: "claude-own-1", provider: "anthropic", price: { input: 1_000, output: 2_000 } }];
  scratch.settings({ provider: "auto", models });
  scratch.serve({ replies: [{ text: "hi", usage: { input_tokens: 100, output_tokens: 10 } }] });
  expect((await ask(scratch, ["-p", "go", "--model", "claude-own-1"])).told.total_cost_usd).toBeCloseTo(0.12, 9);
  expect((await scratch.run(["cost", "-c"])).out).toStartWith("Session: $0.1200 in 1 request: 100 fresh, 10 output tokens\n");
});

test("a plugin that breaks the cached prefix > is told with what it cost", async () => {
  await using scratch = await createScratch();
  scratch.put("a.txt", "a");
  const code = `let n = 0;
export default { setup({ hooks }) { hooks.draft.tap((draft) => ({ ...draft, system: [\`# Clock\\nIt is \${n++} o'clock\n\${"a rule ".repeat(2_000)}\`, ...draft.system] })); } };`;
  const clock = scratch.put(join(scratch.home, "clock", "index.ts"), code);
  scratch.serve({ replies: [read, { text: "done" }], cached: true });
  const { told } = await ask(scratch, ["-p", "go", "--model", "sonnet", "--plugin-dir", dirname(clock)]);
  const warning =
    /^The cached start of the conversation was lost, \d+ tokens were read again, which cost \$0\.0\d+ more: part 1 of the system prompt, "# Clock", changed from "It is \d+ o'clock" to "It is \d+ o'clock"\.$/;
  expect(told.warnings).toEqual([expect.stringMatching(warning)]);
  scratch.serve({ replies: [read, { text: "done" }], cached: true });
  const calm = await ask(scratch, ["-p", "go", "--model", "sonnet"]);
  expect(calm.told.warnings).toBeUndefined();
});
