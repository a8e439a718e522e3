// One request and its stream, with limits on silence and none on length. Loads the SDK: import this file only to send something.
import { Anthropic, APIConnectionTimeoutError, APIError } from "@anthropic-ai/sdk";
import { ClawError, type Part, type Request } from "claw";
import { createAnswer } from "./answer.ts";
import { beginning, chunks } from "./body.ts";
import { type Endpoint, requireCredentials } from "./endpoint.ts";
import { refused, refusedInside, unavailable, unreachable } from "./errors.ts";
import { createTranslator } from "./translate.ts";
import { type Tuning, tune } from "./tuning.ts";

/** Sends a request and yields its parts. A cut after a complete call ends the answer there: what was asked for is never asked for twice. */
export type Sender = (request: Request, endpoint: Endpoint, signal: AbortSignal) => AsyncGenerator<Part>;

/** A sender with its own memory: of messages translated, and of the last client. */
export function createSender(): Sender {
  const translate = createTranslator();
  let last: { readonly key: string; readonly client: Anthropic } | undefined;
  const clientFor = (endpoint: Endpoint, tuning: Tuning): Anthropic => {
    const key = JSON.stringify([endpoint, tuning.betas, tuning.version]);
    if (last?.key !== key) last = { key, client: createClient(endpoint, tuning) };
    return last.client;
  };
  return (request, endpoint, signal) =>
    stream(request, endpoint, signal, (stopping) => {
      const tuning = tune(request, endpoint.official);
      return send(clientFor(endpoint, tuning), translate(request, tuning.fields), endpoint, stopping);
    });
}

// --- internal ---

type Send = (signal: AbortSignal) => Promise<Response>;

async function* stream(request: Request, endpoint: Endpoint, signal: AbortSignal, open: Send): AsyncGenerator<Part> {
  requireCredentials(endpoint);
  const control = new AbortController();
  const abort = (): void => control.abort();
  signal.addEventListener("abort", abort, { once: true });
  const answer = createAnswer();
  let whole = false;
  try {
    if (signal.aborted) throw new DOMException("aborted", "AbortError");
    const response = await open(control.signal);
    for await (const _ of chunks(response, answer, endpoint, control)) yield* answer.take();
    yield* answer.take();
    whole = true;
    yield answer.finish(request.maxOutput);
  } catch (error) {
    if (signal.aborted) throw new ClawError("CLAW_ABORTED", "the request was aborted", { cause: error });
    if (whole) throw error;
    const fault = faultOf(error, endpoint);
    yield* answer.take();
    if (answer.calls === 0) throw fault;
    whole = true;
    yield answer.finish(request.maxOutput);
  } finally {
    signal.removeEventListener("abort", abort);
    // Left early: nobody reads on. A finished answer lets the connection live for the next step.
    if (!whole) control.abort();
  }
}

function createClient(endpoint: Endpoint, tuning: Tuning): Anthropic {
  // Everything the SDK would take from the process's environment is given, so that it asks for nothing there.
  return new Anthropic({
    apiKey: "unused",
    webhookKey: null,
    baseURL: endpoint.baseUrl,
    maxRetries: 0,
    timeout: endpoint.connectMs,
    logLevel: "off",
    openTelemetry: false,
    fetch: (url, init) => post(url, init, endpoint, tuning),
  });
}

async function send(client: Anthropic, body: string, endpoint: Endpoint, signal: AbortSignal): Promise<Response> {
  const response = await client.post("/v1/messages", { body, headers: { "content-type": "application/json" }, signal, stream: true }).asResponse();
  const type = response.headers.get("content-type") ?? "";
  if (/text\/event-stream/i.test(type) || !/html|json/i.test(type)) return response;
  throw notStream(type, await beginning(response, endpoint.connectMs), response, endpoint);
}

/** The one place where a request leaves: its headers are exactly these, whatever the SDK or the process's environment would add. */
async function post(url: string | URL | globalThis.Request, init: RequestInit | undefined, endpoint: Endpoint, tuning: Tuning): Promise<Response> {
  const { apiKey, authToken } = endpoint.credentials;
  const betas = [...tuning.betas, endpoint.headers["anthropic-beta"]].filter((beta) => beta !== undefined && beta !== "");
  const headers = new Headers({
    accept: "text/event-stream",
    "content-type": "application/json",
    "user-agent": "claw",
    "anthropic-version": tuning.version ?? new Headers(init?.headers).get("anthropic-version") ?? "2023-06-01",
    ...(apiKey === undefined ? {} : { "x-api-key": apiKey }),
    ...(authToken === undefined ? {} : { authorization: `Bearer ${authToken}` }),
    ...endpoint.headers,
    ...(betas.length === 0 ? {} : { "anthropic-beta": betas.join(",") }),
  });
  const { method = "POST", body = null, signal = null } = init ?? {};
  const proxy = endpoint.proxy === undefined ? {} : { proxy: endpoint.proxy };
  // `verbose` stays off whatever the environment says: it would print the key. A redirect would carry the key along.
  const how: BunFetchRequestInit = { method, body, signal, headers, redirect: "manual", verbose: false, timeout: false, ...proxy };
  const response = await fetch(url, how);
  if (response.ok) return response;
  return new Response(await beginning(response, endpoint.connectMs), { status: response.status, headers: response.headers });
}

function notStream(type: string, text: string, response: Response, endpoint: Endpoint): ClawError {
  if (/html/i.test(type)) {
    const hint = "Check whether the network wants a login in a browser, and check ANTHROPIC_BASE_URL.";
    return unavailable(
      `${endpoint.host} answered ${response.status} with a web page (HTML) instead of the API: a captive portal or a proxy is in between`,
      endpoint,
      { hint, status: response.status },
    );
  }
  const body = parsed(text) as { error?: unknown } | undefined;
  if (body?.error !== undefined) return refusedInside(body.error, response.headers, endpoint);
  return unavailable(`${endpoint.host} answered ${response.status} with ${type} instead of a stream`, endpoint, {
    status: response.status,
  });
}

/** Whatever was thrown on the way, as the error it stands for. */
function faultOf(error: unknown, endpoint: Endpoint): ClawError {
  if (error instanceof ClawError) return error;
  if (error instanceof APIConnectionTimeoutError && (error as Error).cause === undefined)
    return unavailable(`${endpoint.host} did not begin to answer within ${endpoint.connectMs / 1000} s`, endpoint, { cause: error });
  if (!(error instanceof APIError) || error.status === undefined) return unreachable(error, endpoint);
  const body = error.error as { error?: { type?: string; message?: unknown } } | undefined;
  const { type, message } = body?.error ?? {};
  const text = typeof message === "string" ? message : error.message.replace(/^\d+ /, "");
  return refused(
    {
      status: error.status,
      message: pageless(text),
      headers: error.headers ?? new Headers(),
      ...(typeof type === "string" ? { type } : {}),
    },
    endpoint,
  );
}

/** Gateways answer errors with web pages; their title says enough. */
function pageless(text: string): string {
  if (!/<html|<!doctype/i.test(text)) return text;
  return `a web page (HTML)${/<title[^>]*>([^<]*)</i.exec(text)?.[1] === undefined ? "" : `, "${/<title[^>]*>([^<]*)</i.exec(text)?.[1]?.trim()}"`}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
