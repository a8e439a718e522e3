// Where a service's requests go and what they carry: base URL, key, headers. From the environment and trusted config, never from a project.
import { ClawError, type PluginScope } from "claw";
import { type Endpoint, type EndpointSlice, makeEndpoint, storedCredentials, word } from "claw/kit";
import type { Preset, Quirks } from "./presets.ts";

/** What the config says of one service. `keyVariable` is the variable that its key is in. */
export interface Slice extends EndpointSlice {
  readonly baseUrl?: string | undefined;
  readonly keyVariable?: string | undefined;
  readonly quirks?: Quirks | undefined;
}
/** A server that speaks OpenAI's protocol. `own`: it is the service's own, which wants a key. `quirks`: the config's win over the preset's. */
export interface ChatEndpoint extends Endpoint {
  readonly preset: Preset;
  readonly own: boolean;
  readonly key?: string;
  readonly quirks: Quirks;
}

/** Finds the endpoint; the same object as long as nothing changed. Throws `CLAW_CONFIG_INVALID`, and `CLAW_PROVIDER_AUTH` without a base URL. */
export function createEndpoints(scope: Pick<PluginScope, "env" | "home" | "bus">, preset: Preset, slice: Slice): () => Promise<ChatEndpoint> {
  const { env } = scope;
  let last: ChatEndpoint | undefined;
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (!warned.has(text)) scope.bus.emit("notice.raised", { level: "warn", text });
    warned.add(text);
  };
  const variables = [slice.keyVariable ?? preset.keys].flat();
  const given = variables.map((name) => word(env[name])).find((value) => value !== undefined);
  return async () => {
    if (last !== undefined && given !== undefined) return last;
    const key = given ?? (await storedCredentials(scope.home, preset.name, warn))["apiKey"];
    if (last === undefined || last.key !== key) last = endpointOf(env, preset, slice, key);
    return last;
  };
}

/** Throws `CLAW_PROVIDER_AUTH`, naming the variable, when the service's own server would be asked without a key. */
export function requireKey({ preset, own, key, names }: ChatEndpoint): void {
  if (!own || key !== undefined || preset.free) return;
  throw new ClawError("CLAW_PROVIDER_AUTH", `no credentials for ${preset.name}`, {
    hint: `set ${names.key}\nor set ${names.baseUrl} to a server that needs no key`,
  });
}

/** The address of an Ollama server as `OLLAMA_HOST` has it: a URL, or a host, a port, or both. */
export function ollamaUrl(host: string): string {
  const full = /^https?:\/\//i.test(host) ? host : `http://${host.startsWith(":") ? "127.0.0.1" : ""}${host}`;
  const url = URL.parse(full);
  // Told to a server it means every address; a client needs one.
  if (url?.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url !== null && url.port === "" && !/:\d+\/?$/.test(full) && url.protocol === "http:") url.port = "11434";
  const base = (url?.href ?? full).replace(/\/+$/, "");
  return base.endsWith("/v1") ? base : `${base}/v1`;
}

// --- internal ---

function endpointOf(env: PluginScope["env"], preset: Preset, slice: Slice, key: string | undefined): ChatEndpoint {
  const upper = preset.name.toUpperCase();
  const host = preset.name === "ollama" ? word(env["OLLAMA_HOST"]) : undefined;
  const baseUrl = (host === undefined ? undefined : ollamaUrl(host)) ?? word(env[`${upper}_BASE_URL`]) ?? slice.baseUrl ?? preset.baseUrl;
  if (baseUrl === undefined) {
    const hint = 'Set CUSTOM_BASE_URL, or in the settings plugins["@claw/provider-openai"].custom.baseUrl.';
    throw new ClawError("CLAW_PROVIDER_AUTH", "the provider custom has no base URL", { hint });
  }
  const names = {
    baseUrl: preset.name === "ollama" ? "OLLAMA_HOST" : `${upper}_BASE_URL`,
    key: slice.keyVariable ?? preset.keys[0] ?? `${upper}_API_KEY`,
  };
  const endpoint = makeEndpoint(env, { baseUrl, names, slice, keys: [key] });
  const own = preset.baseUrl !== undefined && endpoint.host === new URL(preset.baseUrl).host;
  const { api, maxTokens, usage, parallel, ids, replay } = preset;
  const quirks = { ...(own ? { api } : {}), maxTokens, usage, parallel, ids, replay, ...slice.quirks };
  return { ...endpoint, preset, own, quirks, ...(key === undefined ? {} : { key }) };
}
