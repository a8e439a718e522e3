// What the provider `anthropic` makes of refusals and of servers that are not there (`security.md` section 3, lines 1, 2 and 33).
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createDrive, hear, KEY, requestOf } from "./drive.ts";
import { createMock, type Reply } from "./mock.ts";

const refusal = (status: number, type: string, message: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: { type: "error", error: { type, message } },
});

describe("refusals", () => {
  const table: readonly [string, Reply, object][] = [
    ["400", refusal(400, "invalid_request_error", "tools.0.name: bad"), { code: "CLAW_PROVIDER_REJECTED", info: { status: 400 } }],
    ["400 too long", refusal(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), { code: "CLAW_PROVIDER_OVERFLOW" }],
    [
      "400 context",
      refusal(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 9 + 9 > 10"),
      { code: "CLAW_PROVIDER_OVERFLOW" },
    ],
    ["401", refusal(401, "authentication_error", `invalid x-api-key ${KEY}`), { code: "CLAW_PROVIDER_AUTH", info: { status: 401 } }],
    [
      "402",
      refusal(402, "billing_error", "Your credit balance is too low"),
      { code: "CLAW_PROVIDER_REJECTED", info: { hint: expect.stringContaining("balance") } },
    ],
    ["403", refusal(403, "permission_error", "no"), { code: "CLAW_PROVIDER_AUTH", info: { status: 403 } }],
    ["404", refusal(404, "not_found_error", "model: claude-x"), { code: "CLAW_PROVIDER_REJECTED", info: { hint: expect.stringContaining("model") } }],
    ["408", refusal(408, "timeout_error", "slow"), { code: "CLAW_PROVIDER_UNAVAILABLE" }],
    ["409", refusal(409, "conflict_error", "locked"), { code: "CLAW_PROVIDER_UNAVAILABLE" }],
    ["413", refusal(413, "request_too_large", "Request exceeds the maximum size"), { code: "CLAW_PROVIDER_OVERFLOW" }],
    ["429", refusal(429, "rate_limit_error", "slow down", { "retry-after": "7" }), { code: "CLAW_PROVIDER_RATE", info: { retryAfterMs: 7_000 } }],
    ["429 ms", refusal(429, "rate_limit_error", "slow down", { "retry-after-ms": "1500", "retry-after": "7" }), { info: { retryAfterMs: 1_500 } }],
    [
      "429 date",
      refusal(429, "rate_limit_error", "m", { date: "Sat, 21 Nov 2026 10:00:00 GMT", "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT" }),
      { info: { retryAfterMs: 30_000 } },
    ],
    ["429 for good", refusal(429, "rate_limit_error", "spend limit", { "x-should-retry": "false" }), { code: "CLAW_PROVIDER_REJECTED" }],
    ["500", refusal(500, "api_error", "oops"), { code: "CLAW_PROVIDER_UNAVAILABLE", info: { status: 500, requestId: "req_mock_15" } }],
    [
      "502 page",
      { status: 502, body: "<html><head><title>Bad Gateway</title></head></html>" },
      { code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("Bad Gateway") },
    ],
    ["503 empty", { status: 503, body: "" }, { code: "CLAW_PROVIDER_UNAVAILABLE", info: { status: 503 } }],
    ["529", refusal(529, "overloaded_error", "Overloaded"), { code: "CLAW_PROVIDER_RATE", info: { status: 529 } }],
    [
      "302",
      { status: 302, headers: { location: "http://127.0.0.1:1/login" }, body: "" },
      { code: "CLAW_PROVIDER_UNAVAILABLE", info: { hint: expect.stringContaining("/login") } },
    ],
    [
      "HTML with 200",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" },
      { code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("captive portal") },
    ],
    [
      "JSON with 200",
      { status: 200, body: { type: "message", content: [] } },
      { code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("instead of a stream") },
    ],
    ["error with 200", refusal(200, "overloaded_error", "Overloaded"), { code: "CLAW_PROVIDER_RATE" }],
    ["nothing with 200", { raw: "" }, { code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("before it was complete") }],
    ["reset", { fault: { kind: "reset" } }, { code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("closed") }],
  ];

  test("each is what its status says, names status and request, and shows no key", async () => {
    await using drive = await createDrive({ replies: table.map(([, reply]) => reply) });
    for (const [at, [name, reply, expected]] of table.entries()) {
      const { error, parts } = await drive.ask();
      expect({ case: name, code: error?.code, message: error?.message, info: { ...error?.info }, parts: parts.length }).toMatchObject({
        case: name,
        parts: 0,
        ...expected,
      });
      expect(`${error?.message} ${error?.info.hint}`).not.toContain(KEY);
      if ((reply.status ?? 200) < 300) continue;
      expect(error?.message).toContain(String(reply.status));
      expect(error?.message).toContain(`req_mock_${at + 1}`);
      expect(error?.info.requestId).toBe(`req_mock_${at + 1}`);
    }
    expect(drive.mock.requests).toHaveLength(table.length);
  });

  test("one long and ugly message becomes one short line", async () => {
    await using drive = await createDrive({ replies: [refusal(400, "invalid_request_error", `a\n\u0000${"🎈".repeat(5_000)}`)] });
    const { error } = await drive.ask();
    expect(error?.message.length).toBeLessThan(800);
    expect(error?.message).not.toContain("\n");
    expect(error?.message.isWellFormed()).toBe(true);
  });

  test("no first byte within the limit is named as that", async () => {
    await using drive = await createDrive({ env: { CLAW_API_CONNECT_TIMEOUT: "0.1" }, replies: [{ fault: { kind: "hang" } }] });
    const { error } = await drive.ask();
    expect(error).toMatchObject({
      code: "CLAW_PROVIDER_UNAVAILABLE",
      message: expect.stringContaining("did not begin to answer within 0.1 s"),
    });
    await drive.mock.abandoned(1);
  });

  test("a refusal whose body never ends is still a refusal", async () => {
    const open = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response(new ReadableStream({ start: (c) => c.enqueue("wait") }), { status: 500 }),
    });
    await using drive = await createDrive({ env: { ANTHROPIC_BASE_URL: open.url.href, CLAW_API_CONNECT_TIMEOUT: "0.2" }, replies: [] });
    expect((await drive.ask()).error).toMatchObject({ code: "CLAW_PROVIDER_UNAVAILABLE", info: { status: 500 } });
    await open.stop(true);
  });
});

const certificate = async () => ({
  key: await Bun.file(fixture("localhost.key")).text(),
  cert: await Bun.file(fixture("localhost.crt")).text(),
});
const fixture = (name: string): string => join(import.meta.dir, "fixtures", name);

describe("servers that are not there", () => {
  const asked = async (env: Record<string, string>) => {
    await using drive = await createDrive({ env, replies: [{ text: "hi" }] });
    return await hear(drive.provider.stream(requestOf(), new AbortController().signal));
  };

  test.each([
    ["a closed port", "http://127.0.0.1:1", "refused"],
    ["a name nobody has", "http://no-such-host.invalid", "resolved"],
    ["IPv6 without a listener", "http://[::1]:1", "127.0.0.1"],
  ])("%s is named", async (name, url, word) => {
    const { error } = await asked({ ANTHROPIC_BASE_URL: url });
    expect(error).toMatchObject({ code: "CLAW_PROVIDER_UNAVAILABLE" });
    if (!name.startsWith("IPv6")) expect(error?.message).toContain(word);
    expect(error?.message).toContain(new URL(url).host);
  });

  test("TLS to a port without it, and a certificate nobody vouches for, are named", async () => {
    await using secure = createMock({ replies: [{ text: "hi" }], tls: await certificate() });
    const { error } = await asked({ ANTHROPIC_BASE_URL: secure.url });
    expect(error).toMatchObject({ code: "CLAW_PROVIDER_UNAVAILABLE", info: { hint: expect.stringContaining("NODE_EXTRA_CA_CERTS") } });
    await using plain = createMock({ replies: [] });
    expect((await asked({ ANTHROPIC_BASE_URL: plain.url.replace("http", "https") })).error?.message).toContain("TLS");
  });

  test("a proxy that is down is named, and NO_PROXY goes around it", async () => {
    const { error } = await asked({ HTTP_PROXY: "http://127.0.0.1:1" });
    expect(error).toMatchObject({ code: "CLAW_PROVIDER_UNAVAILABLE", message: expect.stringContaining("through the proxy 127.0.0.1:1") });
    expect((await asked({ HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "localhost,127.0.0.1" })).text).toBe("hi");
  });

  test("a certificate that NODE_EXTRA_CA_CERTS vouches for is taken", async () => {
    await using secure = createMock({ replies: [{ text: "trusted" }], tls: await certificate() });
    const code = `
      import { createDrive } from ${JSON.stringify(join(import.meta.dir, "drive.ts"))};
      await using drive = await createDrive({ replies: [], env: { ANTHROPIC_BASE_URL: ${JSON.stringify(secure.url)} } });
      process.stdout.write((await drive.ask()).text);`;
    const child = Bun.spawn([process.execPath, "-e", code], {
      cwd: import.meta.dir,
      env: { ...process.env, NODE_EXTRA_CA_CERTS: fixture("localhost.crt") },
      stderr: "inherit",
    });
    expect(await new Response(child.stdout).text()).toBe("trusted");
  });
});
