// The router among real providers: none of them is asked anything over the network but a local server of ours.
import { describe, expect, test } from "bun:test";
import type { Json } from "claw";
import { Models } from "claw/kit";
import { createHarness, pluginContract, providerContract } from "claw/testing";
import table from "./routes.json" with { type: "json" };
import { ownerOf } from "./routes.ts";

pluginContract(import.meta.dir);

const PLUGINS = ["provider/auto", "provider/anthropic", "provider/openai", "provider/google"];
const KEYS = {
  ANTHROPIC_API_KEY: "sk-ant-x",
  OPENAI_API_KEY: "k",
  GEMINI_API_KEY: "k",
  XAI_API_KEY: "k",
  DASHSCOPE_API_KEY: "k",
  DEEPSEEK_API_KEY: "k",
};
const harness = (env: Readonly<Record<string, string>>, config: { readonly [key: string]: Json } = {}) =>
  createHarness({ plugins: PLUGINS, env, config });
/** What names lead to: the provider and the model's id, or the error's code. */
async function led(names: readonly string[], env: Readonly<Record<string, string>>, config: { readonly [key: string]: Json } = {}) {
  await using on = await harness(env, config);
  const { find } = await on.host.use(Models);
  const told = await Promise.all(
    names.map((name) =>
      find(name).then(
        ({ provider, model }) => `${provider} ${model.id}`,
        (error: { code: string }) => error.code,
      ),
    ),
  );
  return Object.fromEntries(names.map((name, at) => [name, told[at]]));
}

const FRAMES = [
  { id: "c", choices: [{ index: 0, delta: { content: "hello" }, finish_reason: null }] },
  { id: "c", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
];
/** A server of the user's own that answers every request with one word, and keeps what it was asked. */
function server() {
  const bodies: { readonly model: string }[] = [];
  const own = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      bodies.push((await request.json()) as { model: string });
      const text = [...FRAMES.map((frame) => JSON.stringify(frame)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
      return new Response(text, { headers: { "content-type": "text/event-stream" } });
    },
  });
  own.unref();
  return { url: `${own.url.href}v1`, bodies, [Symbol.asyncDispose]: () => own.stop(true) };
}

providerContract(async () => {
  const on = await createHarness({ plugins: PLUGINS, env: { OPENAI_BASE_URL: server().url } });
  const provider = await on.host.get("provider", "auto");
  const messages = [{ role: "user", content: [{ type: "text", text: "hi" }] }] as const;
  return { provider, request: { model: await provider.resolve("gpt-6-sol"), system: [], messages, tools: [], maxOutput: 100, options: {} } };
});

test("find > a name's provider is that of its family, its prefix, or its own name", async () => {
  const names = ["default", "sonnet", "claude-x-9", "gpt-6-sol", "o4-mini", "gemini-3.8-flash", "grok-4.7", "qwen3.8-max", "kimi-k2.7-code"];
  const more = ["deepseek-v4-pro", "openai/gpt-6-sol", "qwen/qwen3.8-max", "local/gpt-6-sol", "Gemini", "xai", "ANTHROPIC/opus"];
  const { default: usual, sonnet, opus, ...rest } = await led([...names, ...more], KEYS);
  expect([usual, sonnet, opus]).toEqual([
    expect.stringMatching(/^anthropic claude-opus/),
    expect.stringMatching(/^anthropic claude-sonnet/),
    undefined,
  ]);
  expect(rest).toEqual({
    "claude-x-9": "anthropic claude-x-9",
    "gpt-6-sol": "openai gpt-6-sol",
    "o4-mini": "openai o4-mini",
    "gemini-3.8-flash": "google gemini-3.8-flash",
    "grok-4.7": "xai grok-4.7",
    "qwen3.8-max": "dashscope qwen3.8-max",
    "kimi-k2.7-code": "dashscope kimi-k2.7-code",
    "deepseek-v4-pro": "deepseek deepseek-v4-pro",
    "openai/gpt-6-sol": "openai gpt-6-sol",
    "qwen/qwen3.8-max": "dashscope qwen3.8-max",
    "local/gpt-6-sol": "openai gpt-6-sol",
    Gemini: "google gemini-3.8-flash",
    xai: "xai grok-4.7",
    "ANTHROPIC/opus": expect.stringMatching(/^anthropic claude-opus/),
  });
});

test("find > a model of somebody else's server keeps its provider in front, and a vendor's name leads to OpenRouter", async () => {
  expect(await led(["groq/openai/gpt-oss-120b", "openrouter/meta/llama-9"], { GROQ_API_KEY: "k", OPENROUTER_API_KEY: "k" })).toEqual({
    "groq/openai/gpt-oss-120b": "groq groq/openai/gpt-oss-120b",
    "openrouter/meta/llama-9": "openrouter openrouter/meta/llama-9",
  });
  expect(await led(["meta/llama-9", "qwen/qwen9"], { OPENROUTER_API_KEY: "k" })).toEqual({
    "meta/llama-9": "openrouter meta/llama-9",
    "qwen/qwen9": "openrouter qwen/qwen9",
  });
});

describe("find > without a key", () => {
  test.each([
    ["gpt-6-sol", "OPENAI_API_KEY"],
    ["grok-4.7", "XAI_API_KEY"],
    ["gemini-3.8-flash", "GEMINI_API_KEY"],
    ["qwen3.8-max", "DASHSCOPE_API_KEY"],
    ["deepseek-v4-pro", "DEEPSEEK_API_KEY"],
    ["mistral-medium-latest", "MISTRAL_API_KEY"],
    ["groq/x-1", "GROQ_API_KEY"],
    ["openrouter/a/b", "OPENROUTER_API_KEY"],
    ["sonnet", "ANTHROPIC_API_KEY"],
  ])("%s names %s", async (name, variable) => {
    await using on = await harness({});
    const asked = (await on.host.get("provider", "auto")).resolve(name);
    await expect(asked).rejects.toMatchObject({ code: "CLAW_PROVIDER_AUTH", info: { hint: expect.stringContaining(variable) } });
  });

  test("who else could be asked is said, and asked when nobody chose a model and there is one only", async () => {
    await using on = await harness({ XAI_API_KEY: "k" });
    const auto = await on.host.get("provider", "auto");
    await expect(auto.resolve("gpt-6-sol")).rejects.toMatchObject({ info: { hint: expect.stringContaining("--model xai/grok-4.7") } });
    expect((await auto.resolve("default")).id).toBe("grok-4.7");
    expect(on.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []))).toEqual([
      expect.stringContaining("using xai with grok-4.7"),
    ]);
    await using two = await harness({ XAI_API_KEY: "k", OPENAI_API_KEY: "k" });
    await expect((await two.host.get("provider", "auto")).resolve("default")).rejects.toMatchObject({ code: "CLAW_PROVIDER_AUTH" });
  });
});

test("find > a slip of the pen is named, whoever's model was meant", async () => {
  await using on = await harness({});
  const auto = await on.host.get("provider", "auto");
  for (const [name, near] of [
    ["sonet", "sonnet"],
    ["gpt-6-solo", undefined],
    ["openai/grok", undefined],
    ["gemni", "gemini"],
  ] as const) {
    const failed = await auto.resolve(name).catch((error: { code: string; info: { hint?: string } }) => error);
    if (near !== undefined) expect(failed).toMatchObject({ code: "CLAW_MODEL_UNKNOWN", info: { hint: `Did you mean "${near}"?` } });
    else expect(failed).toMatchObject({ code: expect.stringMatching(/^CLAW_(MODEL_UNKNOWN|PROVIDER_AUTH)$/) });
  }
});

test("anthropic/NAME > with a base URL of one's own any name is its server's; a slip is still a slip, and without one nobody has it", async () => {
  const env = { ANTHROPIC_BASE_URL: "http://127.0.0.1:9", ANTHROPIC_API_KEY: "k" };
  const names = ["anthropic/my-model", "anthropic/llama", "anthropic/hiaku", "my-model"];
  const unknown = "CLAW_MODEL_UNKNOWN";
  expect(await led(names, env)).toEqual({
    ...{ "anthropic/my-model": "anthropic anthropic/my-model", "anthropic/llama": "anthropic anthropic/llama" },
    ...{ "anthropic/hiaku": unknown, "my-model": unknown },
  });
  expect(await led(names.slice(0, 2), { ANTHROPIC_API_KEY: "k" })).toEqual({ "anthropic/my-model": unknown, "anthropic/llama": unknown });
});

test("stream > the provider is asked for its own name of the model, and its words come through", async () => {
  await using own = server();
  await using on = await createHarness({
    plugins: PLUGINS,
    env: { CUSTOM_BASE_URL: own.url },
    config: { provider: "auto", model: "custom/big/one" },
  });
  expect(await on.submit("hi")).toEqual({ kind: "completed" });
  expect(own.bodies.map(({ model }) => model)).toEqual(["big/one"]);
  expect(on.shell.session.messages.at(-1)?.content).toEqual([{ type: "text", text: "hello" }]);
  expect(on.events.flatMap((event) => (event.type === "step.ended" ? [event.data.model] : []))).toEqual(["custom/big/one"]);
});

test("custom > its base URL may come from the settings, and a name that nobody else has is its", async () => {
  const plugins = { "@claw/provider-openai": { custom: { baseUrl: "http://127.0.0.1:9/v1" } } };
  expect(await led(["llama-9:70b", "gpt-6-sol"], {}, { plugins })).toEqual({ "llama-9:70b": "custom llama-9:70b", "gpt-6-sol": "custom gpt-6-sol" });
  expect(await led(["llama-9:70b", "custom/x"], {})).toEqual({ "llama-9:70b": "CLAW_MODEL_UNKNOWN", "custom/x": "CLAW_PROVIDER_AUTH" });
});

test("ollama > with OLLAMA_HOST a tag is its, other families never are", async () => {
  const own = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) =>
      Response.json(new URL(request.url).pathname === "/api/tags" ? { models: [{ name: "qwen3:8b" }, { name: "phi:latest" }] } : {}),
  });
  try {
    expect(await led(["qwen3:8b", "phi", "gpt-6-sol", "grok-4.7", "default", "ollama"], { OLLAMA_HOST: own.url.host, OPENAI_API_KEY: "k" })).toEqual({
      "qwen3:8b": "ollama qwen3:8b",
      phi: "ollama phi",
      "gpt-6-sol": "openai gpt-6-sol",
      "grok-4.7": "CLAW_PROVIDER_AUTH",
      default: "CLAW_PROVIDER_AUTH",
      ollama: "ollama qwen3:8b",
    });
  } finally {
    await own.stop(true);
  }
});

describe("settings", () => {
  const models = [
    { id: "gpt-6-sol", provider: "openai", price: { input: 7, output: 70 } },
    { id: "mine", provider: "custom", context: 9_000 },
  ];

  test("aliases and models add names, sizes and prices", async () => {
    const aliases = { fast: "groq/openai/gpt-oss-20b", Faster: "fast" };
    await using on = await harness({ ...KEYS, GROQ_API_KEY: "k", CUSTOM_BASE_URL: "http://127.0.0.1:9/v1" }, { aliases, models });
    const auto = await on.host.get("provider", "auto");
    expect((await auto.resolve("faster")).id).toBe("groq/openai/gpt-oss-20b");
    expect(await auto.resolve("gpt-6-sol")).toMatchObject({ context: 272_000, price: { input: 7, output: 70, cacheRead: 7, cacheWrite: 7 } });
    expect(await auto.resolve("mine")).toMatchObject({ id: "mine", context: 9_000 });
    expect(await (await on.host.use(Models)).aliases()).toMatchObject({ fast: "groq/openai/gpt-oss-20b", gpt: "openai/default" });
  });

  test("an alias that leads back to itself, and a model that is none, are errors with their place", async () => {
    expect(await led(["a"], KEYS, { aliases: { a: "b", b: "a" } })).toEqual({ a: "CLAW_CONFIG_INVALID" });
    await using on = await harness(KEYS, { models: [{ id: "x", provider: "openai", context: "big" }] });
    const asked = (await on.host.get("provider", "auto")).resolve("opus");
    await expect(asked).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID", message: expect.stringContaining("models.0.context") });
  });

  test("offers > every provider with its models and whether it could be asked; the settings' own among them", async () => {
    await using on = await harness({ XAI_API_KEY: "k" }, { models });
    const offers = await (await on.host.use(Models)).offers();
    expect(offers.map(({ provider, ready }) => [provider, ready]).slice(0, 4)).toEqual([
      ["anthropic", false],
      ["openai", false],
      ["google", false],
      ["xai", true],
    ]);
    const of = (name: string) => offers.find(({ provider }) => provider === name);
    expect(of("openai")).toMatchObject({ problem: "no credentials for openai", hint: "set OPENAI_API_KEY" });
    expect(of("openai")?.models.find(({ id }) => id === "gpt-6-sol")).toMatchObject({ price: { input: 7 }, context: 272_000 });
    expect(of("groq")?.models.every(({ id }) => id.startsWith("groq/"))).toBe(true);
    expect(of("custom")).toMatchObject({ ready: false, problem: expect.stringContaining("no base URL") });
    expect(of("ollama")).toEqual({ provider: "ollama", ready: false, models: [], problem: "not set up", hint: "set OLLAMA_HOST" });
  });
});

test("routes.json > every provider it names is one of ours, and every family has its own", () => {
  const known = new Set(table.order);
  for (const name of [...table.routes.map(({ provider }) => provider), ...Object.values(table.prefixes), ...Object.keys(table.when)])
    expect(known).toContain(name);
  for (const alias of Object.values(table.aliases)) expect(known).toContain(alias.split("/")[0] ?? "");
  expect(["o3", "openrouter/x", "ft:gpt-4o:me"].map((name) => ownerOf(name, {})?.provider)).toEqual(["openai", undefined, "openai"]);
});
