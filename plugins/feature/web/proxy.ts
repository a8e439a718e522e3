// The proxy that the environment names for an address, by the rules of curl: lower case first, `NO_PROXY` by suffix.
import type { Env } from "claw";

export function proxyFor(url: URL, env: Env): string | undefined {
  const names = url.protocol === "https:" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  const proxy = firstOf(env, [...names, "all_proxy", "ALL_PROXY"]);
  if (proxy === undefined || !/^(https?:\/\/|[^:/]+(:\d+)?\/?$)/i.test(proxy)) return undefined;
  const except = firstOf(env, ["no_proxy", "NO_PROXY"]) ?? "";
  if (except.split(/[\s,]+/).some((entry) => exempts(entry.toLowerCase(), url))) return undefined;
  return /^https?:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

// --- internal ---

function firstOf(env: Env, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== "");
}

function exempts(entry: string, url: URL): boolean {
  if (entry === "*") return true;
  const bare = entry.replace(/^\*?\./, "");
  if (bare === "") return false;
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const host = /[^:]:\d+$/.test(bare) ? `${url.hostname}:${port}` : name;
  return host === bare || host.endsWith(`.${bare}`);
}
