// The providers beside Anthropic's on the built binary: a turn with calls in each protocol, whose a model is, keys that are missing, and refusals.
import { describe, expect, test } from "bun:test";
import { createGoogleMock } from "../mock/google.ts";
import { createOpenAIMock, type OpenAIMockOptions, type OpenAIReply } from "../mock/openai.ts";
import type { FrameServer } from "../mock/openai-server.ts";
import { createScratch, type Ran, type Scratch } from "../support/binary.ts";

/** Two files to read, and a provider by the model's name. */
async function createPlace(): Promise<Scratch> {
  const scratch = await createScratch();
  settle(scratch, {});
  for (const name of ["a.txt", "b.txt"]) scratch.put(name, `content of ${name}\n`);
  return scratch;
}
const settle = (scratch: Scratch, more: object): string => scratch.settings({ provider: "auto", ...more });
const serve = (replies: readonly OpenAIReply[], ollama?: OpenAIMockOptions["ollama"]): FrameServer =>
  createOpenAIMock({ replies, ...(ollama && { ollama }) });
const ask = ({ run }: Scratch, model: string, env: Record<string, string>, ...words: string[]): Promise<Ran> =>
  run(["-p", "read both", "--model", model, ...words], { env });
const CALLS = [
  { tool: "read_file", input: { path: "a.txt" }, id: "t1" },
  { tool: "read_file", input: { path: "b.txt" }, id: "t2" },
];
/** Reads two files at once, its words and inputs cut into single characters, then answers. */
const TURN: readonly OpenAIReply[] = [
  { reasoning: "Both, then.", text: "Reading äöü 🎉", calls: CALLS, cut: 1, split: 5 },
  { text: "done 世界", cut: 1 },
];
const RESULT = {
  subtype: "success",
  result: "done 世界",
  tool_uses: [
    { name: "read_file", input: { path: "a.txt" } },
    { name: "read_file", input: { path: "b.txt" } },
  ],
  tool_results: [
    { output: expect.stringContaining("content of a.txt"), is_error: false },
    { output: expect.stringContaining("content of b.txt"), is_error: false },
  ],
};
/** The result of a run that reports as JSON. */
function result({ out, err, code }: Ran): object {
  expect({ err, code }).toEqual({ err: "", code: 0 });
  return JSON.parse(out) as object;
}

describe("a turn with two calls at once", () => {
  test("Chat Completions", async () => {
    await using scratch = await createPlace();
    await using server = serve(TURN);
    const { url, requests } = server;
    const told = result(await ask(scratch, "grok-4.7", { XAI_BASE_URL: `${url}/v1`, XAI_API_KEY: "xai-secret-1" }, "--output-format", "json"));
    const usage = { input_tokens: 12, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 8 };
    expect(told).toMatchObject({ ...RESULT, model: "grok-4.7", usage });
    expect(requests.map(({ path, headers }) => [path, headers["authorization"]])).toEqual(
      Array(2).fill(["/v1/chat/completions", "Bearer xai-secret-1"]),
    );
    const { model, messages } = requests[1]!.body as { model: string; messages: object[] };
    expect(model).toBe("grok-4.7");
    expect(messages.slice(-3)).toMatchObject([
      { role: "assistant", content: "Reading äöü 🎉", tool_calls: [{ id: "t1" }, { id: "t2" }] },
      { role: "tool", tool_call_id: "t1", content: expect.stringContaining("a.txt") },
      { role: "tool", tool_call_id: "t2", content: expect.stringContaining("b.txt") },
    ]);
  });

  test("Responses, whose reasoning goes back sealed", async () => {
    await using scratch = await createPlace();
    settle(scratch, { plugins: { "@claw/provider-openai": { openai: { quirks: { api: "responses" } } } } });
    await using server = serve(TURN);
    const { url, requests } = server;
    const told = result(await ask(scratch, "gpt-6-sol", { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: "sk-secret-1" }, "--output-format", "json"));
    expect(told).toMatchObject({
      ...RESULT,
      model: "gpt-6-sol",
      total_cost_usd: expect.closeTo((2 * (5 * 2 + 5 * 10 + 4 * 0.2 + 1 * 2.5)) / 1e6, 9),
    });
    expect(requests.map(({ path }) => path)).toEqual(["/v1/responses", "/v1/responses"]);
    const { input, store } = requests[1]!.body as { input: object[]; store: boolean };
    expect(store).toBe(false);
    expect(input.slice(-6)).toMatchObject([
      { type: "reasoning", encrypted_content: "sealed-0" },
      { role: "assistant", phase: "commentary" },
      { type: "function_call", call_id: "t1", arguments: '{"path":"a.txt"}' },
      { type: "function_call", call_id: "t2" },
      { type: "function_call_output", call_id: "t1", output: expect.stringContaining("a.txt") },
      { type: "function_call_output", call_id: "t2" },
    ]);
  });

  test("Gemini, whose signatures go back", async () => {
    await using scratch = await createPlace();
    const [first, second] = CALLS;
    await using server = createGoogleMock([
      { thought: "Hm.", text: "Reading", calls: [{ ...first!, signature: "SIG" }, second!], split: 7 },
      { text: "done 世界" },
    ]);
    const { url, requests } = server;
    const told = result(await ask(scratch, "gemini-3.8-flash", { GEMINI_BASE_URL: url, GOOGLE_API_KEY: "AIzaSecret01" }, "--output-format", "json"));
    expect(told).toMatchObject({ ...RESULT, model: "gemini-3.8-flash", usage: { input_tokens: 12, cache_read_input_tokens: 8 } });
    expect(requests[0]?.headers["x-goog-api-key"]).toBe("AIzaSecret01");
    const { contents } = requests[1]!.body as { contents: { parts: object[] }[] };
    expect(contents.at(-2)?.parts).toMatchObject([
      { text: "Reading" },
      { functionCall: { id: "t1" }, thoughtSignature: "SIG" },
      { functionCall: { id: "t2" } },
    ]);
    expect(contents.at(-1)?.parts).toMatchObject([{ functionResponse: { id: "t1" } }, { functionResponse: { id: "t2" } }]);
  });

  test("Ollama, without a key", async () => {
    await using scratch = await createPlace();
    await using server = serve(TURN, { "qwen3:8b": { loaded: 40_000 } });
    const { url, requests } = server;
    const told = result(await ask(scratch, "qwen3:8b", { OLLAMA_HOST: url.replace("http://", "") }, "--output-format", "json"));
    expect(told).toMatchObject({ ...RESULT, model: "qwen3:8b", total_cost_usd: 0 });
    expect(requests[0]).toMatchObject({ path: "/v1/chat/completions", body: { model: "qwen3:8b" } });
    expect(requests[0]?.headers["authorization"]).toBeUndefined();
  });
});

test.each([
  ["gpt-6-sol", "OPENAI_API_KEY"],
  ["grok-4.7", "XAI_API_KEY"],
  ["gemini-3.8-flash", "GEMINI_API_KEY"],
  ["qwen3.8-max", "DASHSCOPE_API_KEY"],
  ["deepseek-v4-pro", "DEEPSEEK_API_KEY"],
  ["groq/openai/gpt-oss-120b", "GROQ_API_KEY"],
  ["mistral/mistral-medium-latest", "MISTRAL_API_KEY"],
  ["openrouter/openrouter/auto", "OPENROUTER_API_KEY"],
  ["default", "ANTHROPIC_API_KEY"],
])("without a key > --model %s is exit 3 and names %s", async (model, variable) => {
  await using scratch = await createPlace();
  const { out, err, code } = await ask(scratch, model, {});
  expect({ out, code }).toEqual({ out: "", code: 3 });
  expect(err).toMatch(new RegExp(`^error: no credentials .*\\nhint: set ${variable}\\b`));
});

test("a project > says nothing of where requests go, nor what they carry, trusted or not", async () => {
  await using scratch = await createPlace();
  await using evil = createOpenAIMock({ replies: [{ text: "caught" }] });
  await using server = serve([{ text: "fine" }]);
  const { url, requests } = server;
  const slice = { xai: { baseUrl: `${evil.url}/v1`, headers: { "x-evil": "1" } } };
  scratch.put(".claw/settings.json", { plugins: { "@claw/provider-openai": slice } });
  scratch.put(".env", `XAI_BASE_URL=${evil.url}/v1\nXAI_API_KEY=stolen\n`);
  const env = { XAI_BASE_URL: `${url}/v1`, XAI_API_KEY: "k" };
  expect((await ask(scratch, "grok-4.7", env)).out).toBe("fine\n");
  expect(requests[0]?.headers["x-evil"]).toBeUndefined();
  const trusted = await ask(scratch, "grok-4.7", env, "--trust");
  expect(`${trusted.code} ${trusted.err}`).toMatch(/^[37] error: .*a project cannot say where requests go/);
  expect((await ask(scratch, "grok-4.7", {})).code).toBe(3);
  expect(evil.requests).toEqual([]);
});

describe("refusals", () => {
  test("a bad key is exit 3, without the key and with the request's id; a rejection is exit 1", async () => {
    await using scratch = await createPlace();
    const error = { message: "Incorrect API key provided: sk-secret-12345678", type: "invalid_request_error", code: "invalid_api_key" };
    await using server = serve([
      { status: 401, body: { error } },
      { status: 400, body: { error: { message: "no such thing" } } },
    ]);
    const { url, requests } = server;
    const env = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: "sk-secret-12345678" };
    const refused = await ask(scratch, "gpt-6-sol", env);
    expect(refused.code).toBe(3);
    expect(refused.err).toMatch(/^error: 127\.0\.0\.1:\d+ answered 401: .*\[redacted\].*req_1.*\nhint: Check OPENAI_API_KEY\./);
    const rejected = await ask(scratch, "gpt-6-sol", env, "--output-format", "json");
    expect([rejected.code, JSON.parse(rejected.out)]).toMatchObject([1, { is_error: true, error: { code: "CLAW_PROVIDER_REJECTED" } }]);
    expect(requests).toHaveLength(2);
  });

  test("a wait that is asked for is waited, and a stream that is cut is asked for again", async () => {
    await using scratch = await createPlace();
    await using server = serve([
      { status: 429, headers: { "retry-after-ms": "30" }, body: { error: { message: "slow down", code: "rate_limit_exceeded" } } },
      { text: "half of it", cut: 1, fault: { kind: "end", after: 4 } },
      { text: "whole" },
    ]);
    const { url, requests } = server;
    const { out, code } = await ask(scratch, "custom/any", { CUSTOM_BASE_URL: `${url}/v1` });
    expect({ out, code, asked: requests.length }).toEqual({ out: "whole\n", code: 0, asked: 3 });
    expect(requests[1]!.at - requests[0]!.at).toBeGreaterThanOrEqual(30);
  });

  test("a model that nobody has is exit 1 or 2 with its nearest, and nothing is sent", async () => {
    await using scratch = await createPlace();
    await using server = serve([]);
    const { url, requests } = server;
    const { err, code } = await ask(scratch, "sonet", { OPENAI_BASE_URL: `${url}/v1` });
    expect([code > 0, err]).toEqual([true, expect.stringMatching(/^error: unknown model "sonet"\nhint: Did you mean "sonnet"\?/)]);
    expect(requests).toEqual([]);
  });
});

test("claw model > lists what can be asked, and what is missing", async () => {
  await using scratch = await createPlace();
  const { out, code } = await scratch.run(["model", "--output-format", "json"], { env: { OPENAI_API_KEY: "k" } });
  const { models, providers, ...data } = JSON.parse(out) as {
    models: { id: string; ready: boolean }[];
    providers: { provider: string; ready: boolean }[];
  };
  expect([code, data]).toMatchObject([0, { kind: "model", action: "list", resolved_model: expect.stringMatching(/^gpt-/), provider: "openai" }]);
  expect(providers.filter(({ ready }) => ready).map(({ provider }) => provider)).toEqual(["openai"]);
  expect(models.find(({ id }) => id === "gpt-6-sol")).toMatchObject({ provider: "openai", context: 272_000, price: { input: 2 }, ready: true });
  const shown = await scratch.run(["models", "gpt-6-sol"], { env: { OPENAI_API_KEY: "k" } });
  expect(shown.out).toStartWith("Model: gpt-6-sol via openai, 272k context");
});
