import { afterAll, describe, expect, test } from "bun:test";
import type { Json } from "claw";
import { createHarness, type Harness } from "claw/testing";
import { serverEvents } from "./events.ts";
import { serve, stopServers } from "./testing/session.ts";

afterAll(stopServers);
const plugins = ["feature/mcp", "feature/processes", "feature/workspace", "feature/shell", "feature/permissions"];
function start(server: Json, env: Readonly<Record<string, string>> = {}): Promise<Harness> {
  const config = { mcpServers: { far: server }, permissions: { allow: ["mcp__far"] } };
  return createHarness({ plugins, config, answers: ["answer", "red"], env: { PATH: process.env["PATH"] ?? "", ...env } });
}
async function said(harness: Harness, tool: string, input: Json = {}): Promise<string> {
  const { content, failed } = await harness.call(`mcp__far__${tool}`, input);
  const text = content.map((block) => (block.type === "text" ? block.text : `<${block.type}>`)).join("\n");
  return failed === true ? `failed: ${text}` : text;
}
const notices = ({ events }: Harness): string => events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : [])).join("\n");
const schema = { type: "object", properties: { colour: { type: "string", enum: ["red", "blue"] } } };

describe("streamable HTTP", () => {
  test("calls, large results, progress, questions and changes come through, with the token of a header", async () => {
    const url = await serve("--http", "--token", "t0p");
    await using harness = await start({ type: "http", url, headers: { Authorization: "Bearer $" + "{TOKEN:-none}" } }, { TOKEN: "t0p" });
    expect(await said(harness, "echo", { text: "über" })).toBe("test: über");
    expect(await said(harness, "big", { bytes: 1_000_000 })).toEndWith("end.");
    expect(await said(harness, "steps")).toBe("all steps done");
    expect(harness.events.some((event) => event.type === "call.progress")).toBe(true);
    expect(await said(harness, "ask", { schema })).toBe('{"action":"accept","content":{"colour":"red"}}');
    await said(harness, "grow");
    while (!harness.host.names("tool").includes("mcp__far__late")) await Bun.sleep(10);
    expect((await said(harness, "env")).includes("CLAW_RUN")).toBe(false);
  }, 30_000);

  test("without the token it is named with what to do, and is not tried again", async () => {
    const url = await serve("--http", "--token", "t0p");
    await using harness = await start({ type: "streamable-http", url });
    expect(await harness.submit("hello")).toEqual({ kind: "completed" });
    expect(notices(harness)).toMatch(/^MCP server far is not there: HTTP 401 Unauthorized: who are you\?\nGive its token: "headers"/);
    expect(harness.events.filter((event) => event.type === "mcp.changed" && event.data.state === "connecting")).toHaveLength(1);
  }, 30_000);

  test("a session that the server has forgotten is opened anew by the next call", async () => {
    await using harness = await start({ url: await serve("--http") });
    expect(Number(await said(harness, "pid"))).toBeGreaterThan(0);
    expect(await said(harness, "echo", { text: "1" })).toBe("failed: MCP server far: it has forgotten the session");
    expect(await said(harness, "echo", { text: "2" })).toBe("test: 2");
  }, 30_000);

  test("a stream that ends or breaks before it has brought the answer is taken up behind its last event", async () => {
    await using harness = await start({ url: await serve("--http", "--drop") });
    expect(await said(harness, "echo", { text: "later" })).toBe("test: later");
    expect(await said(harness, "fail")).toBe("failed: it went wrong");
    const { seen } = JSON.parse(await said(harness, "seen")) as { readonly seen: readonly string[] };
    expect(seen.filter((method) => method === "tools/call")).toHaveLength(3);
  }, 30_000);

  test("redirects are followed within the origin, and nowhere else", async () => {
    const url = await serve("--http");
    await using harness = await start({ url: url.replace("/mcp", "/moved") });
    expect(await said(harness, "echo", { text: "1" })).toBe("test: 1");
    await using other = await start({ url: url.replace("/mcp", "/away") });
    await other.submit("hello");
    expect(notices(other)).toContain("it redirects to http://localhost:9/mcp\nIf that is right, name it");
  }, 30_000);

  test("a server that goes away fails the call and is named; nobody at the address is named too", async () => {
    await using harness = await start({ url: await serve("--http") });
    expect(await said(harness, "crash")).toMatch(/^failed: /);
    expect(await said(harness, "echo", { text: "1" })).toMatch(/^failed: MCP server far is not connected: 127\.0\.0\.1:\d+ cannot be reached/);
  }, 30_000);
});

describe("the older SSE transport", () => {
  test("calls and questions come through", async () => {
    await using harness = await start({ type: "sse", url: await serve("--sse") });
    expect(await said(harness, "echo", { text: "old" })).toBe("test: old");
    expect(await said(harness, "ask", { schema })).toBe('{"action":"accept","content":{"colour":"red"}}');
  }, 30_000);

  test("an address on another host is refused", async () => {
    await using harness = await start({ type: "sse", url: await serve("--sse", "--elsewhere") });
    await harness.submit("hello");
    expect(notices(harness)).toContain("it names an address for messages on another host");
  }, 30_000);
});

describe("serverEvents", () => {
  const text = ': c\r\nevent: endpoint\r\ndata: /x\r\n\r\ndata: {"a":\rdata: "é"}\r\rid: 1\n\nevent: last\ndata';
  const events = [
    { event: "endpoint", data: "/x" },
    { event: "message", data: '{"a":\n"é"}' },
    { event: "message", data: "", id: "1" },
    { event: "last", data: "", id: "1" },
  ];
  test.each([1, 2, 3, 7, 1_000])("reads any line ends, cut into pieces of %i bytes", async (size) => {
    const bytes = Buffer.from(text);
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    expect(await Array.fromAsync(serverEvents(pieces(), 1_000))).toEqual(events);
  });

  test("an event that never ends is an error", async () => {
    async function* endless() {
      for (;;) yield Buffer.from("data: xxxxxxxxxxxxxxxxxx\n");
    }
    await expect(Array.fromAsync(serverEvents(endless(), 1_000))).rejects.toBeInstanceOf(RangeError);
  });
});
