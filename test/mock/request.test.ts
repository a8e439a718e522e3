// What the provider `anthropic` sends: credentials, headers, address, and a prefix that a prompt cache can use.
import { describe, expect, test } from "bun:test";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Block, Message } from "claw";
import { createDrive, KEY, said } from "./drive.ts";
import { createMock } from "./mock.ts";

const HI = { text: "hi" };

describe("credentials", () => {
  test("a key goes as x-api-key, a token as bearer, both as both", async () => {
    const sent = async (env: Record<string, string>) => {
      await using drive = await createDrive({ replies: [HI], env });
      await drive.ask();
      const { "x-api-key": key, authorization } = drive.mock.requests[0]?.headers ?? {};
      return [key, authorization];
    };
    expect(await sent({})).toEqual([KEY, undefined]);
    expect(await sent({ ANTHROPIC_API_KEY: "", ANTHROPIC_AUTH_TOKEN: "tok" })).toEqual([undefined, "Bearer tok"]);
    expect(await sent({ ANTHROPIC_AUTH_TOKEN: " tok " })).toEqual([KEY, "Bearer tok"]);
    expect(await sent({ ANTHROPIC_API_KEY: "" })).toEqual([undefined, undefined]);
  });

  test("without any in the environment, the stored ones are used, with a word when others can read them", async () => {
    await using drive = await createDrive({ replies: [HI, HI, HI], env: { ANTHROPIC_API_KEY: "" } });
    const path = join(drive.harness.home, "credentials.json");
    await writeFile(path, JSON.stringify({ anthropic: { apiKey: "stored-key" }, other: 1 }), { mode: 0o600 });
    await drive.ask();
    expect(drive.harness.events.filter((event) => event.type === "notice.raised")).toEqual([]);
    await chmod(path, 0o644);
    await drive.ask();
    await drive.ask();
    expect(drive.mock.requests.map(({ headers }) => headers["x-api-key"])).toEqual(["stored-key", "stored-key", "stored-key"]);
    expect(drive.harness.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.level] : []))).toEqual(["warn"]);
  });

  test("a stored file that is no JSON is an error that does not quote it", async () => {
    await using drive = await createDrive({ replies: [HI], env: { ANTHROPIC_API_KEY: "" } });
    await writeFile(join(drive.harness.home, "credentials.json"), `{ "anthropic": "${KEY}`, { mode: 0o600 });
    const { error } = await drive.ask();
    expect(error).toMatchObject({ code: "CLAW_CONFIG_INVALID" });
    expect(error?.message).not.toContain(KEY);
  });

  test("none for Anthropic's own API is an error with three ways to get going", async () => {
    await using drive = await createDrive({ replies: [], env: { ANTHROPIC_BASE_URL: "", ANTHROPIC_API_KEY: "" } });
    const error = await drive.provider.resolve("opus").catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "CLAW_PROVIDER_AUTH" });
    const ways = (error.info.hint as string).split("\n");
    expect(ways.map((way) => /ANTHROPIC_API_KEY|ANTHROPIC_BASE_URL|claw demo/.exec(way)?.[0])).toEqual([
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_BASE_URL",
      "claw demo",
    ]);
    expect((await drive.ask()).error).toMatchObject({ code: "CLAW_PROVIDER_AUTH" });
  });
});

describe("request", () => {
  test("goes to the base URL with exactly our headers", async () => {
    const slice = { headers: { "X-Team": "blue", "anthropic-beta": "one" } };
    await using drive = await createDrive({
      replies: [HI],
      slice,
      env: { ANTHROPIC_CUSTOM_HEADERS: "X-More: a: b\nX-Team: red\nnonsense" },
    });
    await drive.ask({ options: { betas: ["two"], temperature: 0 } });
    const [request] = drive.mock.requests;
    expect([request?.method, request?.path]).toEqual(["POST", "/v1/messages"]);
    const { host: _, "content-length": __, connection: ___, "accept-encoding": ____, ...headers } = request?.headers ?? {};
    expect(headers).toEqual({
      accept: "text/event-stream",
      "anthropic-beta": "two,one",
      "anthropic-version": "2023-06-01",
      "content-type": "application/json",
      "user-agent": "claw",
      "x-api-key": KEY,
      "x-more": "a: b",
      "x-team": "red",
    });
    expect(request?.body).toMatchObject({ model: "claude-mock-1", max_tokens: 1_000, stream: true, temperature: 0 });
  });

  test("a base URL may have a path, the environment's wins over the config's", async () => {
    await using other = createMock({ replies: [HI] });
    await using drive = await createDrive({ replies: [HI], slice: { baseUrl: `${other.url}/gateway/` }, env: { ANTHROPIC_BASE_URL: "" } });
    expect((await drive.ask()).text).toBe("hi");
    expect(other.requests[0]?.path).toBe("/gateway/v1/messages");
    await using second = await createDrive({ replies: [HI], slice: { baseUrl: other.url } });
    expect((await second.ask()).text).toBe("hi");
    expect([second.mock.requests.length, other.requests.length]).toEqual([1, 1]);
  });

  test("an address that is none is named", async () => {
    await using drive = await createDrive({ replies: [], env: { ANTHROPIC_BASE_URL: "ftp://x" } });
    expect((await drive.ask()).error).toMatchObject({ code: "CLAW_CONFIG_INVALID", message: expect.stringContaining("ftp://x") });
  });

  test("nothing of the process's own environment is taken", async () => {
    const names = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_LOG"] as const;
    const before = names.map((name) => process.env[name]);
    const hostile = ["stray-key", "stray-token", "http://127.0.0.1:1", "X-Stray: 1", "debug"];
    try {
      for (const [at, name] of names.entries()) process.env[name] = hostile[at] as string;
      await using drive = await createDrive({ replies: [HI] });
      expect((await drive.ask()).text).toBe("hi");
      expect(JSON.stringify(drive.mock.requests[0]?.headers)).not.toMatch(/stray/i);
    } finally {
      for (const [at, name] of names.entries()) {
        if (before[at] === undefined) delete process.env[name];
        else process.env[name] = before[at];
      }
    }
  });

  test("goes through a proxy that the environment names", async () => {
    const seen: string[] = [];
    const proxy = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        seen.push(request.url);
        return new Response('data: {"type":"message_start"}\n\ndata: {"type":"message_stop"}\n\n', {
          headers: { "content-type": "text/event-stream" },
        });
      },
    });
    await using drive = await createDrive({
      replies: [],
      env: { ANTHROPIC_BASE_URL: "http://api.example.test", HTTP_PROXY: `127.0.0.1:${proxy.port}` },
    });
    expect((await drive.ask()).finish).toMatchObject({ stop: "done", content: [] });
    expect(seen).toEqual(["http://api.example.test/v1/messages"]);
    await proxy.stop(true);
  });

  test("one connection serves many steps", async () => {
    const ports = new Set<number | undefined>();
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, self) => {
        ports.add(self.requestIP(request)?.port);
        return new Response('data: {"type":"message_start"}\n\ndata: {"type":"message_stop"}\n\n', {
          headers: { "content-type": "text/event-stream" },
        });
      },
    });
    await using drive = await createDrive({ replies: [], env: { ANTHROPIC_BASE_URL: server.url.href } });
    for (let step = 0; step < 5; step++) expect((await drive.ask()).finish).toBeDefined();
    expect(ports.size).toBe(1);
    await server.stop(true);
  });

  test("every step of a session reads its whole prefix from the cache", async () => {
    const replies = Array.from({ length: 12 }, (_, step) => ({
      blocks: [
        { type: "thinking", text: "t", signature: `s${step}` },
        `step ${step}`,
        { type: "call", id: `c${step}`, tool: "read_file", input: { path: `${step}` } },
      ] as const,
    }));
    await using drive = await createDrive({ replies, cached: true });
    const tools = [{ name: "read_file", description: "Reads.", schema: { type: "object" } }];
    const system = ["You are claw.", "Today is a day."];
    const messages: Message[] = [said("go")];
    let known = 0;
    for (let step = 0; step < replies.length; step++) {
      const { finish } = await drive.ask({ tools, system, messages: messages.slice() });
      const usage = finish?.usage;
      expect([step, usage?.cacheRead, usage?.input]).toEqual([step, known, 0]);
      known = (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0);
      const result: Block = { type: "result", id: `c${step}`, content: [{ type: "text", text: "body" }], failed: false };
      messages.push({ role: "assistant", content: finish?.content ?? [] }, said(result));
    }
  });
});

describe("models", () => {
  test("aliases, ids and prefixes mean what they say", async () => {
    await using drive = await createDrive({ replies: [], env: { ANTHROPIC_BASE_URL: "" } });
    const ids = async (...names: string[]) => Promise.all(names.map(async (name) => (await drive.provider.resolve(name)).id));
    const [opus, sonnet, haiku] = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"];
    expect(await ids("default", "opus", "Sonnet", "haiku", "anthropic/opus")).toEqual([opus, opus, sonnet, haiku, opus]);
    expect(await ids("claude-haiku-4-5-20251001", "anthropic/claude-future-9", " claude-x ")).toEqual([
      "claude-haiku-4-5-20251001",
      "claude-future-9",
      "claude-x",
    ]);
    expect(await drive.provider.resolve("claude-haiku-4-5-20251001")).toEqual({
      id: "claude-haiku-4-5-20251001",
      context: 200_000,
      maxOutput: 64_000,
      price: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
    });
    await expect(drive.provider.resolve("opuz")).rejects.toMatchObject({
      code: "CLAW_MODEL_UNKNOWN",
      info: { hint: expect.stringContaining('"opus"') },
    });
    await expect(drive.provider.resolve("gpt-5")).rejects.toMatchObject({ code: "CLAW_MODEL_UNKNOWN" });
  });

  test("another server may have any model with a digit, a slash, a colon or a dot", async () => {
    await using drive = await createDrive({ replies: [] });
    for (const name of ["qwen3:8b", "org/model", "llama.cpp", "gpt-5"]) expect((await drive.provider.resolve(name)).id).toBe(name);
    await expect(drive.provider.resolve("nonsense")).rejects.toMatchObject({ code: "CLAW_MODEL_UNKNOWN" });
  });
});
