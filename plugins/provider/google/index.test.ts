import { describe, expect, test } from "bun:test";
import type { Block, Json, Message, Model } from "claw";
import { createHarness, pluginContract, providerContract } from "claw/testing";
import table from "./models.json" with { type: "json" };
import { findModel, MODELS, wantsSignatures } from "./models.ts";
import { createTranslator } from "./translate.ts";
import { tune } from "./tuning.ts";

pluginContract(import.meta.dir);

const CHUNKS = [
  { responseId: "r", candidates: [{ content: { role: "model", parts: [{ text: "hello " }] } }] },
  {
    responseId: "r",
    candidates: [{ content: { parts: [{ text: "world" }, { functionCall: { name: "bash", args: { command: "ls" } } }] }, finishReason: "STOP" }],
  },
];

providerContract(async () => {
  const body = CHUNKS.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join("");
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(body, { headers: { "content-type": "text/event-stream" } }) });
  server.unref();
  const harness = await createHarness({ plugins: ["provider/google"], env: { GEMINI_BASE_URL: server.url.href } });
  const provider = await harness.host.get("provider", "google");
  const model: Model = { id: "gemini-mock", context: 1_000, maxOutput: 100 };
  const messages = [{ role: "user", content: [{ type: "text", text: "hi" }] }] as const;
  return { provider, request: { model, system: [], messages, tools: [], maxOutput: 100, options: {} } };
});

test("models.json > names its source and date, and every alias", () => {
  expect(table.date).toMatch(/^20\d\d-\d\d-\d\d$/);
  expect(table.source.length).toBeGreaterThan(20);
  const ids = MODELS.map((model) => model.id);
  for (const id of Object.values(table.aliases)) expect(ids).toContain(id);
  for (const { maxOutput, context, price } of MODELS)
    expect([maxOutput < context, price!.cacheRead < price!.input, price!.input < price!.output]).toEqual([true, true, true]);
});

test("findModel > takes aliases and ids, with and without a name in front", () => {
  expect(["default", "Flash", "google/gemini-2.5-pro", "models/gemini-9", "gemma-4-31b-it"].map((name) => findModel(name, false).id)).toEqual([
    "gemini-3.8-flash",
    "gemini-3.8-flash",
    "gemini-2.5-pro",
    "gemini-9",
    "gemma-4-31b-it",
  ]);
  expect(findModel("anything", true).id).toBe("anything");
  for (const name of ["gpt-5", "gemini", ""]) expect(() => findModel(name, false)).toThrow(expect.objectContaining({ code: "CLAW_MODEL_UNKNOWN" }));
  expect(["gemini-2.5-pro", "gemini-1.5-pro", "gemini-3.8-flash", "gemini-4-argon", "gemini-pro-latest"].map(wantsSignatures)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test("resolve > without a key names its variables", async () => {
  await using bare = await createHarness({ plugins: ["provider/google"] });
  const resolved = (await bare.host.get("provider", "google")).resolve("default");
  await expect(resolved).rejects.toMatchObject({
    code: "CLAW_PROVIDER_AUTH",
    info: { hint: expect.stringContaining("GEMINI_API_KEY (or GOOGLE_API_KEY)") },
  });
  for (const name of ["GEMINI_API_KEY", "GOOGLE_API_KEY"]) {
    await using keyed = await createHarness({ plugins: ["provider/google"], env: { [name]: "AIza-x" } });
    expect((await (await keyed.host.get("provider", "google")).resolve("pro")).id).toBe("gemini-pro-latest");
  }
});

test("tune > effort is thinking, in the words that the model knows", () => {
  const tuned = (id: string, options: { readonly [key: string]: Json } = {}) =>
    tune({ model: { id, context: 1, maxOutput: 5 }, options, maxOutput: 5 })["generationConfig"];
  expect(tuned("gemini-3.8-flash")).toEqual({ maxOutputTokens: 5, thinkingConfig: { includeThoughts: true } });
  expect(tuned("gemini-3.8-flash", { effort: "medium" })).toMatchObject({ thinkingConfig: { thinkingLevel: "medium" } });
  expect(tuned("gemini-3.8-flash", { effort: "max" })).toMatchObject({ thinkingConfig: { thinkingLevel: "high" } });
  expect(tuned("gemini-2.5-pro", { effort: "low" })).toMatchObject({ thinkingConfig: { thinkingBudget: 1_024 } });
  expect(tuned("gemma-4-31b-it", { effort: "low", temperature: 0.5 })).toEqual({ temperature: 0.5, maxOutputTokens: 5 });
  expect(tune({ model: { id: "g", context: 1, maxOutput: 1 }, options: { contents: [], thinking: true, labels: { a: "b" } }, maxOutput: 1 })).toEqual(
    {
      labels: { a: "b" },
      generationConfig: { maxOutputTokens: 1 },
    },
  );
});

describe("createTranslator", () => {
  const text = (value: string): Block => ({ type: "text", text: value });
  const picture: Block = { type: "image", mediaType: "image/png", base64: "AAAA" };
  const call = (id: string): Block => ({ type: "call", id, tool: "bash", input: { a: 1 } });
  const result = (id: string, content: Block[], failed = false): Block => ({ type: "result", id, content, failed });
  const opaque = (data: object): Block => ({ type: "thinking", text: "", opaque: { service: "google", ...data } });
  const user = (...content: Block[]): Message => ({ role: "user", content });
  const model = (...content: Block[]): Message => ({ role: "assistant", content });
  const contents = (messages: readonly Message[], strict = false): readonly Json[] =>
    JSON.parse(createTranslator(strict)({ system: [], tools: [], messages }, {})).contents;
  const asked = (id: string) => ({ functionCall: { id, name: "bash", args: { a: 1 } } });

  test("a whole request", () => {
    const tools = [{ name: "bash", description: "runs", schema: { type: "object" } }];
    expect(JSON.parse(createTranslator(false)({ system: ["one", " "], tools, messages: [user(text("hi"), picture)] }, { x: 1 }))).toEqual({
      systemInstruction: { parts: [{ text: "one" }] },
      tools: [{ functionDeclarations: [{ name: "bash", description: "runs", parametersJsonSchema: { type: "object" } }] }],
      contents: [{ role: "user", parts: [{ text: "hi" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }] }],
      x: 1,
    });
  });

  test("results name their tool, stand first, and their pictures follow; roles take turns, the user's first", () => {
    const messages = [
      model(text("go"), call("a"), call("b")),
      user(result("a", [text("ok")]), result("b", [picture], true)),
      user(text("and")),
      model(text(" ")),
      user(text("more")),
    ];
    expect(contents(messages)).toEqual([
      { role: "user", parts: [{ text: expect.stringContaining("start of this session") }] },
      { role: "model", parts: [{ text: "go" }, asked("a"), asked("b")] },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "a", name: "bash", response: { output: "ok" } } },
          { functionResponse: { id: "b", name: "bash", response: { error: "(a picture, see below)" } } },
          { inlineData: { mimeType: "image/png", data: "AAAA" } },
          { text: "and" },
          { text: "more" },
        ],
      },
    ]);
  });

  test("signatures go back with what they belong to, and a foreign call gets Google's word for that", () => {
    const signed = model(opaque({ signature: "T" }), text("t"), opaque({ signature: "A", call: "a" }), call("a"), call("b"));
    const parts = [{ text: "t", thoughtSignature: "T" }, { ...asked("a"), thoughtSignature: "A" }, asked("b")];
    expect(contents([user(text("x")), signed], true)[1]).toEqual({ role: "model", parts });
    const foreign: Block = { type: "thinking", text: "hm", opaque: { provider: "anthropic", signature: "no" } };
    const word = { thoughtSignature: "skip_thought_signature_validator" };
    expect(contents([user(text("x")), model(foreign, call("a"), call("b"))], true)[1]).toEqual({
      role: "model",
      parts: [{ ...asked("a"), ...word }, asked("b")],
    });
    expect(contents([user(text("x")), model(foreign, call("a"))])[1]).toEqual({ role: "model", parts: [asked("a")] });
  });

  test("lone surrogates are repaired, and an input that is no object becomes one", () => {
    const odd: Block = { type: "call", id: "a", tool: "bash", input: ["\ud83d"] };
    expect(contents([user(text("a\ud83d")), model(odd)])).toEqual([
      { role: "user", parts: [{ text: "a\ufffd" }] },
      { role: "model", parts: [{ functionCall: { id: "a", name: "bash", args: { value: ["\ufffd"] } } }] },
    ]);
  });
});
