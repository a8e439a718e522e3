import { afterAll, expect, test } from "bun:test";
import type { ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions, pluginContract, toolContract } from "claw/testing";

const seen: string[] = [];
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const { headers } = request;
    const body = await request.text();
    seen.push(`${request.method} ${pathname} ${headers.get("content-type") ?? "-"} ${headers.get("x-own") ?? "-"} ${body}`);
    if (pathname === "/away") return new Response(null, { status: 307, headers: { location: "http://169.254.169.254/" } });
    if (pathname === "/wrong") return new Response("no such job", { status: 422 });
    if (pathname === "/long") return new Response(`${"x".repeat(4_095)}😀${"y".repeat(20_000)}`);
    if (pathname === "/binary") return new Response(new Uint8Array([0, 1, 2]));
    if (pathname === "/none") return new Response(null, { status: 204 });
    return Response.json({ ok: true });
  },
});
afterAll(() => server.stop(true));
const host = `127.0.0.1:${server.port}`;
const at = (path: string): string => `http://${host}${path}`;
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const harness = (more: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({
    plugins: ["tool/remote-trigger", "feature/web"],
    answers: Array.from({ length: 30 }, () => "yes"),
    config: { web: { allowHosts: [host] } },
    ...more,
  });

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "RemoteTrigger"), {
    valid: [{ url: "https://example.com" }, { url: "https://example.com", method: "PATCH", headers: { a: "b" }, body: "x" }],
    invalid: [
      {},
      { url: "" },
      { url: "https://example.com", method: "TRACE" },
      { url: "https://example.com", headers: { a: 1 } },
      { url: "https://x.example", timeout: 1 },
    ],
  });
}

test("RemoteTrigger > sends what it is told and gives status, type and body", async () => {
  await using on = await harness();
  const result = await on.call("RemoteTrigger", { url: at("/hook"), method: "POST", headers: { "X-Own": "1" }, body: '{"a":"ü"}' });
  expect(text(result)).toBe('HTTP 200 OK\ncontent-type: application/json;charset=utf-8\n\n{"ok":true}');
  expect(result.details).toMatchObject({ url: at("/hook"), method: "POST", status_code: 200, success: true, body: '{"ok":true}' });
  for (const method of ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
    expect((await on.call("RemoteTrigger", { url: at(`/${method}`), method })).failed ?? false).toBe(false);
  await on.call("RemoteTrigger", { url: at("/own"), method: "PUT", body: "a=b", headers: { "Content-Type": "application/x-www-form-urlencoded" } });
  await on.call("RemoteTrigger", { url: at("/plain"), method: "POST", body: "words" });
  expect(seen.map((line) => line.trim())).toEqual([
    'POST /hook application/json 1 {"a":"ü"}',
    ...["GET", "PUT", "DELETE", "PATCH", "HEAD"].map((method) => `${method} /${method} - -`),
    "PUT /own application/x-www-form-urlencoded - a=b",
    "POST /plain text/plain; charset=utf-8 - words",
  ]);
});

test("RemoteTrigger > a failure, a redirect, no body, bytes and a long body are each what they are", async () => {
  await using on = await harness();
  const wrong = await on.call("RemoteTrigger", { url: at("/wrong"), method: "POST" });
  expect({ failed: wrong.failed, text: text(wrong), success: (wrong.details as { success: boolean }).success }).toEqual({
    failed: true,
    text: expect.stringMatching(/^HTTP 422 .*no such job$/s),
    success: false,
  });
  expect(text(await on.call("RemoteTrigger", { url: at("/away") }))).toBe("HTTP 307 Temporary Redirect\nlocation: http://169.254.169.254/");
  expect(text(await on.call("RemoteTrigger", { url: at("/none") }))).toBe("HTTP 204 No Content");
  expect(text(await on.call("RemoteTrigger", { url: at("/binary") }))).toContain("(3 bytes that are no text)");
  const long = text(await on.call("RemoteTrigger", { url: at("/long") }));
  expect({ sound: long.isWellFormed(), cut: /\[\d+ characters cut\]/.test(long), size: long.length < 8_400 }).toEqual({
    sound: true,
    cut: true,
    size: true,
  });
});

test("RemoteTrigger > what is not public is refused, and so are odd headers and a body where none belongs", async () => {
  await using on = await harness();
  for (const url of ["http://169.254.169.254/", "http://127.0.0.1:9999/", "http://localhost/", "http://[::ffff:10.0.0.1]/"]) {
    expect(text(await on.call("RemoteTrigger", { url, method: "POST" }))).toContain("not fetched");
  }
  expect(text(await on.call("RemoteTrigger", { url: at("/x"), headers: { host: "evil" } }))).toContain("claw's to set");
  expect(text(await on.call("RemoteTrigger", { url: at("/x"), body: "x" }))).toContain("GET request has no body");
  expect(seen.some((line) => line.includes(" /x "))).toBe(false);
});

test("RemoteTrigger > nothing is sent unless it is allowed", async () => {
  await using on = await harness({ answers: ["no"] });
  const before = seen.length;
  expect((await on.call("RemoteTrigger", { url: at("/denied"), method: "DELETE" })).failed).toBe(true);
  expect(on.questions).toHaveLength(1);
  expect(seen.length).toBe(before);
});

test("RemoteTrigger > its description and schema are small", async () => {
  await using on = await harness();
  await on.submit("hi");
  expect(Buffer.byteLength(JSON.stringify(on.requests[0]?.tools))).toBeLessThan(650);
});
