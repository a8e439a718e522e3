import { expect, test } from "bun:test";
import type { Model } from "claw";
import { createHarness, pluginContract, providerContract } from "claw/testing";
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
