// Where requests go and what they carry: base URL, key, headers. From the environment and trusted config, never from a project.
import { ClawError, type PluginScope } from "claw";
import { type Endpoint, type EndpointSlice, makeEndpoint, storedCredentials, word } from "claw/kit";

/** The plugin's slice of the config. */
export interface Slice extends EndpointSlice {
  readonly baseUrl?: string | undefined;
}
/** A server that speaks the Gemini API. `own`: it is Google's. */
export interface GeminiEndpoint extends Endpoint {
  readonly own: boolean;
  readonly key?: string;
}

/** Finds the endpoint; the same object as long as nothing changed. Throws `CLAW_CONFIG_INVALID`. */
export function createEndpoints(scope: Pick<PluginScope, "env" | "home" | "bus">, slice: Slice): () => Promise<GeminiEndpoint> {
  const { env, home, bus } = scope;
  let last: GeminiEndpoint | undefined;
  let warned = false;
  const warn = (text: string): void => {
    if (!warned) bus.emit("notice.raised", { level: "warn", text });
    warned = true;
  };
  const given = word(env["GEMINI_API_KEY"]) ?? word(env["GOOGLE_API_KEY"]);
  return async () => {
    if (last !== undefined && given !== undefined) return last;
    const key = given ?? (await storedCredentials(home, "google", warn))["apiKey"];
    if (last === undefined || last.key !== key) last = endpointOf(env, slice, key);
    return last;
  };
}

/** Throws `CLAW_PROVIDER_AUTH`, naming the variables, when Google would be asked without a key. */
export function requireKey({ own, key }: GeminiEndpoint): void {
  if (!own || key !== undefined) return;
  const hint = "set GEMINI_API_KEY (or GOOGLE_API_KEY) to a key from aistudio.google.com\nor set GEMINI_BASE_URL to a server that needs no key";
  throw new ClawError("CLAW_PROVIDER_AUTH", "no credentials for the Gemini API", { hint });
}

// --- internal ---

const OWN = "https://generativelanguage.googleapis.com";

function endpointOf(env: PluginScope["env"], slice: Slice, key: string | undefined): GeminiEndpoint {
  const given = (word(env["GEMINI_BASE_URL"]) ?? word(env["GOOGLE_GEMINI_BASE_URL"]) ?? slice.baseUrl ?? OWN).replace(/\/+$/, "");
  // Other programs want it without the version, and some servers have another.
  const baseUrl = /\/v\d\w*$/.test(given) ? given : `${given}/v1beta`;
  const endpoint = makeEndpoint(env, { baseUrl, names: { baseUrl: "GEMINI_BASE_URL", key: "GEMINI_API_KEY or GOOGLE_API_KEY" }, slice, keys: [key] });
  return { ...endpoint, own: endpoint.host === new URL(OWN).host, ...(key === undefined ? {} : { key }) };
}
