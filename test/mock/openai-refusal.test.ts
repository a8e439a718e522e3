// What the providers of OpenAI's protocol make of refusals, and what Ollama tells of its models.
import { describe, expect, test } from "bun:test";
import type { OpenAIReply } from "./openai.ts";
import { drive, KEY } from "./openai-drive.ts";

describe("refusals", () => {
  const refusal = (status: number, body: unknown, headers?: Record<string, string>): OpenAIReply => ({ status, body, ...(headers && { headers }) });
  const error = (message: string, code: string | null = null, type = "invalid_request_error") => ({ error: { message, type, param: null, code } });
  const table: readonly [OpenAIReply, object][] = [
    [
      refusal(401, error(`Incorrect API key provided: ${KEY}`, "invalid_api_key")),
      { code: "CLAW_PROVIDER_AUTH", info: { hint: "Check OPENAI_API_KEY." } },
    ],
    [refusal(400, error("This model's maximum context length is 8192 tokens.", "context_length_exceeded")), { code: "CLAW_PROVIDER_OVERFLOW" }],
    [
      refusal(400, error("Unknown field stream_options")),
      { code: "CLAW_PROVIDER_REJECTED", info: { hint: expect.stringContaining("quirks.usage") } },
    ],
    [refusal(404, "404 page not found"), { code: "CLAW_PROVIDER_REJECTED", info: { hint: expect.stringContaining("/v1") } }],
    [refusal(429, error("Rate limit", "rate_limit_exceeded"), { "retry-after": "3" }), { code: "CLAW_PROVIDER_RATE", info: { retryAfterMs: 3_000 } }],
    [
      refusal(429, error("You exceeded your current quota", "insufficient_quota", "insufficient_quota")),
      { code: "CLAW_PROVIDER_REJECTED", info: { hint: expect.stringContaining("balance") } },
    ],
    [
      refusal(422, { detail: [{ loc: ["body"], msg: "extra fields" }] }),
      { code: "CLAW_PROVIDER_REJECTED", message: expect.stringContaining("extra fields") },
    ],
    [
      refusal(422, { object: "error", message: "bad tools", type: "invalid_request_error" }),
      { code: "CLAW_PROVIDER_REJECTED", message: expect.stringContaining("bad tools") },
    ],
    [
      refusal(400, { error: "mock-1 does not support tools" }),
      { code: "CLAW_PROVIDER_REJECTED", info: { hint: expect.stringContaining("supports them") } },
    ],
    [refusal(503, "<html><title>Busy</title></html>"), { code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("Busy") }],
    [refusal(200, error("oops", null, "server_error")), { code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("oops") }],
  ];

  test("each is what its status says, names the variable, and shows no key", async () => {
    await using on = await drive(table.map(([reply]) => reply));
    for (const [at, [, expected]] of table.entries()) {
      const { error: thrown } = await on.ask();
      expect({ at, code: thrown?.code, message: thrown?.message, info: { ...thrown?.info } }).toMatchObject({ at, ...expected });
      expect(`${thrown?.message} ${thrown?.info.hint}`).not.toContain(KEY);
    }
    expect(on.mock.requests).toHaveLength(table.length);
  });

  test("a server that is not there is named", async () => {
    await using on = await drive([], { env: { OPENAI_BASE_URL: "http://127.0.0.1:1/v1" } });
    expect((await on.ask()).error).toMatchObject({ code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("cannot reach 127.0.0.1:1") });
  });
});

describe("ollama", () => {
  const ollama = { "qwen3:8b": { most: 40_960 }, "llama3.2:latest": { most: 131_072, set: 8_192 } };

  test("its models are those it has, as large as it loads them", async () => {
    await using on = await drive([], { name: "ollama", ollama });
    expect((await on.provider.models()).map(({ id, context }) => [id, context])).toEqual([
      ["qwen3:8b", 40_960],
      ["llama3.2:latest", 8_192],
    ]);
    expect((await on.provider.resolve("ollama/llama3.2")).id).toBe("llama3.2");
    expect((await on.provider.resolve("default")).id).toBe("qwen3:8b");
    await expect(on.provider.resolve("qwen3:9b")).rejects.toMatchObject({
      code: "CLAW_MODEL_UNKNOWN",
      info: { hint: expect.stringContaining("qwen3:8b") },
    });
    await expect(on.provider.resolve("gemma")).rejects.toMatchObject({ info: { hint: expect.stringContaining("ollama pull gemma") } });
    expect(on.mock.requests).toEqual([]);
  });

  test("a context too small for claw is warned of, once, and counts from then on", async () => {
    await using on = await drive([{ text: "a" }, { text: "b" }], { name: "ollama", ollama: { tiny: { loaded: 4_096, most: 99_000 } } });
    const model = await on.provider.resolve("tiny");
    expect([(await on.ask({ model, maxOutput: model.maxOutput })).text, (await on.ask({ model })).text]).toEqual(["a", "b"]);
    const notices = on.harness.events.filter((event) => event.type === "notice.raised");
    expect(notices).toMatchObject([{ data: { level: "warn", text: expect.stringContaining("4096 tokens") } }]);
    expect((await on.provider.resolve("tiny")).context).toBe(4_096);
    expect(on.mock.requests[0]).toMatchObject({ path: "/v1/chat/completions", body: { model: "tiny" } });
    expect(on.mock.requests[0]?.body).toMatchObject({ max_tokens: 2_048 });
    expect(on.mock.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  test("a server that says nothing of its models is believed in", async () => {
    await using on = await drive([{ text: "a" }], { name: "ollama" });
    const model = await on.provider.resolve("whatever:1b");
    expect(model).toMatchObject({ id: "whatever:1b", context: 128_000 });
    await on.ask({ model, maxOutput: model.maxOutput });
    expect(on.mock.requests[0]?.body).not.toHaveProperty("max_tokens");
  });
});
