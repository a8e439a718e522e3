import { afterAll, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { WebReply, WebRequest } from "claw/kit";
import { createFetch } from "./fetch.ts";
import type { Resolve } from "./policy.ts";

const seen: string[] = [];
let dripping = 0;
const bomb = gzipSync(Buffer.alloc(300_000_000));
const encoded = (bytes: Uint8Array, encoding: string) =>
  new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-encoding": encoding } });
const drip = (): Response =>
  new Response(
    new ReadableStream({
      async pull(controller) {
        dripping++;
        controller.enqueue(new TextEncoder().encode("drip"));
        await Bun.sleep(20);
      },
    }),
  );
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    seen.push(`${request.method} ${request.headers.get("host")} ${pathname}`);
    if (pathname === "/to") return new Response("moved", { status: 302, headers: { location: searchParams.get("at") ?? "" } });
    if (pathname === "/loop") return new Response("", { status: 301, headers: { location: "/loop" } });
    if (pathname === "/bomb") return encoded(bomb, "gzip");
    if (pathname === "/gzip") return encoded(gzipSync("unpacked"), "gzip");
    if (pathname === "/br") return encoded(brotliCompressSync("unpacked"), "br");
    if (pathname === "/deflate") return encoded(deflateSync("unpacked"), "deflate");
    if (pathname === "/damaged") return encoded(new Uint8Array([1, 2, 3, 4]), "gzip");
    if (pathname === "/odd") return encoded(new Uint8Array([1, 2]), "compress");
    if (pathname === "/endless") return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }));
    if (pathname === "/drip") return drip();
    if (pathname === "/never") return new Promise<Response>(() => {});
    if (pathname === "/missing") return new Response("not here", { status: 404 });
    return new Response(`${request.method} ${await request.text()}`, { headers: { "x-seen": JSON.stringify(request.headers) } });
  },
});
const port = server.port!;
const tcp: Server[] = [];
afterAll(async () => {
  await server.stop(true);
  for (const one of tcp) one.close();
});

interface Case extends Partial<WebRequest> {
  readonly resolve?: Resolve;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}
const here: Resolve = async () => ["127.0.0.1"];
/** One request with the machine's names replaced. The test's own host is one that the user named. */
function get(path: string, { resolve = here, env = {}, signal = new AbortController().signal, ...request }: Case = {}): Promise<WebReply> {
  const settings = (key: string) =>
    key === "web" ? ([{ value: { allowHosts: [`named.test:${port}`] }, source: "user", origin: "test", trusted: true }] as const) : [];
  const url = path.startsWith("/") ? `http://named.test:${port}${path}` : path;
  return createFetch({ timeoutMs: 10_000, maxBytes: 1_000_000, resolve })({ url, ...request }, { env, settings, signal });
}
const text = ({ bytes }: WebReply): string => new TextDecoder().decode(bytes);

test("fetch > connects to the address it has checked and resolves once; the host keeps its name", async () => {
  const asked: string[] = [];
  const rebinding: Resolve = async (host) => (asked.push(host) === 1 ? ["127.0.0.1"] : ["169.254.169.254"]);
  const reply = await get("/page", { resolve: rebinding });
  expect({ status: reply.status, text: text(reply), url: reply.url }).toEqual({ status: 200, text: "GET ", url: `http://named.test:${port}/page` });
  expect(asked).toEqual(["named.test"]);
  expect(seen).toContain(`GET named.test:${port} /page`);
});

test("fetch > a name that answers otherwise at the next hop is refused there, and nothing is sent", async () => {
  const answers = [["127.0.0.1"], ["169.254.169.254"]];
  const rebinding: Resolve = async () => answers.shift() ?? [];
  await expect(get("/to?at=/secret", { resolve: rebinding })).rejects.toThrow(`named.test:${port} (169.254.169.254) is a cloud's metadata service`);
  expect(seen).not.toContain(`GET named.test:${port} /secret`);
});

test("fetch > a host that nobody named and that leads here is never connected to", async () => {
  const before = seen.length;
  for (const url of [`http://other.test:${port}/`, `http://127.0.0.1:${port}/`, `http://localhost:${port}/`, `http://[::ffff:127.0.0.1]:${port}/`]) {
    await expect(get(url)).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED", info: { hint: expect.stringContaining("allowHosts") } });
  }
  expect(seen.length).toBe(before);
});

test("fetch > redirects within the host are followed, others are said and not followed", async () => {
  expect(text(await get("/to?at=/end"))).toBe("GET ");
  const target = async (at: string) => (await get(`/to?at=${encodeURIComponent(at)}`)).redirect;
  expect(await target("http://169.254.169.254/latest/")).toBe("http://169.254.169.254/latest/");
  expect(await target(`http://127.0.0.1:${port}/x`)).toBe(`http://127.0.0.1:${port}/x`);
  expect(await target(`http://named.test:${port + 1}/x`)).toBe(`http://named.test:${port + 1}/x`);
  expect(await target("file:///etc/passwd")).toBe("file:///etc/passwd");
  expect(await target(`http://u:p@named.test:${port}/x`)).toBe(`http://u:p@named.test:${port}/x`);
  expect(await target("//evil.test/x")).toBe("http://evil.test/x");
  expect(seen.filter((line) => line.endsWith(" /x") || line.includes("latest"))).toEqual([]);
});

test("fetch > a loop of redirects ends, and a POST follows none", async () => {
  const before = seen.length;
  expect(await get("/loop")).toMatchObject({ status: 301, redirect: `http://named.test:${port}/loop` });
  expect(seen.length - before).toBe(6);
  expect(await get("/to?at=/end", { method: "POST", body: "x" })).toMatchObject({ status: 302, redirect: `http://named.test:${port}/end` });
  expect(await get("/to?at=/end", { redirects: 0 })).toMatchObject({ status: 302 });
});

test("fetch > sends method, headers and body; refuses headers that frame the message", async () => {
  const reply = await get("/echo", { method: "put", body: "häl\nlo", headers: { "X-Own": "1", "User-Agent": "mine" } });
  expect(text(reply)).toBe("PUT häl\nlo");
  expect(JSON.parse(reply.headers["x-seen"]!)).toMatchObject({ "x-own": "1", "user-agent": "mine", host: `named.test:${port}`, accept: "*/*" });
  for (const headers of [
    { Host: "evil" },
    { "content-length": "1" },
    { "Transfer-Encoding": "chunked" },
    { "a b": "1" },
    { a: "1\r\nb: 2" },
    { "proxy-x": "" },
  ]) {
    await expect(get("/never-sent", { headers: headers as unknown as Record<string, string> })).rejects.toThrow(/header/);
  }
  expect(seen.some((line) => line.includes("never-sent"))).toBe(false);
});

test("fetch > undoes compression, and stops a bomb at the limit", async () => {
  for (const path of ["/gzip", "/br", "/deflate"]) expect(text(await get(path))).toBe("unpacked");
  const before = process.memoryUsage.rss();
  const reply = await get("/bomb");
  expect({ size: reply.bytes.length, cut: reply.cut }).toEqual({ size: 1_000_000, cut: true });
  expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000);
  await expect(get("/damaged")).rejects.toThrow("compressed body is damaged");
  await expect(get("/odd")).rejects.toThrow("compress");
});

test("fetch > an endless body ends at the limit, a caller's limit is no more than the plugin's, and a status is no error", async () => {
  expect(await get("/endless", { maxBytes: 10 })).toMatchObject({ cut: true, bytes: new Uint8Array(10) });
  expect((await get("/endless", { maxBytes: 9_000_000 })).bytes.length).toBe(1_000_000);
  const missing = await get("/missing");
  expect({ status: missing.status, text: text(missing), cut: missing.cut }).toEqual({ status: 404, text: "not here", cut: false });
});

test("fetch > a body that only drips ends at the time limit, and the connection with it", async () => {
  await expect(get("/drip", { timeoutMs: 200 })).rejects.toThrow(`named.test:${port} took longer than 0.2 s`);
  const hanging: Resolve = () => new Promise(() => {});
  await expect(get("/", { timeoutMs: 50, resolve: hanging })).rejects.toThrow("took longer than 0.05 s");
  const dropped = async (): Promise<boolean> => {
    const before = dripping;
    await Bun.sleep(100);
    return dripping === before;
  };
  while (!(await dropped()));
});

test("fetch > an abort ends it wherever it is", async () => {
  for (const path of ["/never", "/drip"]) {
    const stop = new AbortController();
    const before = seen.length;
    const reply = get(path, { signal: stop.signal });
    while (seen.length === before) await Bun.sleep(5);
    stop.abort();
    await expect(reply).rejects.toMatchObject({ code: "CLAW_ABORTED" });
  }
  const before = seen.length;
  await expect(get("/late", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "CLAW_ABORTED" });
  expect(seen.length).toBe(before);
});

test("fetch > tries the next address when one does not answer", async () => {
  const two: Resolve = async () => ["::1", "127.0.0.2", "127.0.0.1"];
  expect((await get("/two", { resolve: two })).status).toBe(200);
  await expect(get("/two", { resolve: async () => ["127.0.0.2"] })).rejects.toThrow("nothing answers at this port (ECONNREFUSED)");
  await expect(get("/two", { resolve: async () => [] })).rejects.toThrow("has no address");
});

test("fetch > what is no web server is said to be none", async () => {
  const answering = async (answer: string): Promise<number> => {
    const one = createServer((socket) => void socket.on("error", () => {}).on("data", () => void socket.end(answer)));
    tcp.push(one);
    await new Promise<void>((ready) => one.listen(0, "127.0.0.1", ready));
    return (one.address() as { port: number }).port;
  };
  const at = async (answer: string): Promise<WebReply> => {
    const vouched = `x.test:${await answering(answer)}`;
    return get(`http://${vouched}/`, { vouched: [vouched] });
  };
  await expect(at("SSH-2.0-OpenSSH\r\n")).rejects.toThrow("does not answer as a web server does");
  await expect(at(`HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(50_000)}\r\n`)).rejects.toThrow("does not answer as a web server does");
  await expect(at("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf")).rejects.toThrow("closed before the whole answer");
  await expect(at("")).rejects.toThrow("closed before the whole answer");
});

test("fetch > a key of claw's own leaves in no address, header or body", async () => {
  const env = { ANTHROPIC_API_KEY: "sk-ant-test-0123456789" };
  await expect(get("/?q=sk-ant-test-0123456789", { env })).rejects.toThrow("ANTHROPIC_API_KEY");
  await expect(get("/", { env, method: "POST", body: "k=sk-ant-test-0123456789" })).rejects.toThrow("ANTHROPIC_API_KEY");
  const headers = { authorization: "Bearer sk-ant-test-0123456789" };
  await expect(get("/", { env, headers })).rejects.toThrow("ANTHROPIC_API_KEY");
  expect((await get("/", { env, headers, vouched: ["search.test"] })).status).toBe(200);
});

test("fetch > goes through the proxy of the environment, which resolves what this machine cannot, but nothing of the local network", async () => {
  const asked: string[] = [];
  await using proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      asked.push(request.url);
      return new Response(gzipSync("from afar"), { headers: { "content-encoding": "gzip" } });
    },
  });
  const env = { HTTP_PROXY: `127.0.0.1:${proxy.port}`, NO_PROXY: "named.test" };
  const unknown: Resolve = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
  const far = { env, resolve: unknown };
  expect(text(await get("http://far.test:8080/x", far))).toBe("from afar");
  expect(asked).toEqual(["http://far.test:8080/x"]);
  for (const url of ["http://intranet:8080/", "http://localhost:8080/", "http://169.254.169.254:8080/", "http://metadata.google.internal:8080/"]) {
    await expect(get(url, far)).rejects.toThrow(/local network|metadata/);
  }
  await expect(get("http://inner.test:8080/", { env, resolve: async () => ["10.0.0.1"] })).rejects.toThrow("private network");
  expect(text(await get("/direct", { env }))).toBe("GET ");
  expect(asked).toHaveLength(1);
  await expect(get("http://nowhere.test:8080/", { resolve: unknown })).rejects.toThrow("there is no such host (ENOTFOUND)");
});
