import { expect, test } from "bun:test";
import type { Model } from "claw";
import { createHarness, pluginContract, providerContract } from "claw/testing";
import { proxyFor } from "./endpoint.ts";
import { retryAfter } from "./errors.ts";
import table from "./models.json" with { type: "json" };

pluginContract(import.meta.dir);

const EVENTS = [
  { type: "message_start", message: { id: "m", usage: { input_tokens: 3, output_tokens: 1 } } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hello " } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "world" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "t1", name: "bash", input: {} } },
  { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"command":"ls"}' } },
  { type: "content_block_stop", index: 1 },
  { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
  { type: "message_stop" },
];

providerContract(async () => {
  const body = EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
  });
  server.unref();
  const harness = await createHarness({ plugins: ["provider/anthropic"], env: { ANTHROPIC_BASE_URL: server.url.href } });
  const provider = await harness.host.get("provider", "anthropic");
  const model: Model = { id: "claude-mock-1", context: 1_000, maxOutput: 100 };
  const messages = [{ role: "user", content: [{ type: "text", text: "hi" }] }] as const;
  return { provider, request: { model, system: [], messages, tools: [], maxOutput: 100, options: {} } };
});

test("models.json > names its source and date, and every alias", () => {
  expect(table.date).toMatch(/^20\d\d-\d\d-\d\d$/);
  expect(table.source.length).toBeGreaterThan(20);
  const ids = new Set(table.models.map((model) => model.id));
  for (const id of Object.values(table.aliases)) expect(ids).toContain(id);
  for (const { context, maxOutput, price } of table.models) {
    expect(maxOutput).toBeLessThan(context);
    if (price === undefined) continue;
    expect([price.cacheRead < price.input, price.input < price.cacheWrite, price.cacheWrite < price.output]).toEqual([true, true, true]);
  }
});

test("proxyFor > follows the environment as curl does", () => {
  const [secure, plain] = [new URL("https://api.anthropic.com"), new URL("http://127.0.0.1:8080")];
  expect(proxyFor(secure, {})).toBeUndefined();
  expect(proxyFor(secure, { HTTP_PROXY: "http://p:1" })).toBeUndefined();
  expect(proxyFor(secure, { HTTPS_PROXY: "http://p:1", https_proxy: "q:2" })).toBe("http://q:2");
  expect(proxyFor(plain, { HTTP_PROXY: "http://p:1" })).toBe("http://p:1");
  const except = (list: string, url = secure): string | undefined =>
    proxyFor(url, { HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1", NO_PROXY: list });
  for (const list of ["*", "anthropic.com", ".anthropic.com", "*.anthropic.com", "x, api.anthropic.com:443,y", "API.Anthropic.com"])
    expect(except(list)).toBeUndefined();
  for (const list of ["", ",", "thropic.com", "com.anthropic", "api.anthropic.com.evil", "api.anthropic.com:80"])
    expect(except(list)).toBe("http://p:1");
  expect(except("127.0.0.1:8080", plain)).toBeUndefined();
  expect(except("127.0.0.1:9090", plain)).toBe("http://p:1");
});

test("retryAfter > takes milliseconds, seconds and dates, and nothing else", () => {
  const now = Date.parse("Sat, 21 Nov 2026 10:00:00 GMT");
  const of = (headers: Record<string, string>): number | undefined => retryAfter(new Headers(headers), now);
  expect(of({})).toBeUndefined();
  expect(of({ "retry-after": "2.5" })).toBe(2_500);
  expect(of({ "retry-after": "0" })).toBe(0);
  expect(of({ "retry-after": "soon" })).toBeUndefined();
  expect(of({ "retry-after": "-5" })).toBeUndefined();
  expect(of({ "retry-after": "Sat, 21 Nov 2026 10:01:00 GMT" })).toBe(60_000);
  expect(of({ "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" })).toBe(0);
  expect(of({ "retry-after": "Sat, 21 Nov 2026 10:01:00 GMT", date: "Sat, 21 Nov 2026 10:00:50 GMT" })).toBe(10_000);
  expect(of({ "retry-after-ms": "12", "retry-after": "9" })).toBe(12);
});
