import { expect, test } from "bun:test";
import type { CommandOutcome, Json } from "claw";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";
import { contextText, dollars, priceText, table } from "./words.ts";

const PLUGINS = ["command/model", "feature/slash", "provider/auto", "provider/anthropic", "provider/openai", "provider/google"];
const harness = (env: Readonly<Record<string, string>>, config: { readonly [key: string]: Json } = { provider: "auto" }): Promise<Harness> =>
  createHarness({ plugins: PLUGINS, env, config });
type Data = { readonly [key: string]: Json } & {
  readonly models: readonly { readonly [key: string]: Json }[];
  readonly providers: readonly { readonly [key: string]: Json }[];
};
async function run(on: Harness, ...words: readonly string[]): Promise<{ notice: string; data: Data }> {
  const outcome: CommandOutcome = await on.shell.run(await on.host.get("command", "model"), words);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return { notice: outcome.notice ?? "", data: outcome.data as Data };
}
const notices = (on: Harness): string[] => on.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));

pluginContract(import.meta.dir);
{
  await using on = await harness({});
  commandContract(await on.host.get("command", "model"), {
    valid: [[], ["opus"], ["list"], ["help"], ["list", "openai"], ["openrouter/a/b"]],
    invalid: [["a", "b"], [""], ["list", "a", "b"], ["a b"]],
  });
}

test("model > the one in use, those of providers with a key, and what the others lack", async () => {
  await using on = await harness({ OPENAI_API_KEY: "k" }, { provider: "auto", model: "gpt-6-sol" });
  const { notice, data } = await run(on);
  expect(notice).toStartWith("Model: gpt-6-sol via openai\n\n   Model ");
  expect(notice).toMatch(/\n\* +gpt-6-sol +openai +272k +128k +\$2 +\$10 +\$0\.2\n/);
  expect(notice).not.toMatch(/gemini-3|grok-4/);
  expect(notice).toMatch(/\nNot set up:\n(.*\n)* {2}xai +no credentials for xai: set XAI_API_KEY\n/);
  expect(notice).toContain("set OLLAMA_HOST");
  expect(data).toMatchObject({
    kind: "model",
    action: "list",
    model: "gpt-6-sol",
    resolved_model: "gpt-6-sol",
    provider: "openai",
    configured_model: "gpt-6-sol",
  });
  expect(data.models.find(({ id }) => id === "gpt-6-sol")).toEqual({
    ...{ id: "gpt-6-sol", provider: "openai", context: 272_000, max_output: 128_000, ready: true },
    price: { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
  });
  expect(data.models.find(({ provider }) => provider === "google")).toMatchObject({ ready: false });
  expect(data.providers.find(({ provider }) => provider === "xai")).toMatchObject({ ready: false, hint: "set XAI_API_KEY" });
  expect(data["aliases"]).toMatchObject({ gpt: "openai/default" });
});

test("model > without any key it says why, and fails nothing", async () => {
  await using on = await harness({});
  const { notice, data } = await run(on);
  expect(notice).toStartWith("Model: default: no credentials for the Anthropic API\n\n");
  expect(notice).toMatch(/\nNot set up:\n {2}anthropic +no credentials .*: set ANTHROPIC_API_KEY/);
  expect(data).toMatchObject({ resolved_model: null, problem: "no credentials for the Anthropic API" });
});

test("model list > all of them, or one provider's; an unknown one is a usage error", async () => {
  await using on = await harness({ OPENAI_API_KEY: "k" });
  expect((await run(on, "list")).notice).toMatch(/\n +gemini-3\.8-flash +google .* no key\n/);
  const { notice } = await run(on, "list", "xAI");
  expect(notice).toMatch(/grok-4\.7 +xai/);
  expect(notice).not.toContain("openai ");
  await expect(run(on, "list", "nobody")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.stringContaining("openai") } });
});

test("model NAME > from a shell tells of it, and changes nothing", async () => {
  await using on = await harness({ OPENAI_API_KEY: "k" });
  const { notice, data } = await run(on, "gpt-6-sol");
  expect(notice).toBe(
    'Model: gpt-6-sol via openai, 272k context, 128k output, $2 in and $10 out for a million tokens.\nUse it with `claw --model gpt-6-sol`, or for good with "model": "gpt-6-sol" in settings.json.',
  );
  expect(data).toMatchObject({ action: "show", provider: "openai", max_output: 128_000 });
  expect(on.shell.selection.model).toBe("default");
  await expect(run(on, "grok-4.7")).rejects.toMatchObject({ code: "CLAW_PROVIDER_AUTH", info: { hint: expect.stringContaining("XAI_API_KEY") } });
});

test("/model NAME > the session goes on with it, whoever's it is", async () => {
  await using on = await harness({ OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" });
  expect(await on.submit("/model gpt")).toEqual({ kind: "completed" });
  expect(on.shell.selection).toMatchObject({ provider: "auto", model: "gpt-6.2-sol" });
  expect(notices(on).at(-1)).toStartWith("Model: gpt-6.2-sol via openai, ");
  expect(await on.submit("/model gemini")).toMatchObject({ kind: "failed", error: { code: "CLAW_PROVIDER_AUTH" } });
  expect(on.shell.selection.model).toBe("gpt-6.2-sol");
});

test("/model NAME > a session that is fixed to one provider is freed when that one knows it not", async () => {
  await using on = await harness({ OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" }, { provider: "anthropic" });
  await on.submit("/model sonnet");
  expect(on.shell.selection).toMatchObject({ provider: "anthropic", model: expect.stringMatching(/^claude-sonnet/) });
  await on.submit("/model gpt-6-sol");
  expect(on.shell.selection).toMatchObject({ provider: "auto", model: "gpt-6-sol" });
  expect((await run(on)).notice).toStartWith("Model: gpt-6-sol via openai\n");
});

test("/model NAME > says that what was said so far is read anew", async () => {
  await using on = await createHarness({ plugins: ["command/model", "feature/slash", "provider/auto"] });
  await on.submit("hello");
  await on.submit("/model other");
  expect(notices(on).at(-1)).toContain("reads the conversation so far from the beginning");
  await on.submit("next");
  expect(on.requests.map(({ model }) => model.id).at(-1)).toBe("other");
  await on.submit("/model other");
  expect(notices(on).at(-1)).not.toContain("beginning");
});

test("words > sizes, prices and tables", () => {
  expect([500, 8_192, 272_000, 1_000_000, 1_048_576].map(contextText)).toEqual(["500", "8k", "272k", "1M", "1.05M"]);
  expect([2, 0.05, 0].map(dollars)).toEqual(["$2", "$0.05", "$0"]);
  const free = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  expect([priceText(undefined), priceText(free)]).toEqual(["price unknown", "free"]);
  expect(
    table([
      ["A", "N", ""],
      ["x", "10k", ""],
      ["long", "$2", "no"],
    ]),
  ).toEqual(["A       N", "x     10k", "long   $2  no"]);
});
