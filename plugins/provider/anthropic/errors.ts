// What went wrong at the other side, as a `ClawError` that says who answered what, and never a secret.
import { ClawError, type ErrorCode, type ErrorInfo } from "claw";
import type { Endpoint } from "./endpoint.ts";

/** A refusal as it came: from a status, or from an `error` event, whose `status` is what it stands for. */
export interface Refusal {
  readonly status: number;
  readonly type?: string;
  readonly message: string;
  readonly headers?: Headers;
}

/** The error for an answer that is no stream of a message. */
export function refused(refusal: Refusal, at: Endpoint): ClawError {
  const { status, type, headers } = refusal;
  const requestId = headers?.get("request-id") ?? headers?.get("x-request-id") ?? undefined;
  const text = refusal.message.trim() === "" ? "no further word" : short(refusal.message);
  const about = [type, requestId === undefined ? undefined : `request ${requestId}`].filter((part) => part !== undefined);
  const code = codeFor(refusal);
  const retryAfterMs = headers === undefined ? undefined : retryAfter(headers, Date.now());
  const hint = hintFor(code, refusal, at);
  const message = `${at.host} answered ${status}: ${text}${about.length === 0 ? "" : ` (${about.join(", ")})`}`;
  return providerError(code, message, at, {
    status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The error for an `error` event inside a stream. */
export function refusedInside(error: unknown, headers: Headers, at: Endpoint): ClawError {
  const { type, message } = (error ?? {}) as { type?: unknown; message?: unknown };
  const kind = typeof type === "string" ? type : "unknown_error";
  const status = STATUS_OF[kind] ?? (/overload/i.test(kind) ? 529 : 500);
  return refused({ status, type: kind, message: typeof message === "string" ? message : JSON.stringify(error ?? null), headers }, at);
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
    ...(hint === undefined ? {} : { hint: String(hint) }),
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

/** `text` without the endpoint's secrets and without anything that looks like a key. */
export function redact(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets) safe = safe.replaceAll(secret, "[redacted]");
  return safe.replace(/\bsk-[A-Za-z0-9_-]{8,}/g, "[redacted]");
}

// --- internal ---

const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};
const TOO_LONG =
  /too long|context (window|length|limit)|exceed\w* .{0,40}(context|tokens)|maximum (context|prompt)|too many (input |total )?tokens|too large/i;
const FAULTS: readonly (readonly [RegExp, string, string?])[] = [
  [/ENOTFOUND|EAI_|ENODATA|DNS/i, "its name cannot be resolved", "Check the network, the DNS and ANTHROPIC_BASE_URL."],
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

function codeFor({ status, message, type, headers }: Refusal): ErrorCode {
  if (status === 401 || status === 403) return "CLAW_PROVIDER_AUTH";
  if (status === 413 || (status === 400 && TOO_LONG.test(message))) return "CLAW_PROVIDER_OVERFLOW";
  if (status >= 400 && headers?.get("x-should-retry") === "false" && status < 500) return "CLAW_PROVIDER_REJECTED";
  if (status === 429 || status === 529 || type === "overloaded_error") return "CLAW_PROVIDER_RATE";
  if (status === 408 || status === 409 || status >= 500 || status < 400) return "CLAW_PROVIDER_UNAVAILABLE";
  return "CLAW_PROVIDER_REJECTED";
}

function hintFor(code: ErrorCode, { status, message, headers }: Refusal, at: Endpoint): string | undefined {
  if (status >= 300 && status < 400)
    return `It redirects to ${headers?.get("location") ?? "another place"}, which claw does not follow with a key. Check ANTHROPIC_BASE_URL, or whether the network wants a login.`;
  if (code === "CLAW_PROVIDER_AUTH") {
    if (status === 401 && at.credentials.authToken?.startsWith("sk-ant-api"))
      return "ANTHROPIC_AUTH_TOKEN holds an API key: set it as ANTHROPIC_API_KEY.";
    return status === 401
      ? "Check ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN."
      : "These credentials may not do this: check their workspace and rights.";
  }
  if (status === 404 && /model/i.test(message)) return "Check the name of the model.";
  if (/credit balance|billing/i.test(message)) return "Check the plan and balance of the account.";
  return undefined;
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
