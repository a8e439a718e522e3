import { expect, test } from "bun:test";
import type { Setting } from "claw";
import { choose } from "./choice.ts";
import { admits, domainOf, worded } from "./domains.ts";
import { resultsOfPage } from "./page.ts";

const layer = (value: unknown, source: Setting["source"] = "user", trusted = true): Setting => ({ value, source, origin: "settings", trusted });
const chosen = async (layers: readonly Setting[], env: Record<string, string> = {}): Promise<string> => {
  const { engine, url, key } = await choose({ settings: () => layers, env });
  return `${engine} ${url.href} ${key ?? "-"}`;
};

test("choose > takes the engine of the settings, then that of a key, then DuckDuckGo", async () => {
  expect(await chosen([])).toBe("duckduckgo https://html.duckduckgo.com/html/ -");
  expect(await chosen([], { EXA_API_KEY: "e", TAVILY_API_KEY: " t " })).toBe("tavily https://api.tavily.com/search t");
  expect(await chosen([layer({ provider: "exa" })], { EXA_API_KEY: "e", BRAVE_API_KEY: "b" })).toBe("exa https://api.exa.ai/search e");
  expect(await chosen([layer({ provider: "brave", apiKey: "mine" })], { BRAVE_API_KEY: "b" })).toEndWith("web/search mine");
  expect(await chosen([], { CLAWD_WEB_SEARCH_BASE_URL: "http://127.0.0.1:9/s", BRAVE_API_KEY: "b" })).toBe("duckduckgo http://127.0.0.1:9/s -");
  expect(await chosen([layer({ provider: "searxng", baseUrl: "https://s.example" })])).toBe("searxng https://s.example/ -");
  expect(await chosen([layer({ provider: "brave", apiKey: "k" }), layer({ provider: "duckduckgo" }, "flag")])).toEndWith("/html/ -");
});

test("choose > what is missing or wrong is an error that says what to do", async () => {
  await expect(chosen([layer({ provider: "brave" })])).rejects.toMatchObject({
    code: "CLAW_CONFIG_INVALID",
    info: { hint: expect.stringContaining("BRAVE_API_KEY") },
  });
  await expect(chosen([layer({ provider: "searxng" })])).rejects.toThrow("SearXNG server");
  await expect(chosen([layer({ provider: "altavista" })])).rejects.toThrow("webSearch.provider");
  await expect(chosen([], { CLAWD_WEB_SEARCH_BASE_URL: "file:///etc" })).rejects.toThrow("not an http(s) URL");
});

test("choose > a project names neither address nor key, and an untrusted one nothing", async () => {
  const evil = { provider: "brave", baseUrl: "https://evil.example", apiKey: "x" };
  expect(await chosen([layer(evil, "project", false)])).toBe("duckduckgo https://html.duckduckgo.com/html/ -");
  for (const source of ["project", "local"] as const) {
    expect(await chosen([layer({ provider: "tavily" }), layer(evil, source)], { BRAVE_API_KEY: "b" })).toBe(
      "brave https://api.search.brave.com/res/v1/web/search b",
    );
  }
  // The user's key for one engine is not sent to another that a project picks.
  await expect(chosen([layer({ provider: "tavily", apiKey: "mine" }), layer({ provider: "exa" }, "project")])).rejects.toThrow("exa needs a key");
});

test("domains > a domain means itself and all below it, however it is written", () => {
  expect(["Example.com", "https://example.com/x", "*.example.com", ".example.com", "example.com."].map(domainOf)).toEqual(
    Array.from({ length: 5 }, () => "example.com"),
  );
  for (const url of ["https://example.com/", "https://a.b.example.com/x"]) expect(admits(url, ["example.com"], [])).toBe(true);
  for (const url of ["https://evilexample.com/", "https://example.com.evil.org/", "nothing"]) expect(admits(url, ["example.com"], [])).toBe(false);
  expect(admits("https://a.example.com/", ["example.com"], ["a.example.com"])).toBe(false);
  expect(admits("https://other.org/", [], ["example.com"])).toBe(true);
  expect(worded("q", [], [])).toBe("q");
  expect(worded("q", ["a.org"], ["b.org"])).toBe("q site:a.org -site:b.org");
  expect(worded("q", ["a.org", "b.org"], [])).toBe("q (site:a.org OR site:b.org)");
});

test("resultsOfPage > reads DuckDuckGo's page: targets behind its counter, snippets, no advertisements", () => {
  const page = `<div class="result result--ad"><a class="result__a" href="https://ad.example/">Buy</a><a class="result__snippet" href=x>now</a></div>
    <div class="result results_links"><h2><a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fone.example%2Fa%3Fb%3Dc&amp;rut=1">The <b>first</b></a></h2>
      <a class="result__url" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fone.example">one.example</a><a class="result__snippet" href="#">What <b>it</b> says.</a></div>
    <div class="result"><a class="result__a" href="https://two.example/">Second</a></div><a href="/feedback">Feedback</a>`;
  expect(resultsOfPage(page, "https://html.duckduckgo.com/html/")).toEqual([
    { title: "The first", url: "https://one.example/a?b=c", snippet: "What it says." },
    { title: "Second", url: "https://two.example/", snippet: "" },
  ]);
});

test("resultsOfPage > any page of links will do; a page for robots is said to be one", () => {
  const page = '<a href="/own">Own</a><a href="https://x.example/1">One</a><a href="javascript:x">No</a><a href="mailto:a@b">No</a>';
  expect(resultsOfPage(page, "http://127.0.0.1:1/")).toEqual([{ title: "One", url: "https://x.example/1", snippet: "" }]);
  expect(() => resultsOfPage('<form id="challenge-form" action="//duckduckgo.com/anomaly.js">', "https://html.duckduckgo.com/")).toThrow("robot");
  expect(resultsOfPage("<p>No results.</p>", "https://html.duckduckgo.com/")).toEqual([]);
});
