// One request of a provider and its streamed answer: limits on silence and none on length, aborts, refusals, and what is kept of a stream that broke.
// Knows no API: what an answer is made of, the provider's own `AnswerReader` knows.
import { ClawError, type Part } from "claw";
import { type AnswerReader, beginning, chunks } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import { notStream, refusedWith, type Say } from "./exchange-refusals.ts";
import { type Refusal, refused, unavailable, unreachable } from "./refusal.ts";

export type { AnswerReader } from "./body.ts";

/** One request. `open` sends it; `control` is aborted when the answer does not begin in time. `hint` is what this provider alone knows of a refusal. */
export interface ExchangeOptions {
  readonly endpoint: Endpoint;
  readonly answer: AnswerReader;
  readonly maxOutput: number;
  open(control: AbortController): Promise<Response>;
  hint?(refusal: Refusal): string | undefined;
}

/** Yields the parts of an answer. A cut after a complete call ends the answer there: what was asked for is never asked for twice. */
export async function* exchange({ endpoint, answer, maxOutput, open, hint }: ExchangeOptions, signal: AbortSignal): AsyncGenerator<Part> {
  const control = new AbortController();
  const abort = (): void => control.abort();
  signal.addEventListener("abort", abort, { once: true });
  const say = (refusal: Refusal): ClawError => {
    const own = hint?.(refusal);
    return refused(own === undefined ? refusal : { ...refusal, hint: own }, endpoint);
  };
  let whole = false;
  try {
    if (signal.aborted) throw new DOMException("aborted", "AbortError");
    const response = await answered(open, endpoint, control, say);
    for await (const _ of chunks(response, answer, endpoint, control, say)) for (const part of answer.take()) yield part;
    yield* answer.take();
    whole = true;
    yield answer.finish(maxOutput);
  } catch (error) {
    if (signal.aborted) throw new ClawError("CLAW_ABORTED", "the request was aborted", { cause: error });
    if (whole) throw error;
    answer.closed?.();
    yield* answer.take();
    if (!answer.usable) throw error;
    whole = true;
    yield answer.finish(maxOutput);
  } finally {
    signal.removeEventListener("abort", abort);
    // Left early: nobody reads on. A finished answer lets the connection live for the next step.
    if (!whole) control.abort();
  }
}

/** Sends a JSON body to a path of the endpoint, following no redirect, which would carry the key along. */
export async function post(
  endpoint: Endpoint,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  control: AbortController,
): Promise<Response> {
  const timer = setTimeout(() => control.abort(), endpoint.connectMs);
  const all = { accept: "text/event-stream", "content-type": "application/json", "user-agent": "claw", ...headers, ...endpoint.headers };
  // `verbose` stays off whatever the environment says: it would print the key. `timeout` would limit the whole answer.
  const how: BunFetchRequestInit = { method: "POST", headers: all, redirect: "manual", verbose: false, timeout: false };
  const proxy = endpoint.proxy === undefined ? {} : { proxy: endpoint.proxy };
  try {
    return await fetch(`${endpoint.baseUrl}${path}`, { ...how, ...proxy, body, signal: control.signal } as RequestInit);
  } finally {
    clearTimeout(timer);
  }
}

// --- internal ---

/** The response, when it is the stream that was asked for. */
async function answered(open: ExchangeOptions["open"], endpoint: Endpoint, control: AbortController, say: Say): Promise<Response> {
  let response: Response;
  try {
    response = await open(control);
  } catch (error) {
    if (!control.signal.aborted) throw unreachable(error, endpoint);
    throw unavailable(`${endpoint.host} did not begin to answer within ${endpoint.connectMs / 1000} s`, endpoint, { cause: error });
  }
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && !["html", "json"].some((one) => type.toLowerCase().includes(one))) return response;
  const text = await beginning(response, endpoint.connectMs);
  throw response.ok ? notStream(type, text, response, endpoint, say) : refusedWith(text, response, say);
}
