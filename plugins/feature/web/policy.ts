// What is asked of an address before anything is sent: its form, its port, what it would give away, and where its name leads.
import { ClawError, type Env } from "claw";
import { type AddressRealm, NAMEABLE_REALMS, ownAddresses, realmOfAddress } from "claw/kit";
import { bareHost, type Exception, excepted } from "./exceptions.ts";

/** The addresses of a name, in the order to try them. Rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The address to ask for, `http` made `https`. Throws `CLAW_TOOL_FAILED` with the reason. */
export function vet(text: string, exceptions: readonly Exception[], env: Env): URL {
  if (text.length > LONGEST) throw refused(`The address is longer than ${LONGEST} characters.`);
  const url = URL.parse(text.trim());
  if (url === null) throw refused(`${JSON.stringify(text)} is not a full address, as https://example.com/page is.`);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refused(`Only http and https can be fetched, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw refused("The address holds a name or password: leave it out.");
  if (bareHost(url) === "") throw refused("The address has no host.");
  url.hash = "";
  const secret = leak(url.href, env);
  if (secret !== undefined) throw refused(`The address holds the value of ${secret}, which never leaves claw.`);
  if (excepted(url, exceptions)) return url;
  if (url.protocol === "http:" && url.port === "") url.protocol = "https:";
  if (url.port !== "" && Number(url.port) < 1024) throw refused(`Port ${url.port} is none that web servers use.`, hintFor(url));
  return url;
}

/** The addresses of the host, all of which are allowed. Throws `CLAW_TOOL_FAILED` when one is not. */
export async function settle(url: URL, exceptions: readonly Exception[], resolve: Resolve): Promise<readonly string[]> {
  const host = bareHost(url);
  const literal = isLiteral(url);
  const addresses = literal ? [host] : await resolve(host);
  for (const address of addresses) {
    const realm = realmOfAddress(address, ownAddresses());
    if (realm === undefined) continue;
    if (excepted(url, exceptions) && (literal || NAMEABLE_REALMS.has(realm))) continue;
    throw forbidden(url, address, realm);
  }
  return addresses;
}

/** Refuses names that only the user's own network knows. For when a proxy resolves them, and claw cannot. */
export function vetName(url: URL, exceptions: readonly Exception[]): void {
  const host = bareHost(url).toLowerCase();
  if (excepted(url, exceptions) || !INNER.test(host)) return;
  throw refused(`${url.host} is a name of the local network.`, hintFor(url));
}

/** The variable whose secret `text` holds, as it is or with escapes. */
export function leak(text: string, env: Env): string | undefined {
  const forms = [text, unescaped(text)];
  return Object.keys(env).find((name) => OWN.test(name) && SECRET.test(name) && forms.some((form) => holds(form, env[name])));
}

/** An error of this plugin: what was refused or failed, and what can be done. */
export function refused(message: string, hint?: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", message, hint === undefined ? {} : { hint });
}

// --- internal ---

const LONGEST = 4_096;
/** Providers of models and of search whose keys claw holds, as feature/processes keeps them from children. */
const OWN = /^(ANTHROPIC|OPENAI|GEMINI|GOOGLE|XAI|DASHSCOPE|OPENROUTER|DEEPSEEK|GROQ|MISTRAL|OLLAMA|BRAVE|TAVILY|EXA|CLAWD?|CLAUDE_CODE)_/i;
const SECRET = /(^|_)(KEY|TOKEN|SECRET|PASSWORD)(_|$)/i;
/** One label alone, and the ends of names that are given out inside networks. */
const INNER = /^[^.:]+$|\.(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/;

function isLiteral(url: URL): boolean {
  return url.hostname.startsWith("[") || /^\d+(\.\d+){3}$/.test(bareHost(url));
}

function forbidden(url: URL, address: string, realm: AddressRealm): ClawError {
  const what = address === bareHost(url) ? url.host : `${url.host} (${address})`;
  return refused(`${what} is ${WORDS[realm]}: not fetched.`, hintFor(url));
}

const WORDS: { readonly [R in AddressRealm]: string } = {
  loopback: "this machine itself",
  private: "in a private network",
  "link-local": "an address of the local link",
  metadata: "a cloud's metadata service",
  reserved: "no public address",
};

function hintFor(url: URL): string {
  return `The user can allow it in their own settings: "web": { "allowHosts": [${JSON.stringify(url.host)}] }.`;
}

function holds(text: string, secret: string | undefined): boolean {
  // A host is in lower case, whatever was in it.
  return secret !== undefined && secret.trim().length >= 12 && text.toLowerCase().includes(secret.trim().toLowerCase());
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
