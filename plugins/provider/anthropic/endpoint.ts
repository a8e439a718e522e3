// Where requests go and what they carry: base URL, credentials, headers. From the environment and trusted config, never `process.env`.
import { ClawError, type PluginScope } from "claw";
import { type Endpoint, type EndpointSlice, makeEndpoint, storedCredentials, word } from "claw/kit";

/** The plugin's slice of the config. */
export interface Slice extends EndpointSlice {
  readonly baseUrl?: string | undefined;
}
export interface Credentials {
  readonly apiKey?: string;
  readonly authToken?: string;
}
/** An endpoint that speaks the Messages API. `official`: it is Anthropic's own. */
export interface MessagesEndpoint extends Endpoint {
  readonly official: boolean;
  readonly credentials: Credentials;
}

/**
 * Finds the endpoint; the same object as long as nothing changed. Stored credentials are read anew each time: they may have been stored since.
 * Throws `CLAW_CONFIG_INVALID` for a base URL that is none.
 */
export function createEndpoints(scope: Pick<PluginScope, "env" | "home" | "bus">, slice: Slice): () => Promise<MessagesEndpoint> {
  const { env } = scope;
  let last: MessagesEndpoint | undefined;
  let warned = false;
  const warn = (text: string): void => {
    if (!warned) scope.bus.emit("notice.raised", { level: "warn", text });
    warned = true;
  };
  const [apiKey, authToken] = [word(env["ANTHROPIC_API_KEY"]), word(env["ANTHROPIC_AUTH_TOKEN"])];
  const given = apiKey === undefined && authToken === undefined ? undefined : { ...(apiKey && { apiKey }), ...(authToken && { authToken }) };
  return async () => {
    if (last !== undefined && given !== undefined) return last;
    const credentials = given ?? pick(await storedCredentials(scope.home, "anthropic", warn));
    const same = last?.credentials.apiKey === credentials.apiKey && last?.credentials.authToken === credentials.authToken;
    if (last === undefined || !same) last = endpointOf(env, slice, credentials);
    return last;
  };
}

/** Throws `CLAW_PROVIDER_AUTH` with three ways to get going. Another server than Anthropic's may do without a key. */
export function requireCredentials({ official, credentials }: MessagesEndpoint): void {
  if (!official || credentials.apiKey !== undefined || credentials.authToken !== undefined) return;
  throw new ClawError("CLAW_PROVIDER_AUTH", "no credentials for the Anthropic API", {
    hint: [
      "set ANTHROPIC_API_KEY to a key from platform.claude.com",
      "or set ANTHROPIC_BASE_URL to a local server that speaks the Messages API",
      "or run `claw demo`, which needs neither",
    ].join("\n"),
  });
}

// --- internal ---

const OFFICIAL = "https://api.anthropic.com";

function endpointOf(env: PluginScope["env"], slice: Slice, credentials: Credentials): MessagesEndpoint {
  const endpoint = makeEndpoint(env, {
    baseUrl: word(env["ANTHROPIC_BASE_URL"]) ?? slice.baseUrl ?? OFFICIAL,
    names: { baseUrl: "ANTHROPIC_BASE_URL", key: "ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN" },
    slice,
    headers: customHeaders(env["ANTHROPIC_CUSTOM_HEADERS"]),
    keys: [credentials.apiKey, credentials.authToken],
  });
  return { ...endpoint, official: endpoint.host === new URL(OFFICIAL).host, credentials };
}

function pick({ apiKey, authToken }: Readonly<Record<string, string>>): Credentials {
  return { ...(apiKey !== undefined && { apiKey }), ...(authToken !== undefined && { authToken }) };
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
