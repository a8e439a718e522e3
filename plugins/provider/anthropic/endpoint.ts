// Where requests go and what they carry: base URL, credentials, headers, limits, proxy. From the environment and trusted config, never `process.env`.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ClawError, type PluginScope } from "claw";

/** The longest that a timer can wait. */
export const MOST_MS = 2 ** 31 - 1;

/** The plugin's slice of the config. */
export interface Slice {
  readonly baseUrl?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly idleMs?: number | undefined;
  readonly connectMs?: number | undefined;
}
export interface Credentials {
  readonly apiKey?: string;
  readonly authToken?: string;
}
/** All that a request needs to know of the other side. `official`: it is Anthropic's own API. `secrets` never leave in a message. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly host: string;
  readonly official: boolean;
  readonly credentials: Credentials;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly idleMs: number;
  readonly connectMs: number;
  readonly proxy?: string;
}

/**
 * Finds the endpoint; the same object as long as nothing changed. Stored credentials are read anew each time: they may have been stored since.
 * Throws `CLAW_CONFIG_INVALID` for a base URL that is none.
 */
export function createEndpoints(scope: Pick<PluginScope, "env" | "home" | "bus">, slice: Slice): () => Promise<Endpoint> {
  const { env } = scope;
  let last: Endpoint | undefined;
  let warned = false;
  const warn = (text: string): void => {
    if (!warned) scope.bus.emit("notice.raised", { level: "warn", text });
    warned = true;
  };
  const [apiKey, authToken] = [word(env["ANTHROPIC_API_KEY"]), word(env["ANTHROPIC_AUTH_TOKEN"])];
  const given = apiKey === undefined && authToken === undefined ? undefined : { ...(apiKey && { apiKey }), ...(authToken && { authToken }) };
  return async () => {
    if (last !== undefined && given !== undefined) return last;
    const credentials = given ?? (await storedCredentials(scope.home, warn));
    const same = last?.credentials.apiKey === credentials.apiKey && last?.credentials.authToken === credentials.authToken;
    if (last === undefined || !same) last = endpointOf(env, slice, credentials);
    return last;
  };
}

/** Throws `CLAW_PROVIDER_AUTH` with three ways to get going. Another server than Anthropic's may do without a key. */
export function requireCredentials({ official, credentials }: Endpoint): void {
  if (!official || credentials.apiKey !== undefined || credentials.authToken !== undefined) return;
  throw new ClawError("CLAW_PROVIDER_AUTH", "no credentials for the Anthropic API", {
    hint: [
      "set ANTHROPIC_API_KEY to a key from platform.claude.com",
      "or set ANTHROPIC_BASE_URL to a local server that speaks the Messages API",
      "or run `claw demo`, which needs neither",
    ].join("\n"),
  });
}

/** The proxy that the environment names for a URL, by the rules of curl: lower case first, `NO_PROXY` by suffix. */
export function proxyFor(url: URL, env: PluginScope["env"]): string | undefined {
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

// --- internal ---

const OFFICIAL = "https://api.anthropic.com";

function endpointOf(env: PluginScope["env"], slice: Slice, credentials: Credentials): Endpoint {
  const baseUrl = (word(env["ANTHROPIC_BASE_URL"]) ?? slice.baseUrl ?? OFFICIAL).replace(/\/+$/, "");
  const url = parseUrl(baseUrl);
  const headers = { ...slice.headers, ...customHeaders(env["ANTHROPIC_CUSTOM_HEADERS"]) };
  const proxy = proxyFor(url, env);
  const secrets = [credentials.apiKey, credentials.authToken, ...Object.values(headers), url.password];
  return {
    baseUrl,
    host: url.host,
    official: url.host === new URL(OFFICIAL).host,
    credentials,
    headers,
    secrets: secrets.filter((text) => text !== undefined && text.length > 5) as string[],
    idleMs: seconds(env, "CLAW_API_REQUEST_TIMEOUT") ?? slice.idleMs ?? 60_000,
    connectMs: seconds(env, "CLAW_API_CONNECT_TIMEOUT") ?? slice.connectMs ?? 120_000,
    ...(proxy === undefined ? {} : { proxy }),
  };
}

async function storedCredentials(home: string, warn: (text: string) => void): Promise<Credentials> {
  const path = join(home, "credentials.json");
  let text: string;
  try {
    text = await Bun.file(path).text();
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT" || (error as { code?: string }).code === "ENOTDIR") return {};
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  const mode = process.platform === "win32" ? 0 : (await stat(path)).mode & 0o077;
  if (mode !== 0) warn(`${path} can be read by others: run chmod 600 on it`);
  return parseCredentials(text, path);
}

function parseCredentials(text: string, path: string): Credentials {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file, and with it a key.
    throw new ClawError("CLAW_CONFIG_INVALID", `${path} is not valid JSON`, { hint: 'It holds { "anthropic": { "apiKey": "…" } }.' });
  }
  const { apiKey, authToken } = ((stored as { anthropic?: unknown } | null)?.anthropic ?? {}) as Record<string, unknown>;
  return {
    ...(typeof apiKey === "string" && apiKey.trim() !== "" && { apiKey: apiKey.trim() }),
    ...(typeof authToken === "string" && authToken.trim() !== "" && { authToken: authToken.trim() }),
  };
}

/** `Name: value`, one a line. */
function customHeaders(lines: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines?.split("\n") ?? []) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new ClawError("CLAW_CONFIG_INVALID", `the base URL "${text}" is not an http(s) URL`, {
    hint: "Check ANTHROPIC_BASE_URL, or baseUrl in the settings.",
  });
}

function seconds(env: PluginScope["env"], name: string): number | undefined {
  const text = word(env[name]);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0) return Math.min(Math.ceil(value * 1000), MOST_MS);
  throw new ClawError("CLAW_CONFIG_INVALID", `${name} is no number of seconds: "${text}"`, { hint: "Set it to seconds, as in 60, or unset it." });
}

function word(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}
