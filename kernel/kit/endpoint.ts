// Where a provider's requests go and what stands in their way: base URL, limits, proxy. From the environment and trusted config only.
import { ClawError, type Env, type PluginScope } from "claw";
import * as v from "valibot";
import { plainLine } from "./text.ts";

/** The longest that a timer can wait, in milliseconds. */
export const MOST_MS = 2 ** 31 - 1;

/** What every provider takes in its slice of the config, as entries of a schema. */
export function endpointEntries() {
  const wait = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_MS)));
  return {
    baseUrl: v.optional(v.pipe(v.string(), v.url())),
    headers: v.optional(v.record(v.pipe(v.string(), v.toLowerCase()), v.string())),
    idleMs: wait,
    connectMs: wait,
  };
}

/** What a provider's slice of the config says of an endpoint. */
export interface EndpointSlice {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly idleMs?: number | undefined;
  readonly connectMs?: number | undefined;
}
/** All that a request needs to know of the other side. `secrets` never leave in a message. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** The longest silence inside an answer, and before its first byte. */
  readonly idleMs: number;
  readonly connectMs: number;
  readonly proxy?: string;
  /** What hints call the settings that the base URL and the key come from, as in `OPENAI_API_KEY`. */
  readonly names: Readonly<{ baseUrl: string; key: string }>;
}
/** What an endpoint is made of. `keys` are its secrets besides the headers. */
export interface EndpointParts extends Pick<Endpoint, "baseUrl" | "names"> {
  readonly slice: EndpointSlice;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keys: readonly (string | undefined)[];
}

/** Puts an endpoint together. Throws `CLAW_CONFIG_INVALID` for a base URL or a limit that is none. */
export function makeEndpoint(env: Env, { baseUrl: given, names, slice, headers: more, keys }: EndpointParts): Endpoint {
  let baseUrl = given;
  while (baseUrl.endsWith("/")) baseUrl = baseUrl.slice(0, -1);
  const url = parseUrl(baseUrl, names.baseUrl);
  // Else each try fails as if the server were away, and is made again.
  if (keys.some((key) => key !== undefined && !plainLine(key) && UNSENDABLE.test(key)))
    throw new ClawError("CLAW_PROVIDER_AUTH", "the key has characters that no request can carry", { hint: `Check ${names.key}.` });
  const headers = { ...slice.headers, ...more };
  const proxy = proxyFor(url, env);
  return {
    baseUrl,
    host: url.host,
    headers,
    secrets: [...keys, ...Object.values(headers), url.password].filter((text) => text !== undefined && text.length > 5) as string[],
    idleMs: seconds(env, "CLAW_API_REQUEST_TIMEOUT") ?? slice.idleMs ?? 60_000,
    // Who limits silence means the one before the first byte too.
    connectMs: seconds(env, "CLAW_API_CONNECT_TIMEOUT") ?? slice.connectMs ?? seconds(env, "CLAW_API_REQUEST_TIMEOUT") ?? 120_000,
    ...(proxy === undefined ? {} : { proxy }),
    names,
  };
}

/** The proxy that the environment names for a URL, by the rules of curl: lower case first, `NO_PROXY` by suffix. */
export function proxyFor(url: URL, env: Env): string | undefined {
  const names = url.protocol === "https:" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  const proxy = names.map((name) => word(env[name])).find((value) => value !== undefined);
  if (proxy === undefined) return undefined;
  const except = word(env["no_proxy"]) ?? word(env["NO_PROXY"]) ?? "";
  const exempt = except.split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const bare = entry.replace(/^\*?\./, "").toLowerCase();
    if (bare === "") return false;
    const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
    const host = /[^:]:\d+$/.test(bare) ? `${url.hostname}:${port}` : url.hostname;
    return host === bare || host.endsWith(`.${bare}`);
  });
  return exempt ? undefined : /^[a-z0-9]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

/** The value of a variable, `undefined` when there is nothing in it. */
export function word(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

/** A project may not say where requests go or what they carry, trusted or not. Throws `CLAW_CONFIG_INVALID` when its settings try. */
export function refuseProjects({ settings }: Pick<PluginScope, "settings">, plugin: string): void {
  const found = settings("plugins").find(({ value, source, trusted }) => {
    const slice = (Object(value) as Record<string, unknown>)[plugin];
    return trusted && (source === "project" || source === "local") && typeof slice === "object" && slice !== null;
  });
  if (found === undefined) return;
  const hint = "Move it to your own settings, or use the environment.";
  throw new ClawError("CLAW_CONFIG_INVALID", `${found.origin}: plugins.${plugin} → a project cannot say where requests go`, { hint });
}

// --- internal ---

/** What is not allowed in a header: line ends and other control characters, and all beyond Latin-1. */
const UNSENDABLE = /[^\t -~\u0080-\u00ff]/;

function parseUrl(text: string, name: string): URL {
  const url = URL.parse(text);
  if (url !== null && ["http:", "https:"].includes(url.protocol)) return url;
  throw new ClawError("CLAW_CONFIG_INVALID", `the base URL "${text}" is not an http(s) URL`, { hint: `Check ${name}, or baseUrl in the settings.` });
}

function seconds(env: Env, name: string): number | undefined {
  const text = word(env[name]);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0) return Math.min(Math.ceil(value * 1000), MOST_MS);
  throw new ClawError("CLAW_CONFIG_INVALID", `${name} is no number of seconds: "${text}"`, { hint: "Set it to seconds, as in 60, or unset it." });
}
