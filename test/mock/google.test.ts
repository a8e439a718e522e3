// The provider `google`, driven against a server that speaks its protocol: parts, calls, signatures, cuts and refusals.
import { describe, expect, test } from "bun:test";
import type { Block, Json, Message, Model } from "claw";
import { createHarness } from "claw/testing";
import { driveOf, requestOf, said } from "./drive.ts";
import { createGoogleMock, type GoogleReply } from "./google.ts";

const KEY = "AIzaCanary0123456789";
const MODEL: Model = { id: "gemini-3.8-flash", context: 1_000_000, maxOutput: 1_000 };

async function drive(replies: readonly GoogleReply[], slice: { readonly [key: string]: Json } = {}) {
  const mock = createGoogleMock(replies);
  const config = { plugins: { "@claw/provider-google": slice } };
  const harness = await createHarness({ plugins: ["provider/google"], config, env: { GEMINI_BASE_URL: mock.url, GEMINI_API_KEY: KEY } });
  return driveOf(mock, harness, "google", MODEL);
}
const FULL: GoogleReply = {
  thought: "Let me see. 🎈",
  text: "reading äöü 世界 🎉",
  calls: [
    { tool: "read_file", input: { path: "a" }, id: "t1", signature: "SIG" },
    { tool: "bash", input: { command: "ls" } },
  ],
};

describe("stream", () => {
  test("text, thinking and calls, cut up anywhere", async () => {
    const replies = [{}, { cut: 1 }, { cut: 3, split: 1 }].map((how) => ({ ...FULL, ...how }));
    await using on = await drive(replies);
    for (const _ of replies) {
      const { parts, text, calls, finish } = await on.ask();
      expect(text).toBe(FULL.text!);
      expect(parts.flatMap((part) => (part.type === "thinking" ? [part.delta] : [])).join("")).toBe(FULL.thought!);
      expect(calls).toMatchObject([
        { id: "t1", tool: "read_file", input: { path: "a" } },
        { id: expect.stringMatching(/^call_resp/), tool: "bash", input: { command: "ls" } },
      ]);
      expect(finish).toMatchObject({ stop: "calls", usage: { input: 6, output: 5, cacheRead: 4, cacheWrite: 0 } });
      expect(finish?.content.map((block) => block.type)).toEqual(["thinking", "text", "thinking", "call", "call"]);
    }
    expect(on.mock.requests[0]).toMatchObject({
      path: "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
      headers: { "x-goog-api-key": KEY },
      body: { generationConfig: { maxOutputTokens: 1_000, thinkingConfig: { includeThoughts: true } } },
    });
  });

  test("signatures come back in the next request where they came from", async () => {
    await using on = await drive([{ ...FULL, signature: "TEXT" }, { text: "done" }]);
    const { finish } = await on.ask();
    const answer: Message = { role: "assistant", content: finish!.content };
    const results = finish!.content.flatMap((block): Block[] =>
      block.type === "call" ? [{ type: "result", id: block.id, content: [{ type: "text", text: "ok" }], failed: false }] : [],
    );
    await on.ask({ messages: [said("hi"), answer, { role: "user", content: results }] });
    const { contents } = on.mock.requests[1]!.body as { contents: { parts: object[] }[] };
    expect(contents[1]?.parts).toMatchObject([
      { text: FULL.text!, thoughtSignature: "TEXT" },
      { functionCall: { id: "t1", name: "read_file" }, thoughtSignature: "SIG" },
      { functionCall: { name: "bash" } },
    ]);
    expect(contents[2]?.parts).toMatchObject([{ functionResponse: { id: "t1", name: "read_file" } }, { functionResponse: { name: "bash" } }]);
  });

  test("the end has its reason", async () => {
    const reasons = {
      STOP: "done",
      MAX_TOKENS: "length",
      SAFETY: "refusal",
      RECITATION: "refusal",
      PROHIBITED_CONTENT: "refusal",
      OTHER: "done",
    } as const;
    await using on = await drive([
      ...Object.keys(reasons).map((stop) => ({ text: "x", stop })),
      { frames: [{ responseId: "r", promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 3 } }] },
    ]);
    for (const [reason, stop] of Object.entries(reasons)) expect([reason, (await on.ask()).finish?.stop]).toEqual([reason, stop]);
    expect((await on.ask()).finish).toMatchObject({ stop: "refusal", content: [], usage: { input: 3 } });
  });

  test("a call that the API could not read is worth another try", async () => {
    await using on = await drive([
      { text: "x", stop: "MALFORMED_FUNCTION_CALL" },
      { ...FULL, stop: "MALFORMED_FUNCTION_CALL" },
    ]);
    expect((await on.ask()).error).toMatchObject({ code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("MALFORMED_FUNCTION_CALL") });
    expect((await on.ask()).finish).toMatchObject({ stop: "calls" });
  });

  test("doubled ids become ids of their own", async () => {
    const same = { tool: "bash", id: "x" };
    await using on = await drive([{ calls: [same, same] }]);
    expect((await on.ask()).calls).toMatchObject([{ id: "x" }, { id: "x_2" }]);
  });

  test.each(["cut", "end"] as const)("a stream that is %s early is given up before a call, and ends there after it", async (kind) => {
    const replies = [0, 1, 2, 3, 4].map((after): GoogleReply => ({ ...FULL, fault: { kind, after } }));
    await using on = await drive(replies);
    for (const after of [0, 1, 2, 3, 4]) {
      const { error, calls, finish } = await on.ask();
      if (after < 3) expect([after, error?.code, finish]).toEqual([after, "CLAW_PROVIDER_UNAVAILABLE", undefined]);
      else expect([after, calls.length, finish?.stop]).toEqual([after, after - 2, "calls"]);
    }
  });

  test("silence ends the wait, an abort ends it at once", async () => {
    const stall: GoogleReply = { text: "abc", cut: 1, fault: { kind: "stall", after: 2 } };
    await using on = await drive([stall, stall], { idleMs: 150 });
    expect((await on.ask()).error?.message).toContain("sent nothing for 0.15 s");
    const control = new AbortController();
    const stream = on.provider.stream(requestOf({ model: MODEL }), control.signal)[Symbol.asyncIterator]();
    await stream.next();
    control.abort("enough");
    await expect(stream.next().then(() => stream.next())).rejects.toMatchObject({ code: "CLAW_ABORTED" });
    await on.mock.abandoned(2);
  });
});

test("refusals > each is what its status says, and shows no key", async () => {
  const body = (code: number, status: string, message: string, details: unknown[] = []) => ({ error: { code, message, status, details } });
  const table: readonly [GoogleReply, object][] = [
    [
      { status: 400, body: body(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.") },
      { code: "CLAW_PROVIDER_AUTH", info: { hint: "Check GEMINI_API_KEY or GOOGLE_API_KEY." } },
    ],
    [
      { status: 400, body: body(400, "INVALID_ARGUMENT", "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).") },
      { code: "CLAW_PROVIDER_OVERFLOW" },
    ],
    [
      { status: 400, body: [body(400, "INVALID_ARGUMENT", `bad ${KEY}`)] },
      { code: "CLAW_PROVIDER_REJECTED", message: expect.stringContaining("bad [redacted]") },
    ],
    [
      { status: 404, body: body(404, "NOT_FOUND", "models/x is not found") },
      { code: "CLAW_PROVIDER_REJECTED", info: { hint: expect.stringContaining("model") } },
    ],
    [
      {
        status: 429,
        body: body(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details", [{ retryDelay: "7s" }]),
      },
      { code: "CLAW_PROVIDER_RATE", info: { retryAfterMs: 7_000 } },
    ],
    [{ status: 503, body: body(503, "UNAVAILABLE", "The model is overloaded.") }, { code: "CLAW_PROVIDER_UNAVAILABLE" }],
    [{ frames: [body(503, "UNAVAILABLE", "overloaded")] }, { code: "CLAW_PROVIDER_UNAVAILABLE", info: { status: 503 } }],
  ];
  await using on = await drive(table.map(([reply]) => reply));
  for (const [at, [, expected]] of table.entries()) {
    const { error } = await on.ask();
    expect({ at, code: error?.code, message: error?.message, info: { ...error?.info } }).toMatchObject({ at, ...expected });
    expect(`${error?.message} ${error?.info.hint}`).not.toContain(KEY);
  }
});
