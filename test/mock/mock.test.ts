import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMock } from "./mock.ts";

const post = (url: string, body: unknown): Promise<Response> => fetch(`${url}/v1/messages`, { method: "POST", body: JSON.stringify(body) });

test("createMock > records requests, plays replies in order, and says when none is left", async () => {
  await using mock = createMock({ replies: [{ text: "one" }, ({ body }) => ({ status: 418, body: { echo: body } })] });
  const first = await (await post(mock.url, { n: 1 })).text();
  expect(first.match(/^event: .*$/gm) as unknown).toEqual(
    ["message_start", "ping", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"].map(
      (name) => `event: ${name}`,
    ),
  );
  expect(await (await post(mock.url, { n: 2 })).json()).toEqual({ echo: { n: 2 } });
  expect((await post(mock.url, { n: 3 })).status).toBe(400);
  expect(mock.requests.map(({ method, path, body }) => ({ method, path, body }))).toEqual(
    [1, 2, 3].map((n) => ({ method: "POST", path: "/v1/messages", body: { n } })),
  );
  await mock.arrived(3);
});

test("createMock > drops, doubles and orders events as a script says", async () => {
  const types = async (change: object): Promise<string[]> => {
    await using mock = createMock({ replies: [{ text: "x", ...change }] });
    return [...(await (await post(mock.url, {})).text()).matchAll(/^event: (.*)$/gm)].map(([, type]) => type as string);
  };
  expect(await types({ drop: [0, 1] })).toEqual([
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(await types({ double: [1], order: [6, 1, 0] })).toEqual(["message_stop", "ping", "ping", "message_start"]);
  expect(await types({ events: [{ type: "odd" }] })).toEqual(["odd"]);
});

test("createMock > counts tokens as a prompt cache would, and refuses a fifth mark", async () => {
  await using mock = createMock({ replies: [{ text: "x" }], repeat: true, cached: true });
  const mark = { cache_control: { type: "ephemeral" } };
  const block = (text: string, marked = false): object => ({ type: "text", text, ...(marked ? mark : {}) });
  const usage = async (...content: object[]): Promise<number[]> => {
    const text = await (await post(mock.url, { model: "m", messages: [{ role: "user", content }] })).text();
    const counts = JSON.parse(/^data: (.*"message_start".*)$/m.exec(text)?.[1] ?? "null").message.usage;
    return [counts.cache_read_input_tokens, counts.cache_creation_input_tokens, counts.input_tokens];
  };
  const [read, written, rest] = (await usage(block("a".repeat(400), true), block("tail"))) as [number, number, number];
  expect([read, written > 100, rest > 0]).toEqual([0, true, true]);
  expect((await usage(block("a".repeat(400)), block("b", true)))[0]).toBe(0);
  expect((await usage(block("a".repeat(400), true), block("other")))[0]).toBe(written);
  expect((await usage(block("A".repeat(400), true)))[0]).toBe(0);
  const five = Array.from({ length: 5 }, () => block("x", true));
  expect((await post(mock.url, { model: "m", messages: [{ role: "user", content: five }] })).status).toBe(400);
});

test("serve > plays a script file for a person", async () => {
  const folder = await mkdtemp(join(tmpdir(), "claw-mock-"));
  try {
    await writeFile(join(folder, "script.json"), JSON.stringify([{ text: "hello" }, { status: 529 }]));
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "serve.ts"), join(folder, "script.json")], { stdout: "pipe", stderr: "pipe" });
    const { value } = await child.stdout.getReader().read();
    const url = /ANTHROPIC_BASE_URL=(\S+)/.exec(new TextDecoder().decode(value))?.[1] ?? "";
    expect(await (await post(url, {})).text()).toContain('"hello"');
    expect([(await post(url, {})).status, (await post(url, {})).status]).toEqual([529, 529]);
    child.kill();
    await child.exited;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
