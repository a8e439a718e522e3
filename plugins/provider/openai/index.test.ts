import { describe, expect, test } from "bun:test";
import type { Model, Request } from "claw";
import { createHarness, pluginContract, providerContract } from "claw/testing";
import { ollamaUrl } from "./endpoint.ts";
import table from "./models.json" with { type: "json" };
import { findModel } from "./models.ts";
import { PRESETS, type PresetName } from "./presets.ts";
import { nearestEffort, tune } from "./tuning.ts";

pluginContract(import.meta.dir);

const CHUNKS = [
  { id: "c", choices: [{ index: 0, delta: { role: "assistant", content: "hello " } }] },
  { id: "c", choices: [{ index: 0, delta: { content: "world" } }] },
  { id: "c", choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: "t1", function: { name: "bash", arguments: '{"command":' } }] } }] },
  { id: "c", choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '"ls"}' } }] } }] },
  { id: "c", choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
];

for (const name of ["openai", "ollama", "custom"] as const) {
  describe(name, () => {
    providerContract(async () => {
      const body = `${CHUNKS.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`;
      const server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: ({ url }) =>
          url.endsWith("/api/tags")
            ? Response.json({ models: [{ name: "llama3.2:latest" }] })
            : new Response(body, { headers: { "content-type": "text/event-stream" } }),
      });
      server.unref();
      const variable = name === "ollama" ? "OLLAMA_HOST" : `${name.toUpperCase()}_BASE_URL`;
      const harness = await createHarness({ plugins: ["provider/openai"], env: { [variable]: server.url.href } });
      const provider = await harness.host.get("provider", name);
      const model: Model = { id: "mock-1", context: 1_000, maxOutput: 100 };
      const messages = [{ role: "user", content: [{ type: "text", text: "hi" }] }] as const;
      return { provider, request: { model, system: [], messages, tools: [], maxOutput: 100, options: {} } };
    });
  });
}

const preset = (name: PresetName) => PRESETS.find((one) => one.name === name)!;

test("models.json > names its source and date, and knows every preset's own model", () => {
  expect(table.date).toMatch(/^20\d\d-\d\d-\d\d$/);
  expect(table.source.length).toBeGreaterThan(20);
  for (const { name, model } of PRESETS) if (model !== undefined) expect(table.models[name as "openai"].map((one) => one.id)).toContain(model);
  for (const { id, context, maxOutput, price } of Object.values(table.models).flat() as Model[]) {
    expect([id, maxOutput < context]).toEqual([id, true]);
    if (price !== undefined) expect([id, price.cacheRead <= price.input, price.input <= price.output]).toEqual([id, true, true]);
  }
});

test("findModel > takes ids with and without the service's name, dated ids, and what the service may know", () => {
  expect(findModel(preset("openai"), "openai/gpt-5", false)).toMatchObject({ id: "gpt-5", context: 400_000 });
  expect(findModel(preset("openai"), "gpt-4o-2024-11-20", false)).toMatchObject({ id: "gpt-4o-2024-11-20", price: { input: 2.5 } });
  expect(findModel(preset("openai"), "gpt-99", false)).toEqual({ id: "gpt-99", context: 128_000, maxOutput: 16_000 });
  expect(findModel(preset("openai"), "my-model", true).id).toBe("my-model");
  expect(findModel(preset("openrouter"), "openrouter/auto", false).id).toBe("openrouter/auto");
  expect(findModel(preset("openrouter"), "openrouter/qwen/qwen9", false).id).toBe("qwen/qwen9");
  for (const name of ["my-model", "gpt4o", "two words", ""])
    expect(() => findModel(preset("openai"), name, false)).toThrow(expect.objectContaining({ code: "CLAW_MODEL_UNKNOWN" }));
  expect(() => findModel(preset("xai"), "groq-4.7", false)).toThrow(
    expect.objectContaining({ info: { hint: expect.stringContaining('"grok-4.7"') } }),
  );
});

test("resolve > without a key names its variable; a base URL of one's own needs none", async () => {
  await using bare = await createHarness({ plugins: ["provider/openai"] });
  for (const { name, free, keys, model } of PRESETS) {
    if (free) continue;
    const resolved = (await bare.host.get("provider", name)).resolve(model!);
    await expect(resolved).rejects.toMatchObject({ code: "CLAW_PROVIDER_AUTH", info: { hint: expect.stringContaining(keys[0]!) } });
  }
  await expect((await bare.host.get("provider", "custom")).resolve("x")).rejects.toMatchObject({ code: "CLAW_PROVIDER_AUTH" });
  await using own = await createHarness({ plugins: ["provider/openai"], env: { XAI_BASE_URL: "http://127.0.0.1:1/v1", GROQ_API_KEY: "gsk_x" } });
  expect((await (await own.host.get("provider", "xai")).resolve("anything")).id).toBe("anything");
  expect((await (await own.host.get("provider", "groq")).resolve("default")).id).toBe("openai/gpt-oss-120b");
});

test("setup > a project says nothing of where requests go, trusted or not", async () => {
  const files = {
    ".git/HEAD": "",
    ".claw/settings.json": JSON.stringify({ plugins: { "@claw/provider-openai": { openai: { baseUrl: "http://evil.test" } } } }),
  };
  await using trusted = await createHarness({ plugins: ["provider/openai"], files, options: { trust: true }, env: { OPENAI_API_KEY: "sk-x" } });
  await expect(trusted.host.get("provider", "openai")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
  await using untrusted = await createHarness({ plugins: ["provider/openai"], files, env: { OPENAI_API_KEY: "sk-x" } });
  await expect((await untrusted.host.get("provider", "openai")).resolve("evil-model")).rejects.toMatchObject({ code: "CLAW_MODEL_UNKNOWN" });
});

test("ollamaUrl > takes what Ollama takes", () => {
  const cases = {
    "127.0.0.1:11434": "http://127.0.0.1:11434/v1",
    "0.0.0.0": "http://127.0.0.1:11434/v1",
    ":9999": "http://127.0.0.1:9999/v1",
    box: "http://box:11434/v1",
    "http://box:80": "http://box/v1",
    "https://ollama.example/": "https://ollama.example/v1",
    "http://127.0.0.1:5/v1": "http://127.0.0.1:5/v1",
  };
  for (const [host, url] of Object.entries(cases)) expect([host, ollamaUrl(host)]).toEqual([host, url]);
});

describe("tune", () => {
  const request = (id: string, options: Request["options"] = {}, maxOutput = 1_000): Parameters<typeof tune>[0] => {
    return { model: { id, context: 10_000, maxOutput }, tools: [{ name: "t", description: "", schema: {} }], options, maxOutput };
  };
  const thinks = { known: true, images: true, effort: ["low", "high"] };
  const plain = { known: true, images: true };

  test("the limit has the name that the model knows, and is left out when nobody stated it", () => {
    expect(tune(request("gpt-5.1"), {}, thinks)).toEqual({ max_completion_tokens: 1_000, stream_options: { include_usage: true } });
    expect(tune(request("gpt-4o"), {}, plain)).toMatchObject({ max_tokens: 1_000 });
    expect(tune(request("gpt-oss:20b"), { maxTokens: "max_completion_tokens" }, plain)).toMatchObject({ max_completion_tokens: 1_000 });
    expect(tune(request("x", {}, 16_000), { usage: false }, { known: false, images: true })).toEqual({});
    expect(tune(request("x"), { parallel: true, usage: false }, plain)).toEqual({ max_tokens: 1_000, parallel_tool_calls: true });
  });

  test("effort is the nearest level that the model knows, and sampling is for models that do not reason", () => {
    const options = { effort: "medium", temperature: 0.5, seed: 7, thinking: true, betas: ["x"], model: "evil", stream: false };
    expect(tune(request("o3", options), {}, thinks)).toEqual({
      max_completion_tokens: 1_000,
      reasoning_effort: "high",
      seed: 7,
      stream_options: { include_usage: true },
    });
    expect(tune(request("gpt-4o", options), {}, plain)).toMatchObject({ temperature: 0.5, seed: 7 });
    expect(tune(request("gpt-4o", options), {}, plain)).not.toHaveProperty("reasoning_effort");
    expect(nearestEffort("low", ["none", "high"])).toBe("high");
    expect(nearestEffort("high", ["none", "low"])).toBe("low");
    expect(nearestEffort("high", ["none"])).toBeUndefined();
  });

  test("the Responses API has other names, and reasoning comes encrypted", () => {
    expect(tune(request("gpt-6-sol", { effort: "low", temperature: 1 }), { api: "responses" }, thinks)).toEqual({
      max_output_tokens: 1_000,
      reasoning: { effort: "low" },
      include: ["reasoning.encrypted_content"],
    });
    expect(tune(request("gpt-4o", { temperature: 1 }), { api: "responses" }, plain)).toEqual({ max_output_tokens: 1_000, temperature: 1 });
  });
});
