import { expect, test } from "bun:test";
import { isIPv4, isIPv6 } from "node:net";
import { realmOfAddress } from "claw/kit";
import { bareHost, type Exception, exceptionsOf } from "./exceptions.ts";
import { leak, settle, vet, vetName } from "./policy.ts";

const allowing = (...hosts: string[]): Promise<readonly Exception[]> => exceptionsOf({ settings: () => [] }, hosts);
const nowhere = async (): Promise<readonly string[]> => [];
/** What becomes of an address that nobody excepted: the address it is asked at, or the refusal. */
async function verdict(text: string, addresses: readonly string[] = ["93.184.216.34"], hosts: readonly string[] = []): Promise<string> {
  const exceptions = await allowing(...hosts);
  try {
    const url = vet(text, exceptions, {});
    await settle(url, exceptions, async () => addresses);
    return url.href;
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  ["https://example.com", "https://example.com/"],
  ["HTTP://EXAMPLE.com:80/a?b#c", "https://example.com/a?b"],
  ["http://example.com:8080/x", "http://example.com:8080/x"],
  ["https://example.com:443/", "https://example.com/"],
  ["https://1.1.1.1/", "https://1.1.1.1/"],
  ["https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"],
  [" https://münchen.example/ ", "https://xn--mnchen-3ya.example/"],
])("vet > %s is asked at %s", async (text, expected) => {
  expect(await verdict(text)).toBe(expected);
});

test.each([
  ["example.com", "is not a full address"],
  ["//example.com", "is not a full address"],
  ["file:///etc/passwd", "Only http and https"],
  ["ftp://example.com/", "Only http and https"],
  ["javascript:alert(1)", "Only http and https"],
  ["data:text/html,x", "Only http and https"],
  ["gopher://example.com/", "Only http and https"],
  ["https://user@example.com/", "name or password"],
  ["https://:pw@example.com/", "name or password"],
  ["https://example.com@evil.example/", "name or password"],
  ["https://example.com:22/", "Port 22"],
  ["http://example.com:25/", "Port 25"],
  [`https://example.com/${"a".repeat(5_000)}`, "longer than"],
  ["https://", "is not a full address"],
  ["https://exa mple.com/", "is not a full address"],
  ["https://evil.example\0.allowed.example/", "is not a full address"],
])("vet > %s is refused: %s", async (text, expected) => {
  expect(await verdict(text)).toContain(expected);
});

test.each([
  "http://127.0.0.1/",
  "http://127.1/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0x7f.1/",
  "http://0177.0.0.1/",
  "http://127.0.0.1./",
  "http://127.0.0.1:8080/",
  "http://0/",
  "http://0.0.0.0/",
  "http://[::]/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:7f00:1]/",
  "http://[::127.0.0.1]/",
  "http://[64:ff9b::127.0.0.1]/",
  "http://[fe80::1]/",
  "http://[fd00:ec2::254]/",
  "http://169.254.169.254/latest/meta-data/",
  "http://2852039166/",
  "http://0xa9fea9fe/",
  "http://0251.0376.0251.0376/",
  "http://①②⑦.⓪.⓪.①/",
  "http://127。0。0。1/",
  "http://%31%32%37.0.0.1/",
  "http://10.0.0.1/",
  "http://192.168.0.1/",
  "http://100.64.0.1/",
])("settle > %s is refused, however it is spelled", async (text) => {
  expect(await verdict(text)).toContain(": not fetched.");
});

test("settle > one bad address among good ones is enough, and every name is judged by where it leads", async () => {
  expect(await verdict("https://rebind.example/", ["93.184.216.34", "127.0.0.1"])).toContain("rebind.example (127.0.0.1) is this machine itself");
  expect(await verdict("https://localhost/", ["127.0.0.1"])).toContain("this machine itself");
  expect(await verdict("https://meta.example/", ["169.254.169.254"])).toContain("metadata service");
  expect(await verdict("https://six.example/", ["2606:4700::1", "fe80::1%eth0"])).toContain("local link");
});

test("exceptions > a named host may be private at any port, over http, and no other is; what its name leads to has limits", async () => {
  expect(await verdict("http://localhost:8080/", ["127.0.0.1", "::1"], ["localhost:8080"])).toBe("http://localhost:8080/");
  expect(await verdict("http://localhost:81/", ["127.0.0.1"], ["localhost"])).toBe("http://localhost:81/");
  expect(await verdict("http://localhost:9090/", ["127.0.0.1"], ["localhost:8080"])).toContain("not fetched");
  expect(await verdict("http://a.corp.example/", ["10.0.0.1"], ["*.corp.example"])).toBe("http://a.corp.example/");
  expect(await verdict("http://corp.example/", ["10.0.0.1"], ["*.corp.example"])).toContain("not fetched");
  expect(await verdict("http://evilcorp.example/", ["10.0.0.1"], ["*.corp.example", "corp.example"])).toContain("not fetched");
  expect(await verdict("http://corp.example.evil.example/", ["10.0.0.1"], ["corp.example"])).toContain("not fetched");
  expect(await verdict("http://wiki.corp/", ["169.254.169.254"], ["wiki.corp"])).toContain("metadata service");
  expect(await verdict("http://wiki.corp/", ["0.0.0.0"], ["wiki.corp"])).toContain("no public address");
  expect(await verdict("http://169.254.169.254/", [], ["169.254.169.254"])).toBe("http://169.254.169.254/");
  expect(await verdict("http://[::1]:3000/", [], ["[::1]:3000"])).toBe("http://[::1]:3000/");
  expect(await verdict("http://[::1]:3001/", [], ["[::1]:3000"])).toContain("not fetched");
  expect(await verdict("http://name@localhost/", ["127.0.0.1"], ["localhost"])).toContain("name or password");
});

test.each(["", "*", "http://x/", "a/b", "user@host", "a b", "*.*.x?"])(
  "exceptions > %j in the settings is an error that names the key",
  async (entry) => {
    const settings = () => [{ value: { allowHosts: [entry] }, source: "user", origin: "/s.json", trusted: true }] as const;
    await expect(exceptionsOf({ settings })).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID", message: expect.stringContaining("allowHosts") });
  },
);

test("exceptions > an untrusted project has no say, broken or not; a managed list is the only one", async () => {
  const layer = (source: "user" | "project" | "managed", hosts: unknown, trusted = true) => ({
    value: { allowHosts: hosts },
    source,
    origin: "x",
    trusted,
  });
  const hosts = async (...layers: ReturnType<typeof layer>[]) => (await exceptionsOf({ settings: () => layers })).map(({ host }) => host);
  expect(await hosts(layer("user", ["a"]), layer("project", ["b"], false), layer("project", 7, false))).toEqual(["a"]);
  expect(await hosts(layer("user", ["a"]), layer("project", ["b"]))).toEqual(["a", "b"]);
  expect(await hosts(layer("user", ["a"]), layer("managed", ["c"]))).toEqual(["c"]);
});

test("exceptions > a rule of the user's that names one host by its whole name opens it; a project's, or one for many hosts, does not", async () => {
  const layer = (source: "user" | "project", ...allow: string[]) => ({ value: { allow }, source, origin: "x", trusted: true });
  const hosts = async (layers: readonly ReturnType<typeof layer>[], allowedTools?: readonly string[]) => {
    const settings = (key: string) => (key === "permissions" ? layers : []);
    const options = allowedTools === undefined ? {} : { allowedTools };
    return (await exceptionsOf({ settings, options })).map(({ host, port = "" }) => `${host} ${port}`.trim());
  };
  expect(await hosts([layer("user", "Read", "WebFetch(domain:localhost)", "web_fetch(domain:127.0.0.1:8080)")])).toEqual([
    "localhost",
    "127.0.0.1 8080",
  ]);
  expect(await hosts([layer("project", "WebFetch(domain:localhost)")])).toEqual([]);
  expect(await hosts([layer("user", "WebFetch", "WebFetch(domain:*)", "WebFetch(domain:*.corp)")])).toEqual([]);
  expect(await hosts([], ["Read, WebFetch(domain:localhost)"])).toEqual(["localhost"]);
});

test("vetName > names of the local network are refused, others are left to the proxy", async () => {
  for (const host of ["localhost", "x.localhost", "metadata.google.internal", "printer.local", "intranet"]) {
    expect(() => vetName(new URL(`https://${host}/`), [])).toThrow("local network");
  }
  expect(() => vetName(new URL("https://example.com/"), [])).not.toThrow();
  const named = await allowing("intranet");
  expect(() => vetName(new URL("https://intranet/"), named)).not.toThrow();
});

test("leak > finds a key of claw's own, plain, escaped or in a host, and leaves other values alone", () => {
  const env = {
    ANTHROPIC_API_KEY: "sk-ant-0123456789/AB",
    GITHUB_TOKEN: "ghp_0123456789abcdef",
    ANTHROPIC_BASE_URL: "https://api.example.com/v1",
    EXA_API_KEY: "short",
  };
  expect(leak("https://x.example/?k=sk-ant-0123456789/AB", env)).toBe("ANTHROPIC_API_KEY");
  expect(leak("https://x.example/?k=sk-ant-0123456789%2FAB", env)).toBe("ANTHROPIC_API_KEY");
  expect(leak("https://x.example/sk-ant-0123456789/ab", env)).toBe("ANTHROPIC_API_KEY");
  for (const text of ["https://x.example/ghp_0123456789abcdef", "https://api.example.com/v1", "https://x.example/short", "%"])
    expect(leak(text, env)).toBeUndefined();
});

test("policy > 20,000 hostile addresses: what passes is http(s), names no secret, and leads to nothing but the public", async () => {
  const seed = Date.now() % 100_000;
  let state = seed;
  const next = (most: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * most);
  };
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const bits = [
    "127",
    "0x7f",
    "0177",
    "10",
    "169.254.169.254",
    "2130706433",
    "0",
    "1",
    ".",
    ":",
    "[",
    "]",
    "::",
    "ffff",
    "@",
    "/",
    "\\",
    "?",
    "#",
    "%00",
    "%2e",
  ];
  const more = [
    "。",
    "１",
    "ⓛocalhost",
    "localhost",
    "example.com",
    "fe80",
    "64:ff9b::",
    " ",
    "\t",
    "\n",
    "\0",
    "8080",
    "22",
    "user:pw@",
    "é",
    "\u202e",
    "%",
    "-",
  ];
  let passed = 0;
  for (let round = 0; round < 20_000; round++) {
    const tail = Array.from({ length: 1 + next(8) }, () => pick([...bits, ...more])).join("");
    const text = `${pick(["http://", "https://", "HTTP:", "http:/", "ftp://", "file://", "//", "", "http:\\\\"])}${tail}`;
    let url: URL;
    try {
      url = vet(text, [], {});
      await settle(url, [], nowhere);
    } catch (error) {
      expect({ seed, text, code: (error as { code?: string }).code }).toEqual({ seed, text, code: "CLAW_TOOL_FAILED" });
      continue;
    }
    const host = bareHost(url);
    const inner = (isIPv4(host) || isIPv6(host)) && realmOfAddress(host) !== undefined;
    const port = url.port === "" || Number(url.port) >= 1024;
    const sound = /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && url.hash === "" && host !== "" && port;
    expect({ seed, text, inner, sound, again: URL.parse(url.href)?.href }).toEqual({ seed, text, inner: false, sound: true, again: url.href });
    passed++;
  }
  expect(passed).toBeGreaterThan(100);
});
