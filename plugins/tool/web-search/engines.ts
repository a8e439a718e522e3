// How each search engine is asked, and what of its answer is a result.
import { ClawError } from "claw";
import type { WebReply, WebRequest } from "claw/kit";
import type { Choice, EngineName } from "./choice.ts";
import { worded } from "./domains.ts";
import { type Result, resultsOfPage } from "./page.ts";

export interface Query {
  readonly query: string;
  readonly allowed: readonly string[];
  readonly blocked: readonly string[];
  readonly count: number;
}
type Asked = Omit<WebRequest, "vouched">;

export function requestOf(choice: Choice, query: Query): Asked {
  return ASK[choice.engine](choice, query);
}

/** Throws `CLAW_TOOL_FAILED` when the answer is no search result. */
export async function resultsOf(choice: Choice, reply: WebReply): Promise<readonly Result[]> {
  const body = new TextDecoder().decode(reply.bytes);
  const { engine } = choice;
  if (engine === "duckduckgo" && !/json/i.test(reply.headers["content-type"] ?? "")) return resultsOfPage(body, reply.url);
  const value = parse(body, engine);
  const list = engine === "brave" ? field(field(value, "web"), "results") : field(value, "results");
  // Brave leaves out the whole part when nothing was found.
  return (Array.isArray(list) ? list : []).map((one: unknown) => ({
    title: text(one, "title"),
    url: text(one, "url"),
    snippet: text(one, "description") || text(one, "content") || text(one, "snippet") || highlights(one) || text(one, "text"),
  }));
}

// --- internal ---

const JSON_TYPE = { "content-type": "application/json", accept: "application/json" };

const ASK: { readonly [E in EngineName]: (choice: Choice, query: Query) => Asked } = {
  duckduckgo: ({ url }, { query, allowed, blocked }) => ({
    url: withQuery(url, { q: worded(query, allowed, blocked) }),
    // It gives programs that do not look like a browser another page.
    headers: { accept: "text/html", "accept-language": "en", "user-agent": "Mozilla/5.0 (compatible; claw)" },
  }),
  searxng: ({ url }, { query, allowed, blocked }) => {
    const search = new URL(url);
    if (!/\/search\/?$/.test(search.pathname)) search.pathname = `${search.pathname.replace(/\/$/, "")}/search`;
    return { url: withQuery(search, { q: worded(query, allowed, blocked), format: "json" }), headers: { accept: "application/json" } };
  },
  brave: ({ url, key = "" }, { query, allowed, blocked }) => ({
    url: withQuery(url, { q: worded(query, allowed, blocked), count: "20" }),
    headers: { accept: "application/json", "x-subscription-token": key },
  }),
  tavily: ({ url, key = "" }, { query, allowed, blocked, count }) => ({
    url: url.href,
    method: "POST",
    headers: { ...JSON_TYPE, authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, max_results: count, include_domains: allowed, exclude_domains: blocked }),
  }),
  exa: ({ url, key = "" }, { query, allowed, blocked, count }) => ({
    url: url.href,
    method: "POST",
    headers: { ...JSON_TYPE, "x-api-key": key },
    body: JSON.stringify({
      query,
      numResults: count,
      ...(allowed.length === 0 ? {} : { includeDomains: allowed }),
      ...(blocked.length === 0 ? {} : { excludeDomains: blocked }),
      contents: { highlights: true },
    }),
  }),
};

function withQuery(url: URL, more: Readonly<Record<string, string>>): string {
  const full = new URL(url);
  for (const [name, value] of Object.entries(more)) full.searchParams.set(name, value);
  return full.href;
}

function parse(body: string, engine: EngineName): unknown {
  try {
    return JSON.parse(body);
  } catch {
    const hint = engine === "searxng" ? "Is `json` among the formats of its settings.yml?" : "Check webSearch.baseUrl.";
    throw new ClawError("CLAW_TOOL_FAILED", `${engine} did not answer with JSON.`, { hint });
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function text(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "";
}

function highlights(value: unknown): string {
  const found = field(value, "highlights");
  return Array.isArray(found) ? found.filter((one) => typeof one === "string").join(" … ") : "";
}
