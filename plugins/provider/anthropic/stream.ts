// One request and its stream, with limits on silence and none on length. Loads the SDK: import this file only to send something.
import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import { ClawError, type Part, type Request } from "claw";
import { createAnswer } from "./answer.ts";
import { beginning, chunks } from "./body.ts";
import { type Endpoint, requireCredentials } from "./endpoint.ts";
import { refused, refusedInside, unavailable, unreachable } from "./errors.ts";
import { createTranslator } from "./translate.ts";
import { type Tuning, tune } from "./tuning.ts";

/** Sends a request and yields its parts. A cut after a complete call ends the answer there: what was asked for is never asked for twice. */
export type Sender = (request: Request, endpoint: Endpoint, signal: AbortSignal) => AsyncGenerator<Part>;

/** A sender with its own memory: of messages translated, and of how the last request was sent. */
export function createSender(): Sender {
  const translate = createTranslator();
  let last: { readonly endpoint: Endpoint; readonly key: string; readonly link: Link } | undefined;
  const linkFor = ({ model, maxOutput, options }: Request, endpoint: Endpoint): Link => {
    const key = JSON.stringify([model.id, maxOutput, options]);
    if (last?.endpoint !== endpoint || last.key !== key)
      last = { endpoint, key, link: createLink(endpoint, tune({ model, maxOutput, options }, endpoint.official)) };
    return last.link;
  };
  return (request, endpoint, signal) => {
    const open: Open = (control) => {
      const link = linkFor(request, endpoint);
      return link.post(translate(request, link.tuning.fields), control);
    };
    return stream(request, endpoint, signal, open);
  };
}

// --- internal ---

/** `control` is aborted when the answer does not begin in time. */
type Open = (control: AbortController) => Promise<Response>;
/** The way to an endpoint with the headers that a request's options ask for. */
interface Link {
  readonly tuning: Tuning;
  post(body: string, control: AbortController): Promise<Response>;
}

/** What the SDK's types describe. */
const API_VERSION = "2026-10-21";

async function* stream(request: Request, endpoint: Endpoint, signal: AbortSignal, open: Open): AsyncGenerator<Part> {
  requireCredentials(endpoint);
  const control = new AbortController();
  const abort = (): void => control.abort();
  signal.addEventListener("abort", abort, { once: true });
  const answer = createAnswer();
  let whole = false;
  try {
    if (signal.aborted) throw new DOMException("aborted", "AbortError");
    const response = await answered(open, endpoint, control);
    for await (const _ of chunks(response, answer, endpoint, control)) yield* answer.take();
    yield* answer.take();
    whole = true;
    yield answer.finish(request.maxOutput);
  } catch (error) {
    if (signal.aborted) throw new ClawError("CLAW_ABORTED", "the request was aborted", { cause: error });
    if (whole) throw error;
    yield* answer.take();
    if (answer.calls === 0) throw error;
    whole = true;
    yield answer.finish(request.maxOutput);
  } finally {
    signal.removeEventListener("abort", abort);
    // Left early: nobody reads on. A finished answer lets the connection live for the next step.
    if (!whole) control.abort();
  }
}

function createLink(endpoint: Endpoint, tuning: Tuning): Link {
  // The client without the API's resources, of which it would load all. What it would take from the process's environment is given.
  const client = new BaseAnthropic({
    apiKey: "unused",
    webhookKey: null,
    baseURL: endpoint.baseUrl,
    maxRetries: 0,
    logLevel: "off",
    openTelemetry: false,
  });
  const url = client.buildURL("/v1/messages", null);
  const headers = headersFor(endpoint, tuning);
  const proxy = endpoint.proxy === undefined ? {} : { proxy: endpoint.proxy };
  // `verbose` stays off whatever the environment says: it would print the key. A redirect would carry the key along.
  const how: BunFetchRequestInit = { method: "POST", headers, redirect: "manual", verbose: false, timeout: false, ...proxy };
  return {
    tuning,
    // The SDK's transport without its request layer, which would add headers from the environment and costs more than the request.
    post: (body, control) => client.fetchWithTimeout(url, { ...how, body } as RequestInit, endpoint.connectMs, control),
  };
}

/** Exactly the headers that are sent. */
function headersFor(endpoint: Endpoint, tuning: Tuning): Record<string, string> {
  const { apiKey, authToken } = endpoint.credentials;
  const betas = [...tuning.betas, endpoint.headers["anthropic-beta"]].filter((beta) => beta !== undefined && beta !== "");
  return {
    accept: "text/event-stream",
    "content-type": "application/json",
    "user-agent": "claw",
    "anthropic-version": tuning.version ?? API_VERSION,
    ...(apiKey === undefined ? {} : { "x-api-key": apiKey }),
    ...(authToken === undefined ? {} : { authorization: `Bearer ${authToken}` }),
    ...endpoint.headers,
    ...(betas.length === 0 ? {} : { "anthropic-beta": betas.join(",") }),
  };
}

/** The response, when it is the stream that was asked for. */
async function answered(open: Open, endpoint: Endpoint, control: AbortController): Promise<Response> {
  let response: Response;
  try {
    response = await open(control);
  } catch (error) {
    if (!control.signal.aborted) throw unreachable(error, endpoint);
    throw unavailable(`${endpoint.host} did not begin to answer within ${endpoint.connectMs / 1000} s`, endpoint, { cause: error });
  }
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && !/html|json/i.test(type)) return response;
  const text = await beginning(response, endpoint.connectMs);
  throw response.ok ? notStream(type, text, response, endpoint) : refusedWith(text, response, endpoint);
}

function refusedWith(text: string, { status, headers }: Response, endpoint: Endpoint): ClawError {
  const { type, message } = ((parsed(text) as { error?: unknown } | undefined)?.error ?? {}) as { type?: unknown; message?: unknown };
  const words = typeof message === "string" ? message : pageless(text);
  return refused({ status, message: words, headers, ...(typeof type === "string" ? { type } : {}) }, endpoint);
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
  const body = parsed(text) as { error?: unknown } | null | undefined;
  if (body?.error !== undefined) return refusedInside(body.error, response.headers, endpoint);
  return unavailable(`${endpoint.host} answered ${response.status} with ${type} instead of a stream`, endpoint, {
    status: response.status,
  });
}

/** Gateways answer errors with web pages; their title says enough. */
function pageless(text: string): string {
  if (!/<html|<!doctype/i.test(text)) return text;
  const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1]?.trim() ?? "";
  return title === "" ? "a web page (HTML)" : `a web page (HTML), "${title}"`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
