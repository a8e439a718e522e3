// OAuth 2.1 as MCP has it: who gives tokens for an address (RFC 9728, 8414), a client there (RFC 7591), tokens (PKCE, RFC 8707). Keeps and shows nothing.
import { type Fields, fields, plain } from "claw/kit";
import { exchange, wholeText } from "./exchange.ts";
import { failed } from "./rpc.ts";
import type { Grant } from "./tokens.ts";

/** Who gives tokens for a resource. */
export interface Issuer {
  readonly issuer: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly registerUrl?: string;
  /** What the server wants the token for. */
  readonly scope?: string;
}
export interface Client {
  readonly clientId: string;
  readonly clientSecret?: string;
}

/** Asks the server without a token, and goes where it says. Throws `CLAW_TOOL_FAILED`. */
export async function discover(resource: string, signal: AbortSignal): Promise<Issuer> {
  const refused = await exchange(resource, { method: "POST", headers: JSON_BOTH, body: PROBE, signal });
  await refused.body?.cancel();
  if (refused.status !== 401) throw failed(`it asks for no login (HTTP ${refused.status})`);
  const asked = refused.headers.get("www-authenticate") ?? "";
  const about = await resourceMetadata(resource, /resource_metadata="([^"]+)"/i.exec(asked)?.[1], signal);
  const servers = Array.isArray(about?.["authorization_servers"]) ? about["authorization_servers"] : [];
  // Servers of before RFC 9728 are their own.
  const issuer = String(servers[0] ?? new URL(resource).origin);
  const scopes = Array.isArray(about?.["scopes_supported"]) ? about["scopes_supported"].join(" ") : undefined;
  const scope = /(?:^|[\s,])scope="([^"]+)"/i.exec(asked)?.[1] ?? scopes;
  const found = await issuerMetadata(checked(issuer, resource, "authorization server"), signal);
  const url = (key: string): string => checked(String(found[key] ?? ""), resource, key);
  const methods = found["code_challenge_methods_supported"];
  if (!Array.isArray(methods) || !methods.includes("S256")) throw failed(`${plain(issuer)} does not say that it supports PKCE with S256`);
  return {
    issuer,
    authorizeUrl: url("authorization_endpoint"),
    tokenUrl: url("token_endpoint"),
    ...(found["registration_endpoint"] === undefined ? {} : { registerUrl: url("registration_endpoint") }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Makes claw known to the issuer. */
export async function register({ registerUrl, issuer }: Issuer, redirect: string, signal: AbortSignal): Promise<Client> {
  if (registerUrl === undefined) {
    throw failed(`${plain(issuer)} registers no clients by itself`, {
      hint: 'Register claw there, and give "oauth": { "clientId": "ID" } in the entry.',
    });
  }
  const client = {
    client_name: "claw",
    redirect_uris: [redirect],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  const said = await ask(registerUrl, { method: "POST", headers: JSON_BOTH, body: JSON.stringify(client), signal });
  const { client_id: clientId, client_secret: clientSecret } = said;
  if (typeof clientId !== "string") throw failed("it registered claw without an id");
  return { clientId, ...(typeof clientSecret === "string" ? { clientSecret } : {}) };
}

/** Trades a code or refresh token for a grant. `given` are the fields of that trade. */
export async function trade(
  resource: string,
  { issuer, tokenUrl }: Pick<Issuer, "issuer" | "tokenUrl">,
  { clientId, clientSecret }: Client,
  given: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Grant> {
  const secret = clientSecret === undefined ? {} : { client_secret: clientSecret };
  const body = new URLSearchParams({ ...given, client_id: clientId, ...secret, resource }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const said = await ask(tokenUrl, { method: "POST", headers, body, signal });
  const { access_token: access, refresh_token: refresh, expires_in: seconds, token_type: type } = said;
  if (typeof access !== "string" || !/^[\x21-\x7e]+$/.test(access)) throw failed("it gave no token");
  if (typeof type === "string" && type.toLowerCase() !== "bearer") throw failed("it gave a token that is no bearer token");
  const next = typeof refresh === "string" ? refresh : given["refresh_token"];
  return {
    ...{ issuer, tokenUrl, clientId, access },
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(next === undefined ? {} : { refresh: next }),
    ...(typeof seconds === "number" && seconds > 0 ? { expires: Date.now() + seconds * 1_000 } : {}),
  };
}

// --- internal ---

const MOST = 256 * 1024;
const JSON_BOTH = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const PROBE = JSON.stringify({ jsonrpc: "2.0", id: 0, method: "ping" });

/** Secrets go over https only, but on this machine to itself. */
function checked(url: string, resource: string, what: string): string {
  const parsed = URL.parse(url);
  const here = parsed?.protocol === "http:" && loopback(parsed) && loopback(new URL(resource));
  if (parsed === null || (parsed.protocol !== "https:" && !here)) throw failed(`its ${what} is no https address: ${plain(url).slice(0, 200)}`);
  return url;
}

function loopback({ hostname }: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** The answer's JSON. Errors name what the other side says, never what was sent. */
async function ask(url: string, init: BunFetchRequestInit): Promise<Fields> {
  const response = await exchange(url, init);
  const text = await wholeText(response, MOST);
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    said = undefined;
  }
  if (response.ok && fields(said)) return said;
  const reason = fields(said) ? [said["error"], said["error_description"]].filter((part) => typeof part === "string").join(": ") : "";
  throw failed(`${new URL(url).host} answered HTTP ${response.status}${reason === "" ? "" : `: ${plain(reason).slice(0, 300)}`}`, {
    status: response.status,
  });
}

/** RFC 9728. What it says must be about this very resource, or one that it lies in. */
async function resourceMetadata(resource: string, given: string | undefined, signal: AbortSignal): Promise<Fields | undefined> {
  const { origin, pathname } = new URL(resource);
  const known = `${origin}/.well-known/oauth-protected-resource`;
  const places = given !== undefined ? [given] : pathname === "/" ? [known] : [`${known}${pathname}`, known];
  for (const place of places) {
    const said = await ask(checked(place, resource, "resource metadata"), { signal }).catch((thrown: unknown) => {
      if (given !== undefined) throw thrown;
      return undefined;
    });
    if (said === undefined) continue;
    const named = URL.parse(String(said["resource"] ?? ""));
    const within = named !== null && named.origin === origin && `${pathname}/`.startsWith(`${named.pathname.replace(/\/$/, "")}/`);
    if (!within) throw failed(`its metadata is about another resource: ${plain(String(said["resource"])).slice(0, 200)}`);
    return said;
  }
  return undefined;
}

/** RFC 8414, or OpenID's form of it. The issuer must be who was asked for. */
async function issuerMetadata(issuer: string, signal: AbortSignal): Promise<Fields> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const places = [`/.well-known/oauth-authorization-server${path}`, `/.well-known/openid-configuration${path}`];
  if (path !== "") places.push(`${path}/.well-known/openid-configuration`);
  for (const place of places) {
    const said = await ask(`${origin}${place}`, { signal }).catch(() => undefined);
    if (said === undefined) continue;
    if (String(said["issuer"]).replace(/\/$/, "") !== issuer.replace(/\/$/, "")) {
      throw failed(`${plain(issuer)} says that it is ${plain(String(said["issuer"])).slice(0, 200)}`);
    }
    return said;
  }
  throw failed(`${plain(issuer)} does not say how to log in`);
}
