// What went wrong at the other side of a provider, as a `ClawError` that says who answered what, and never a secret.
import { ClawError, type ErrorCode, type ErrorInfo } from "claw";
import type { Endpoint } from "./endpoint.ts";

/** A refusal as it came: from a status, or from an error inside a stream, whose `status` is what it stands for. */
export interface Refusal {
  readonly status: number;
  /** The API's own word for it. */
  readonly type?: string;
  readonly message: string;
  readonly headers?: Headers;
  readonly retryAfterMs?: number;
  /** What this provider alone knows to do about it. */
  readonly hint?: string;
}

/** The error for an answer that is no stream of a message. */
export function refused(refusal: Refusal, at: Endpoint): ClawError {
  const { status, type, headers } = refusal;
  const requestId = requestIdOf(headers);
  const text = refusal.message.trim() === "" ? "no further word" : short(refusal.message);
  const about = [type, requestId === undefined ? undefined : `request ${requestId}`].filter((part) => part !== undefined);
  const code = codeFor(refusal);
  const retryAfterMs = (headers === undefined ? undefined : retryAfter(headers, Date.now())) ?? refusal.retryAfterMs;
  const hint = refusal.hint ?? hintFor(code, refusal, at);
  const message = `${at.host} answered ${status}: ${text}${about.length === 0 ? "" : ` (${about.join(", ")})`}`;
  return providerError(code, message, at, {
    status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What the error object of a body or a stream says, in any of the shapes that APIs give it. `status` is what stands in for one. */
export function readRefusal(error: unknown, status: number | undefined, headers: Headers): Refusal {
  if (typeof error === "string") return { status: status ?? 500, message: error, headers };
  const { type, message, code, status: word, details } = (Object(error) ?? {}) as Record<string, unknown>;
  const kind = [type, typeof code === "string" ? code : undefined, word].find((one) => typeof one === "string" && one !== "" && one !== "error");
  const known = status ?? numberOf(code) ?? STATUS_OF[String(code)] ?? STATUS_OF[String(kind)] ?? (/overload/i.test(String(kind)) ? 529 : 500);
  const wait = waitOf(details);
  const words = [kind, typeof code === "string" && code !== kind ? code : undefined].filter((one) => one !== undefined);
  return {
    status: known,
    ...(words.length === 0 && status !== undefined ? {} : { type: words.join(" ") || "unknown_error" }),
    message: typeof message === "string" ? message : JSON.stringify(error ?? null),
    headers,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

/** The error for a connection that failed, or broke `during` something. `cause` may be nested. */
export function unreachable(cause: unknown, at: Endpoint, during?: string): ClawError {
  const root = rootOf(cause);
  const code = String((root as { code?: unknown })?.code ?? "");
  const [what, hint] = FAULTS.find(([pattern]) => pattern.test(code))?.slice(1) ?? ["the connection failed", undefined];
  const where = at.proxy === undefined ? at.host : `${at.host} through the proxy ${new URL(at.proxy).host}`;
  const detail = root instanceof Error ? short(root.message.replace(/ For more information, pass .*$/, "")) : String(root);
  const text = during === undefined ? `cannot reach ${where}: ${what}` : `${where} was lost ${during}: ${what}`;
  return providerError("CLAW_PROVIDER_UNAVAILABLE", `${text} (${detail})`, at, {
    cause,
    ...(hint === undefined ? {} : { hint: String(hint).replace("BASE_URL", at.names.baseUrl) }),
  });
}

/** Any other fault of the stream: it can be tried again. */
export function unavailable(message: string, at: Endpoint, info: ErrorInfo = {}): ClawError {
  return providerError("CLAW_PROVIDER_UNAVAILABLE", message, at, info);
}

/** Milliseconds that the other side asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const precise = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (precise >= 0) return Math.ceil(precise);
  const given = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(given)) return Math.ceil(Number(given) * 1000);
  if (!/[a-z]{3}/i.test(given)) return undefined;
  // Counted from the server's own clock when it shows one: ours may be off.
  const wait = Date.parse(given) - (Date.parse(headers.get("date") ?? "") || now);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** The id by which the other side finds a request again. */
export function requestIdOf(headers: Headers | undefined): string | undefined {
  return headers?.get("request-id") ?? headers?.get("x-request-id") ?? undefined;
}

/** `text` without the endpoint's secrets and without anything that looks like a key. */
export function redact(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets) safe = safe.replaceAll(secret, "[redacted]");
  return safe.replace(/\b(sk-|gsk_|xai-|AIza)[A-Za-z0-9_-]{8,}/g, "[redacted]");
}

// --- internal ---

const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  context_length_exceeded: 400,
  INVALID_ARGUMENT: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  UNAUTHENTICATED: 401,
  billing_error: 402,
  permission_error: 403,
  PERMISSION_DENIED: 403,
  not_found_error: 404,
  NOT_FOUND: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  RESOURCE_EXHAUSTED: 429,
  api_error: 500,
  server_error: 500,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  timeout_error: 504,
  DEADLINE_EXCEEDED: 504,
  overloaded_error: 529,
};
const TOO_LONG =
  /too long|context[ _](window|length|limit|size)|exceed\w* .{0,40}(context|tokens)|maximum (context|prompt)|too many (input |total )?tokens|too large/i;
const SPENT = /insufficient_quota|insufficient (balance|credits|funds)/i;
const FAULTS: readonly (readonly [RegExp, string, string?])[] = [
  [/ENOTFOUND|EAI_|ENODATA|DNS/i, "its name cannot be resolved", "Check the network, the DNS and BASE_URL."],
  [/ECONNREFUSED|ConnectionRefused|FailedToOpenSocket/i, "the connection was refused", "Check that the server, or the proxy, is running."],
  [
    /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|EPROTO|SSL/i,
    "the TLS connection failed",
    "Behind a proxy with its own certificate, set NODE_EXTRA_CA_CERTS.",
  ],
  [/PROXY/i, "the proxy failed", "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."],
  [/ETIMEDOUT|Timeout/i, "the connection timed out"],
  [/ECONNRESET|EPIPE|ConnectionClosed|ECONNABORTED/i, "the connection was closed"],
  [/ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL/i, "there is no route to it", "Check the network."],
];

function providerError(code: ErrorCode, message: string, at: Endpoint, info: ErrorInfo): ClawError {
  return new ClawError(code, redact(message, at.secrets).toWellFormed(), info);
}

function codeFor({ status, message, type = "", headers }: Refusal): ErrorCode {
  if (status === 401 || status === 403 || /API_KEY_INVALID|API key not valid/.test(message)) return "CLAW_PROVIDER_AUTH";
  if (status === 413 || (status === 400 && TOO_LONG.test(`${message} ${type}`))) return "CLAW_PROVIDER_OVERFLOW";
  if (status >= 400 && headers?.get("x-should-retry") === "false" && status < 500) return "CLAW_PROVIDER_REJECTED";
  // What is used up stays used up, however long one waits.
  if (status === 429 && SPENT.test(`${message} ${type}`)) return "CLAW_PROVIDER_REJECTED";
  if (status === 429 || status === 529 || type === "overloaded_error") return "CLAW_PROVIDER_RATE";
  if (status === 408 || status === 409 || status >= 500 || status < 400) return "CLAW_PROVIDER_UNAVAILABLE";
  return "CLAW_PROVIDER_REJECTED";
}

function hintFor(code: ErrorCode, { status, message, type = "", headers }: Refusal, { names }: Endpoint): string | undefined {
  if (status >= 300 && status < 400)
    return `It redirects to ${headers?.get("location") ?? "another place"}, which claw does not follow with a key. Check ${names.baseUrl}, or whether the network wants a login.`;
  if (code === "CLAW_PROVIDER_AUTH")
    return status === 403 ? "These credentials may not do this: check their workspace and rights." : `Check ${names.key}.`;
  if (status === 404 && /model/i.test(message)) return "Check the name of the model.";
  if (SPENT.test(`${message} ${type}`) || /credit balance|billing/i.test(message)) return "Check the plan and balance of the account.";
  if (code === "CLAW_PROVIDER_RATE" || status === 529 || status === 503)
    return "Wait a little and try again, or take another model; --fallback-model does so by itself.";
  if (code === "CLAW_PROVIDER_OVERFLOW") return "Give it less at once, or begin a new session: this one cannot be shortened further.";
  return undefined;
}

/** An HTTP status among what an API calls a code. */
function numberOf(code: unknown): number | undefined {
  const value = typeof code === "string" && /^\d+$/.test(code) ? Number(code) : code;
  return typeof value === "number" && value >= 400 && value < 600 ? value : undefined;
}

/** `retryDelay: "30s"` among the details of an error of Google's. */
function waitOf(details: unknown): number | undefined {
  const delays = (Array.isArray(details) ? details : []).map((one) => /^([\d.]+)s$/.exec(String(Object(one).retryDelay))?.[1]);
  const delay = delays.find((one) => one !== undefined);
  return delay === undefined ? undefined : Math.ceil(Number(delay) * 1000);
}

function rootOf(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < 5 && root instanceof Error && root.cause !== undefined; depth++) root = root.cause;
  return root;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 600 ? `${line.slice(0, 600).toWellFormed()}…` : line;
}
