// One request as it was asked for, and the answer as it came: status, type, and the start of the body.
import { type CallScope, ClawError, type ToolResult } from "claw";
import { clip, looksBinary, Web, type WebReply, type WebRequest } from "claw/kit";

export interface TriggerInput {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export async function run({ url, method = "GET", headers, body }: TriggerInput, scope: CallScope): Promise<ToolResult> {
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", `A ${method} request has no body. Use POST, PUT or PATCH, or put it into the address.`);
  }
  const web = await scope.use(Web);
  const more = { ...(body === undefined ? {} : { body }), headers: typed(headers ?? {}, body) };
  const request: WebRequest = { url, method, redirects: 0, maxBytes: MOST_BYTES, timeoutMs: LIMIT_MS, ...more };
  const reply = await web.fetch(request, scope);
  const { status, ms } = reply;
  const success = status >= 200 && status < 300;
  const text = textOf(reply);
  const lines = [`HTTP ${status} ${reply.statusText}`.trim(), ...shownHeaders(reply), ...(text === "" ? [] : ["", text])];
  const details = { url: reply.url, method, status_code: status, body: text, success, bytes: reply.bytes.length, ms };
  return { content: [{ type: "text", text: lines.join("\n").toWellFormed() }], failed: status >= 400, details };
}

// --- internal ---

const LIMIT_MS = 30_000;
const MOST_BYTES = 1_000_000;
/** Of the body, for the model. */
const MOST_CHARACTERS = 8_192;
const SHOWN = ["content-type", "location", "retry-after"];

/** A body that reads as JSON is said to be that, unless the call says what it is. */
function typed(headers: Readonly<Record<string, string>>, body: string | undefined): Readonly<Record<string, string>> {
  if (body === undefined || Object.keys(headers).some((name) => name.toLowerCase() === "content-type")) return headers;
  return { ...headers, "content-type": isJson(body) ? "application/json" : "text/plain; charset=utf-8" };
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

function shownHeaders({ headers }: WebReply): readonly string[] {
  return SHOWN.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`]));
}

function textOf({ bytes, headers, cut }: WebReply): string {
  if (bytes.length === 0) return "";
  if (looksBinary(bytes) || /^(image|audio|video|font)\//.test(headers["content-type"] ?? "")) return `(${bytes.length} bytes that are no text)`;
  const text = new TextDecoder().decode(bytes, { stream: cut });
  return clip(text, MOST_CHARACTERS, cut ? `more than ${MOST_BYTES} bytes came` : "");
}
