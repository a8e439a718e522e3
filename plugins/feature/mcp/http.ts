// A server over streamable HTTP: each message a POST, whose answer is JSON or a stream of events; a GET stream for what the server tells by itself,
// or to take up a stream that broke off.
import { ClawError } from "claw";
import type { Fields } from "claw/kit";
import type { Bearer } from "./bearer.ts";
import { serverEvents } from "./events.ts";
import { exchange, kindOf, MOST_BYTES, refuse, wholeText } from "./exchange.ts";
import { type Ear, failed, type Wire } from "./rpc.ts";

export interface HttpOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bearer?: Bearer;
}

/** Nothing is sent before the first message. */
export function openHttp(options: HttpOptions, ear: Ear): Wire {
  return new Http(options, ear);
}

// --- internal ---

class Http implements Wire {
  readonly #url: string;
  readonly #given: HttpOptions["headers"];
  readonly #ear: Ear;
  readonly #bearer: Bearer | undefined;
  readonly #closing = new AbortController();
  #session: string | undefined;
  #version: string | undefined;

  constructor({ url, headers, bearer }: HttpOptions, ear: Ear) {
    this.#bearer = bearer;
    this.#url = url;
    this.#given = headers;
    this.#ear = ear;
  }
  async send(message: Fields, gone: AbortSignal): Promise<boolean> {
    const signal = AbortSignal.any([gone, this.#closing.signal]);
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    try {
      const response = await this.#exchange({ method: "POST", body: JSON.stringify(message), signal }, headers);
      this.#remembered(response);
      if (!response.ok) await refuse(response);
      if (message["method"] === "initialize") this.#session = response.headers.get("mcp-session-id") ?? undefined;
      if (kindOf(response) === "text/event-stream") await this.#answer(response, message["id"], signal);
      else if (kindOf(response) === "application/json") await told(response, (text) => this.#tell(text));
      else await response.body?.cancel();
      return true;
    } catch (thrown) {
      if (signal.aborted) return false;
      if (thrown instanceof ClawError && thrown.info.status === undefined && thrown.info.cause !== undefined) this.#lose(thrown.message);
      throw thrown instanceof ClawError ? thrown : failed(`its answer broke off: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
  agreed(version: string): void {
    this.#version = version;
    void this.#listen();
  }
  async close(): Promise<void> {
    const ended = this.#session !== undefined && !this.#closing.signal.aborted;
    this.#closing.abort();
    // A courtesy: servers may forget the session by themselves.
    if (ended) await this.#exchange({ method: "DELETE", signal: AbortSignal.timeout(FAREWELL_MS) }, {}).catch(() => {});
  }

  // --- internal ---

  /** With the login's token, if there is one; once more with another when that is refused. */
  async #exchange(init: BunFetchRequestInit, more: Readonly<Record<string, string>>): Promise<Response> {
    for (let again = false; ; again = true) {
      const token = await this.#bearer?.token();
      const headers = this.#headers(more);
      if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
      const response = await exchange(this.#url, { ...init, headers });
      if (response.status !== 401 || again || !(await this.#bearer?.renew(token))) return response;
      await response.body?.cancel();
    }
  }
  #headers(more: Readonly<Record<string, string>>): Headers {
    const all = new Headers(this.#given);
    for (const [name, value] of Object.entries(more)) all.set(name, value);
    if (this.#session !== undefined) all.set("mcp-session-id", this.#session);
    if (this.#version !== undefined) all.set("mcp-protocol-version", this.#version);
    return all;
  }
  #tell(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      throw failed(`it answered with what is no JSON: ${JSON.stringify(text.slice(0, 100))}`);
    }
    this.#ear.told(message);
  }
  #lose(why: string): void {
    if (!this.#closing.signal.aborted) this.#ear.lost(why);
  }
  /** Throws when the server no longer knows the session. */
  #remembered({ status }: Response): void {
    if (status !== 404 || this.#session === undefined) return;
    this.#lose("it has forgotten the session");
    throw failed("The server has forgotten the session.");
  }
  /** A stream with ids may end before it has brought the answer: it goes on behind the last one. Throws when it cannot. */
  async #answer(response: Response, call: unknown, signal: AbortSignal): Promise<void> {
    const at: Place = { call, pause: FIRST_PAUSE_MS, failures: 0, answered: call === undefined };
    let next: Response | undefined = response;
    while (next !== undefined) {
      await this.#read(next, at).catch((thrown: unknown) => {
        if (at.id === undefined || signal.aborted || thrown instanceof ClawError || thrown instanceof RangeError) throw thrown;
      });
      next = undefined;
      if (at.answered || !at.id || at.failures++ >= MOST_FAILURES) return;
      await rest(at.pause, signal);
      if (signal.aborted) return;
      next = await this.#open(at, signal);
      this.#remembered(next);
      if (!next.ok || kindOf(next) !== "text/event-stream") await refuse(next);
    }
  }
  /** Many servers have nothing to tell by themselves and refuse; a stream that ends is opened again, ever more seldom. */
  async #listen(): Promise<void> {
    const { signal } = this.#closing;
    const at: Place = { call: undefined, pause: FIRST_PAUSE_MS, failures: 0, answered: true };
    for (; !signal.aborted; at.pause = Math.min(at.pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const response = await this.#open(at, signal);
        if (!response.ok || kindOf(response) !== "text/event-stream") return await response.body?.cancel();
        await this.#read(response, at);
      } catch {
        // It will be seen by the next request if it matters.
      }
      await rest(at.pause, signal);
    }
  }
  #open({ id }: Place, signal: AbortSignal): Promise<Response> {
    const last: Record<string, string> = id ? { "last-event-id": id } : {};
    return this.#exchange({ method: "GET", signal }, { accept: "text/event-stream", ...last });
  }
  /** Reads to the stream's end, and keeps in `at` where it was. */
  async #read(response: Response, at: Place): Promise<void> {
    for await (const { event, data, id, retry } of serverEvents(response.body ?? none(), MOST_BYTES)) {
      if (id !== undefined) at.id = id;
      if (retry !== undefined) at.pause = Math.min(Math.max(retry, 1), LONGEST_PAUSE_MS);
      if (event !== "message" || data === "") continue;
      at.failures = 0;
      this.#tell(data);
      at.answered ||= answers(data, at.call);
    }
  }
}

/** Where a stream is: the last event's id, the pause before it is opened again, and whether the answer to `call` has come. */
interface Place {
  readonly call: unknown;
  id?: string;
  pause: number;
  failures: number;
  answered: boolean;
}
const FAREWELL_MS = 500;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** How often in a row a stream may be taken up again without bringing anything. */
const MOST_FAILURES = 5;

function answers(data: string, call: unknown): boolean {
  return [JSON.parse(data)].flat().some((one) => one?.id === call && one?.method === undefined);
}

async function told(response: Response, tell: (text: string) => void): Promise<void> {
  const text = await wholeText(response, MOST_BYTES);
  if (text.trim() !== "") tell(text);
}

async function* none(): AsyncGenerator<Uint8Array> {}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
