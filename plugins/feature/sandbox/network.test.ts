// The network by domain: what is written, what two lists have in common, which addresses are public, what the gateway lets through.
import { describe, expect, test } from "bun:test";
import { closeSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Setting } from "claw";
import { createRealms } from "./address.ts";
import { type Domain, meet, type Network, names, opens, parseDomain, plainHost, textOf } from "./domains.ts";
import { openGateway } from "./gateway.ts";
import { proxyVariables } from "./gateways.ts";
import { readHead } from "./head.ts";
import { readRules } from "./rules.ts";

const list = (texts: readonly string[], own = true): readonly Domain[] => texts.map((text) => parseDomain(text, own) ?? expect.unreachable(text));
const texts = (network: Network): unknown => (typeof network === "boolean" ? network : network.map(textOf));

describe("parseDomain", () => {
  test("a host, hosts below, a port; in their one form", () => {
    expect(list(["Registry.NPMjs.org.", "*.github.com", "*", "a.b:5432", "0x7f.1:80", "[::1]:3000", "bücher.example"]).map(textOf)).toEqual([
      "registry.npmjs.org",
      "*.github.com",
      "*",
      "a.b:5432",
      "127.0.0.1:80",
      "[::1]:3000",
      "xn--bcher-kva.example", // biome-ignore format: rows
    ]);
  });
  test("what names no host is refused", () => {
    for (const text of ["", "https://a.b", "a.b/x", "a b", "u@a.b", "a.*.b", "*.1.2.3.4", "a.b:0", "a.b:70000", "a\0.b", "*.", "a:b:c", "a.b:"]) {
      expect([text, parseDomain(text, true)]).toEqual([text, undefined]);
    }
    expect(plainHost("evil.example\0.github.com")).toBeUndefined();
  });
  test("names > below is not itself, and not what only ends alike", () => {
    const domains = list(["*.github.com", "x.org:8080"]);
    expect(["api.github.com", "github.com", "evilgithub.com", "github.com.evil.example"].map((host) => names(domains, host).length)).toEqual([
      1, 0, 0, 0,
    ]);
    expect([443, 80, 22, 8080].map((port) => opens(domains[0] as Domain, port))).toEqual([true, true, false, false]);
    expect([443, 8080].map((port) => opens(domains[1] as Domain, port))).toEqual([false, true]);
  });
});

describe("meet", () => {
  test("is what both allow, with the narrower of two", () => {
    const of = (people: readonly string[] | boolean, project: readonly string[] | boolean): unknown =>
      texts(meet(typeof people === "boolean" ? people : list(people), typeof project === "boolean" ? project : list(project, false)));
    expect(of(["*.github.com", "a.b"], ["api.github.com", "evil.example"])).toEqual(["api.github.com"]);
    expect(of(["api.github.com"], ["*.github.com", "*"])).toEqual(["api.github.com"]);
    expect(of(["a.b:8080", "c.d"], ["*.b:8080", "c.d:443", "a.b"])).toEqual(["a.b:8080", "c.d:443"]);
    expect(of(["a.b:8080"], ["a.b"])).toEqual([]);
    expect([of(false, ["a.b"]), of(["a.b"], false), of(["a.b"], true), of(true, ["a.b"])]).toEqual([false, false, ["a.b"], ["a.b"]]);
  });
  test("an address that only a project has written is nobody's", () => {
    const [narrow] = meet(list(["*"]), list(["127.0.0.1:80"], false)) as readonly Domain[];
    expect(narrow).toMatchObject({ host: "127.0.0.1", own: false });
    expect(meet(list(["127.0.0.1"]), list(["*"], false))).toMatchObject([{ host: "127.0.0.1", own: true }]);
  });
});

describe("readRules", () => {
  const layer = (source: Setting["source"], network: unknown, trusted = true): Setting => ({ source, value: { network }, origin: source, trusted });
  test("a project's list only tightens, an empty one is no network, the object form counts", async () => {
    const read = async (...layers: Setting[]): Promise<unknown> => texts((await readRules(layers, "/", "/")).network);
    expect(await read(layer("user", ["a.b", "*.c.d"]), layer("project", ["x.c.d", "evil.example"], false))).toEqual(["x.c.d"]);
    expect(await read(layer("project", ["evil.example"]))).toBe(false);
    expect(await read(layer("user", []))).toBe(false);
    expect(await read(layer("user", ["a.b"]), layer("project", ["evil.example"]))).toBe(false);
    expect(await read(layer("user", ["a.b"]), layer("project", true), layer("local", false))).toBe(false);
    expect(await read(layer("user", { allowedDomains: ["a.b"] }), layer("project", true))).toEqual(["a.b"]);
    expect(await read(layer("user", true), layer("project", ["a.b"], false))).toEqual(["a.b"]);
  });
  test("what is no domain is named with its key", async () => {
    await expect(readRules([layer("user", ["a.b", "https://c.d"])], "/", "/")).rejects.toMatchObject({
      code: "CLAW_CONFIG_INVALID",
      message: expect.stringMatching(/sandbox\.network\.1.*no domain/),
    });
  });
});

test("createRealms > only what is plainly public is", () => {
  const realm = createRealms();
  // biome-ignore format: rows
  const cases = {
    public: ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
    private: ["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1", "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::7f00:1"],
    closed: ["169.254.169.254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "::",
      "2002:7f00:1::", "2001::1", "64:ff9b::a9fe:a9fe", "::ffff:169.254.169.254", "::7f00:1", "localhost", ""],
  };
  for (const [kind, addresses] of Object.entries(cases)) for (const one of addresses) expect([one, realm(one)]).toEqual([one, kind as never]);
});

describe("readHead", () => {
  test("takes CONNECT and http, and rewrites what it sends", () => {
    expect(readHead("CONNECT API.github.com:443 HTTP/1.1\r\nHost: evil")).toEqual({ host: "api.github.com", port: 443 });
    expect(readHead("GET http://A.b:8080/x?y HTTP/1.1\r\nHost: evil\r\nProxy-Authorization: z\r\nAccept: */*\r\nConnection: keep-alive")).toEqual({
      host: "a.b",
      port: 8080,
      head: "GET /x?y HTTP/1.1\r\nHost: a.b:8080\r\nAccept: */*\r\nConnection: close\r\n\r\n",
    });
  });
  test("refuses what others could read otherwise", () => {
    const wrong = ["GET / HTTP/1.1", "GET https://a.b/ HTTP/1.1", "GET http:a.b HTTP/1.1", "CONNECT a.b HTTP/1.1", "CONNECT a.b:0 HTTP/1.1", "nonsense",
      "CONNECT evil@a.b:443 HTTP/1.1", "CONNECT a.b/:443 HTTP/1.1", "GET http://a.b/ HTTP/1.1\r\nX: y\nHost: evil", "GET http://a.b/ HTTP/1.1\r\n folded", "GET http://a.b/ HTTP/1.1\r\nHost : evil"]; // biome-ignore format: rows
    for (const text of wrong) expect(() => readHead(text)).toThrow();
  });
});

describe("openGateway", () => {
  /** Sends text through the gateway and gives all that comes back. */
  const ask = async (file: number, text: string): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let got = "";
    const socket = connect(`/proc/self/fd/${file}`);
    socket.on("data", (bytes) => {
      got += bytes.toString();
      if (got === "HTTP/1.1 200 Connection established\r\n\r\n") socket.end("GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    });
    socket.on("error", reject).on("close", () => resolve(got));
    socket.write(text);
    return promise;
  };
  test.if(process.platform === "linux")("lets the list through to the checked address, and says what it refused and what would help", async () => {
    using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => new Response(`${request.method} ${new URL(request.url).pathname}`),
    });
    const folder = mkdtempSync(join(tmpdir(), `claw-gateway-${"long-".repeat(25)}`));
    const gate = { domains: list([`127.0.0.1:${server.port}`, `localhost:${server.port}`, "[::1]", "169.254.169.254"]), nearby: [] as Domain[] };
    const gateway = await openGateway(gate, folder);
    try {
      expect(readdirSync(folder)).toEqual([]);
      const at = `127.0.0.1:${server.port}`;
      expect(await ask(gateway.file, `GET http://${at}/plain HTTP/1.1\r\n\r\n`)).toContain("GET /plain");
      expect(await ask(gateway.file, `CONNECT ${at} HTTP/1.1\r\n\r\n`)).toContain("GET /tunnel");
      expect(gateway.refused()).toEqual([]);
      expect(await ask(gateway.file, "CONNECT evil.example:443 HTTP/1.1\r\n\r\n")).toMatch(
        /^HTTP\/1\.1 403 .*\r\n[\s\S]*"network": \["evil\.example"\]/,
      );
      expect(await ask(gateway.file, "CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n")).toContain("port 1 of 127.0.0.1 is not among");
      expect(await ask(gateway.file, `CONNECT localhost:${server.port} HTTP/1.1\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 403 [\s\S]*leads to (127\.0\.0\.1|::1), which is this machine/,
      );
      expect(await ask(gateway.file, "GET / HTTP/1.1\r\n\r\n")).toStartWith("HTTP/1.1 400 ");
      expect(await ask(gateway.file, `GET http://a.b/ HTTP/1.1\r\nX: ${"x".repeat(40_000)}\r\n\r\n`)).toStartWith("HTTP/1.1 400 ");
      expect(gateway.refused()).toHaveLength(3);
      gate.nearby.push(...list([`localhost:${server.port}`]));
      expect(await ask(gateway.file, `CONNECT localhost:${server.port} HTTP/1.1\r\n\r\n`)).toContain("GET /tunnel");
    } finally {
      gateway.close();
      await expect(ask(gateway.file, "x")).rejects.toThrow();
      closeSync(gateway.file);
      rmSync(folder, { recursive: true });
    }
  });
  test.if(process.platform === "linux")("closing it drops what is open", async () => {
    using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const folder = mkdtempSync(join(tmpdir(), "claw-gateway-"));
    const gateway = await openGateway({ domains: list([`127.0.0.1:${server.port}`]), nearby: [] }, folder);
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connect(`/proc/self/fd/${gateway.file}`);
    socket.write(`CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\n\r\n`);
    await new Promise<void>((done) => void socket.once("data", () => done()));
    socket.once("close", () => resolve());
    socket.on("error", () => {});
    gateway.close();
    await promise;
    gateway.close();
    closeSync(gateway.file);
    rmSync(folder, { recursive: true });
  });
});

test("proxyVariables > both cases, and the loopback of the command stays its own unless the setting names the one outside", () => {
  const plain = proxyVariables(list(["a.b", "*"]));
  expect([plain["NO_PROXY"], plain["no_proxy"], plain["https_proxy"]]).toEqual([
    "localhost,127.0.0.1,::1",
    "localhost,127.0.0.1,::1",
    plain["HTTPS_PROXY"],
  ]);
  expect(proxyVariables(list(["127.0.0.1:8080"]))["NO_PROXY"]).toBe("localhost,::1");
});
