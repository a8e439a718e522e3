// What came in the place of a stream, as an error: a refusal, a page, an answer in one piece.
import type { ClawError } from "claw";
import type { Endpoint } from "./endpoint.ts";
import { type Refusal, readRefusal, unavailable } from "./refusal.ts";

/** Makes the error of a refusal, with the advice that belongs to it. */
export type Say = (refusal: Refusal) => ClawError;

/** The error that a body says. */
export function refusedWith(text: string, { status, headers }: Response, say: Say): ClawError {
  const error = errorIn(parsed(text));
  if (error === undefined) return say({ status, message: pageless(text), headers });
  const refusal = readRefusal(error, status, headers);
  return say(typeof error === "string" || "message" in Object(error) ? refusal : { ...refusal, message: pageless(text) });
}

/** The error of a success that is no stream. */
export function notStream(type: string, text: string, response: Response, endpoint: Endpoint, say: Say): ClawError {
  const { status, headers } = response;
  if (/html/i.test(type)) {
    const hint = `Check whether the network wants a login in a browser, and check ${endpoint.names.baseUrl}.`;
    return unavailable(
      `${endpoint.host} answered ${status} with a web page (HTML) instead of the API: a captive portal or a proxy is in between`,
      endpoint,
      { hint, status },
    );
  }
  const error = (parsed(text) as { error?: unknown } | null | undefined)?.error;
  if (error !== undefined) return say(readRefusal(error, undefined, headers));
  return unavailable(`${endpoint.host} answered ${status} with ${type} instead of a stream`, endpoint, { status });
}

// --- internal ---

/** What a body says went wrong, wherever its API puts that. */
function errorIn(body: unknown): unknown {
  const [first] = Array.isArray(body) ? body : [body];
  if (typeof first !== "object" || first === null) return undefined;
  const { error, message, detail } = first as Record<string, unknown>;
  if (error !== undefined) return error;
  if (message !== undefined) return first;
  return detail === undefined ? undefined : typeof detail === "string" ? detail : JSON.stringify(detail);
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
