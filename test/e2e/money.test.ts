// Money on the built binary: what runs cost, by model and by who asked, after a restart; prices of the settings; budgets; and who broke the cached prefix.
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMock, type Mock, type MockOptions } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

let scratch: Scratch;
let mock: Mock | undefined;
beforeAll(async () => {
  (await createScratch())[Symbol.dispose]();
}, 120_000);
beforeEach(async () => {
  scratch = await createScratch();
});
afterEach(async () => {
  await mock?.stop();
  mock = undefined;
  scratch[Symbol.dispose]();
});

interface Told {
  readonly total_cost_usd: number;
  readonly subtype: string;
  readonly warnings?: readonly string[];
  readonly usage: Readonly<Record<string, number>>;
}
async function json(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly told: Told & Record<string, never> }> {
  const { out, code } = await scratch.run([...words, "--output-format", "json"], { env });
  return { code, told: JSON.parse(out) };
}
/** The environment of a run against a mock that plays these, counting as a prompt cache does. */
async function serve(replies: MockOptions["replies"], cached = true): Promise<Record<string, string>> {
  await mock?.stop();
  mock = createMock({ replies, cached });
  return { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" };
}
const read = { blocks: [{ type: "call", tool: "read_file", input: { path: "a.txt" } }] } as const;

test("cost and usage > add up what runs cost, and are there after a restart", async () => {
  writeFileSync(join(scratch.work, "a.txt"), "a");
  const env = await serve([read, { text: "one" }, { text: "two" }, { text: "three" }]);
  const first = await json(["-p", "go", "--model", "sonnet"], env);
  const second = await json(["-c", "-p", "more", "--model", "haiku"], env);
  await json(["-p", "elsewhere", "--no-session", "--model", "haiku"], env);
  const spent = first.told.total_cost_usd + second.told.total_cost_usd;
  expect(spent).toBeGreaterThan(0);
  const cost = await json(["cost", "-c"]);
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
  const usage = await json(["usage", "--continue"]);
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
  expect(await scratch.run(["cost"])).toEqual({ out: "Today (UTC): nothing\n", err: "", code: 0 });
  expect((await scratch.run(["usage", "days"])).out).toBe("Nothing was used yet.\n");
  expect(readdirSync(scratch.home)).toEqual([]);
  expect((await scratch.run(["usage", "yesterday"])).code).toBe(2);
});

test("sub-agents > are there by name, and count towards the budget", async () => {
  const agent = {
    blocks: [{ type: "call", tool: "Agent", input: { description: "look", prompt: "look around", subagent_type: "Explore" } }],
  } as const;
  const env = await serve([agent, { text: "seen" }, { text: "done" }]);
  const { told } = await json(["-p", "go", "--model", "sonnet"], env);
  const usage = await json(["usage", "-c"]);
  const { by_who: who, total_cost_usd: total } = (
    usage.told as unknown as { session: { by_who: { who: string; requests: number; total_cost_usd: number }[]; total_cost_usd: number } }
  ).session;
  expect(who.map((one) => [one.who, one.requests]).toSorted()).toEqual([
    ["agent:Explore", 1],
    ["main", 2],
  ]);
  expect(total).toBeCloseTo(told.total_cost_usd, 9);
  const least = Math.min(...who.map((one) => one.total_cost_usd));
  const again = await serve([agent, { text: "seen" }, { text: "done" }]);
  const stopped = await json(["-p", "go", "--model", "sonnet", "--max-budget-usd", String((total - least / 2).toFixed(6))], again);
  expect([stopped.code, stopped.told.subtype]).toEqual([5, "error_max_budget_usd"]);
});

test("settings > a model's price is what they say, with the provider that finds it", async () => {
  mkdirSync(join(scratch.home, ".claw"));
  const models = [{ id: "claude-own-1", provider: "anthropic", price: { input: 1_000, output: 2_000 } }];
  writeFileSync(join(scratch.home, ".claw", "settings.json"), JSON.stringify({ provider: "auto", models }));
  const env = await serve([{ text: "hi", usage: { input_tokens: 100, output_tokens: 10 } }], false);
  expect((await json(["-p", "go", "--model", "claude-own-1"], env)).told.total_cost_usd).toBeCloseTo(0.12, 9);
  expect((await scratch.run(["cost", "-c"])).out).toStartWith("Session: $0.1200 in 1 request: 100 fresh, 10 output tokens\n");
});

test("a plugin that breaks the cached prefix > is told with what it cost", async () => {
  writeFileSync(join(scratch.work, "a.txt"), "a");
  mkdirSync(join(scratch.home, "clock"));
  const code = `let n = 0;
export default { setup({ hooks }) { hooks.draft.tap((draft) => ({ ...draft, system: [\`# Clock\\nIt is \${n++} o'clock\n\${"a rule ".repeat(2_000)}\`, ...draft.system] })); } };`;
  writeFileSync(join(scratch.home, "clock", "index.ts"), code);
  const { told } = await json(["-p", "go", "--model", "sonnet", "--plugin-dir", join(scratch.home, "clock")], await serve([read, { text: "done" }]));
  const warning =
    /^The cached start of the conversation was lost, \d+ tokens were read again, which cost \$0\.0\d+ more: part 1 of the system prompt, "# Clock", changed from "It is \d+ o'clock" to "It is \d+ o'clock"\.$/;
  expect(told.warnings).toEqual([expect.stringMatching(warning)]);
  const calm = await json(["-p", "go", "--model", "sonnet"], await serve([read, { text: "done" }]));
  expect(calm.told.warnings).toBeUndefined();
});
