import { afterAll, expect, test } from "bun:test";
import type { ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions, pluginContract, toolContract } from "claw/testing";

interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
let seen: Seen[] = [];
const results = [
  {
    title: "One <b>bold</b> &amp; more",
    url: "https://one.example/a",
    description: "First\n  words",
    content: "First\n  words",
    highlights: ["First words"],
  },
  { title: "Two", url: "https://docs.two.example/", description: "", content: "" },
  { title: "Two again", url: "https://docs.two.example/", description: "", content: "" },
  { title: "Bad", url: "javascript:alert(1)", description: "", content: "" },
];
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const url = new URL(request.url);
    seen.push({ method: request.method, url, headers: request.headers.toJSON(), body: await request.text() });
    if (url.pathname.startsWith("/broken")) return new Response("<p>not json", { headers: { "content-type": "text/html" } });
    if (url.pathname.startsWith("/denied")) return new Response("", { status: 401 });
    if (url.pathname.startsWith("/hop")) return Response.redirect("http://169.254.169.254/");
    if (url.pathname.startsWith("/html")) {
      const list = Array.from(
        { length: 30 },
        (_, index) =>
          `<a class="result__a" href="https://n${index}.example/">Result ${index}</a><a class="result__snippet" href="#">Snippet ${index}</a>`,
      );
      return new Response(list.join(""), { headers: { "content-type": "text/html" } });
    }
    return Response.json(url.pathname.startsWith("/brave") ? { web: { results } } : { results });
  },
});
afterAll(() => server.stop(true));
const at = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const harness = (webSearch: object, more: Partial<HarnessOptions> = {}): Promise<Harness> => {
  seen = [];
  return createHarness({
    plugins: ["tool/web-search", "feature/web"],
    answers: Array.from({ length: 20 }, () => "yes"),
    config: { webSearch } as never,
    ...more,
  });
};

pluginContract(import.meta.dir);
{
  await using on = await harness({});
  toolContract(await on.host.get("tool", "WebSearch"), {
    valid: [{ query: "bun test" }, { query: "x y", allowed_domains: ["a.org"], blocked_domains: [] }],
    invalid: [{}, { query: "x" }, { query: "x".repeat(1_001) }, { query: "ok", allowed_domains: "a.org" }, { query: "ok", count: 3 }],
  });
}

test("WebSearch > the base URL of the environment is asked, on this machine too, and read as a page of links", async () => {
  await using on = await harness({}, { env: { CLAWD_WEB_SEARCH_BASE_URL: at("/html/?kl=us-en") } });
  const result = await on.call("WebSearch", { query: "what & why" });
  expect(text(result).split("\n").slice(0, 3)).toEqual(["1. Result 0", "   https://n0.example/", "   Snippet 0"]);
  expect(text(result)).toEndWith("8. Result 7\n   https://n7.example/\n   Snippet 7");
  expect({ q: seen[0]?.url.searchParams.get("q"), kl: seen[0]?.url.searchParams.get("kl") }).toEqual({ q: "what & why", kl: "us-en" });
  expect(result.details).toMatchObject({ engine: "duckduckgo", query: "what & why" });
  expect(text(await on.call("WebSearch", { query: "xx", allowed_domains: ["n3.example"], blocked_domains: ["n4.example"] }))).toBe(
    "1. Result 3\n   https://n3.example/\n   Snippet 3",
  );
  expect(text(await on.call("WebSearch", { query: "xx", allowed_domains: ["none.example"] }))).toBe('No results for "xx".');
});

test.each([
  ["brave", { "x-subscription-token": "k" }],
  ["tavily", { authorization: "Bearer k" }],
  ["exa", { "x-api-key": "k" }],
  ["searxng", {}],
] as const)("WebSearch > asks %s as it wants to be asked, and shows plain lines without doubles", async (provider, headers) => {
  await using on = await harness({ provider, baseUrl: at(`/${provider}`), ...(provider === "searxng" ? {} : { apiKey: "k" }) });
  const said = text(await on.call("WebSearch", { query: "some thing", allowed_domains: ["example"], blocked_domains: ["bad.org"] }));
  expect(said).toBe("1. One bold & more\n   https://one.example/a\n   First words\n2. Two\n   https://docs.two.example/");
  const asked = seen[0]!;
  expect(asked.headers).toMatchObject(headers);
  if (provider === "brave") expect(asked.url.searchParams.get("q")).toBe("some thing site:example -site:bad.org");
  if (provider === "searxng") expect(`${asked.url.pathname} ${asked.url.searchParams.get("format")}`).toBe("/searxng/search json");
  if (provider === "tavily")
    expect(JSON.parse(asked.body)).toMatchObject({ query: "some thing", max_results: 8, include_domains: ["example"], exclude_domains: ["bad.org"] });
  if (provider === "exa")
    expect(JSON.parse(asked.body)).toMatchObject({ query: "some thing", numResults: 8, includeDomains: ["example"], excludeDomains: ["bad.org"] });
});

test("WebSearch > an engine that refuses, redirects or answers with something else is said to", async () => {
  const failure = async (webSearch: object): Promise<string> => {
    await using on = await harness(webSearch);
    const result = await on.call("WebSearch", { query: "xx" });
    expect(result.failed).toBe(true);
    return text(result);
  };
  expect(await failure({ provider: "brave", apiKey: "k", baseUrl: at("/denied") })).toContain("status 401.\nIts key");
  expect(await failure({ provider: "tavily", apiKey: "k", baseUrl: at("/broken") })).toContain("did not answer with JSON");
  expect(await failure({ baseUrl: at("/hop") })).toContain("status 302");
  expect(await failure({ provider: "exa" })).toContain("EXA_API_KEY");
});

test("WebSearch > a key never leaves in an address or a result, and a project cannot send it elsewhere", async () => {
  const env = { BRAVE_API_KEY: "bsa-0123456789abcdef" };
  const files = { ".claw/settings.json": JSON.stringify({ webSearch: { provider: "brave", baseUrl: at("/brave") } }) };
  await using on = await harness({ baseUrl: at("/html") }, { env, files, options: { trust: true } });
  const result = await on.call("WebSearch", { query: "bsa-0123456789abcdef" });
  expect({ failed: result.failed, asked: seen.length }).toEqual({ failed: true, asked: 0 });
  expect(text(result)).not.toContain("bsa-");
});

test("WebSearch > its description and schema are small", async () => {
  await using on = await harness({});
  await on.submit("hi");
  expect(Buffer.byteLength(JSON.stringify(on.requests[0]?.tools))).toBeLessThan(600);
});
