// Which engine is asked, where and with which key: from the user's settings and the environment, never from a project's files.
import { ClawError, type PluginScope, type Setting } from "claw";
import { invalid, locate, word } from "claw/kit";
import * as v from "valibot";

export type EngineName = "brave" | "tavily" | "exa" | "searxng" | "duckduckgo";
/** `url` is what is asked; the user may have named another one than the engine's own, anywhere. */
export interface Choice {
  readonly engine: EngineName;
  readonly url: URL;
  readonly key?: string;
}

/** Throws `CLAW_CONFIG_INVALID` for settings that are wrong or lack a key. */
export async function choose(scope: Pick<PluginScope, "settings" | "env">): Promise<Choice> {
  const { env } = scope;
  const said = await settingsOf(scope.settings("webSearch"));
  const named = word(env["CLAWD_WEB_SEARCH_BASE_URL"]) ?? said.baseUrl;
  // A key in the environment says which engine is paid for; an address alone speaks DuckDuckGo's pages.
  const paid = named === undefined ? KEYED.find((name) => word(env[KEYS[name]]) !== undefined) : undefined;
  const engine = said.provider ?? paid ?? "duckduckgo";
  const address = named ?? (engine === "searxng" ? undefined : HOMES[engine]);
  if (address === undefined) throw wrong("webSearch.baseUrl must name your SearXNG server", '{ "provider": "searxng", "baseUrl": "https://…" }');
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw wrong(`the search address "${address}" is not an http(s) URL`, "Check CLAWD_WEB_SEARCH_BASE_URL.");
  if (engine === "duckduckgo" || engine === "searxng") return { engine, url };
  const key = said.apiKey ?? word(env[KEYS[engine]]);
  if (key === undefined) throw wrong(`the search engine ${engine} needs a key`, `Set ${KEYS[engine]}, or webSearch.apiKey in your own settings.`);
  return { engine, url, key };
}

// --- internal ---

type Keyed = "brave" | "tavily" | "exa";
const KEYED: readonly Keyed[] = ["brave", "tavily", "exa"];
const KEYS: Readonly<Record<Keyed, string>> = { brave: "BRAVE_API_KEY", tavily: "TAVILY_API_KEY", exa: "EXA_API_KEY" };
const HOMES: Readonly<Record<Exclude<EngineName, "searxng">, string>> = {
  brave: "https://api.search.brave.com/res/v1/web/search",
  tavily: "https://api.tavily.com/search",
  exa: "https://api.exa.ai/search",
  duckduckgo: "https://html.duckduckgo.com/html/",
};

const WebSearchSchema = v.strictObject({
  provider: v.optional(v.picklist(["brave", "tavily", "exa", "searxng", "duckduckgo"])),
  baseUrl: v.optional(v.pipe(v.string(), v.url())),
  apiKey: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1))),
});
type WebSearchSettings = v.InferOutput<typeof WebSearchSchema>;

/** Later layers win. A project may say which engine, once it is trusted; where it is and with which key, never. */
async function settingsOf(layers: readonly Setting[]): Promise<WebSearchSettings> {
  let merged: WebSearchSettings = {};
  for (const { value, origin, trusted, source } of layers) {
    if (!trusted) continue;
    const parsed = v.safeParse(WebSearchSchema, value);
    if (!parsed.success) throw await invalid(locate, origin, ["webSearch"], parsed.issues[0]);
    const { provider, ...private_ } = parsed.output;
    const own = source === "project" || source === "local" ? {} : private_;
    // A key or an address belongs to the engine it was named with.
    const changed = provider !== undefined && provider !== merged.provider && Object.keys(own).length === 0;
    merged = { ...(changed ? {} : merged), ...own, ...(provider === undefined ? {} : { provider }) };
  }
  return merged;
}

function wrong(message: string, hint: string): ClawError {
  return new ClawError("CLAW_CONFIG_INVALID", message, { hint });
}
