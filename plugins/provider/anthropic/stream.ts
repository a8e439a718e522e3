// One request and its stream. Loads the SDK: import this file only to send something.
import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { Part, Request } from "claw";
import { type ExchangeOptions, exchange, type Refusal } from "claw/kit";
import { createAnswer } from "./answer.ts";
import { type MessagesEndpoint, requireCredentials } from "./endpoint.ts";
import { createTranslator } from "./translate.ts";
import { type Tuning, tune } from "./tuning.ts";

/** Sends a request and yields its parts. A cut after a complete call ends the answer there: what was asked for is never asked for twice. */
export type Sender = (request: Request, endpoint: MessagesEndpoint, signal: AbortSignal) => AsyncGenerator<Part>;

/** A sender with its own memory: of messages translated, and of how the last request was sent. */
export function createSender(): Sender {
  const translate = createTranslator();
  let last: { readonly endpoint: MessagesEndpoint; readonly key: string; readonly link: Link } | undefined;
  const linkFor = ({ model, maxOutput, options }: Request, endpoint: MessagesEndpoint): Link => {
    const key = JSON.stringify([model.id, maxOutput, options]);
    if (last?.endpoint !== endpoint || last.key !== key)
      last = { endpoint, key, link: createLink(endpoint, tune({ model, maxOutput, options }, endpoint.official)) };
    return last.link;
  };
  return async function* (request, endpoint, signal) {
    requireCredentials(endpoint);
    const open: ExchangeOptions["open"] = (control) => {
      const link = linkFor(request, endpoint);
      return link.post(translate(request, link.tuning.fields), control);
    };
    const hint = (refusal: Refusal): string | undefined => hintFor(refusal, endpoint);
    yield* exchange({ endpoint, answer: createAnswer(), maxOutput: request.maxOutput, open, hint }, signal);
  };
}

// --- internal ---

/** The way to an endpoint with the headers that a request's options ask for. */
interface Link {
  readonly tuning: Tuning;
  post(body: string, control: AbortController): Promise<Response>;
}

/** What the SDK's types describe. */
const API_VERSION = "2026-10-21";

function createLink(endpoint: MessagesEndpoint, tuning: Tuning): Link {
  // The client without the API's resources, of which it would load all. What it would take from the process's environment is given.
  const client = new BaseAnthropic({
    apiKey: "unused",
    webhookKey: null,
    baseURL: endpoint.baseUrl,
    maxRetries: 0,
    logLevel: "off",
    openTelemetry: false,
  });
  const url = `${endpoint.baseUrl}/v1/messages`;
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
function headersFor(endpoint: MessagesEndpoint, tuning: Tuning): Record<string, string> {
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

/** A key in the place of a token is refused as if it were none. */
function hintFor({ status }: Refusal, { credentials }: MessagesEndpoint): string | undefined {
  if (status !== 401 || !credentials.authToken?.startsWith("sk-ant-api")) return undefined;
  return "ANTHROPIC_AUTH_TOKEN holds an API key: set it as ANTHROPIC_API_KEY.";
}
