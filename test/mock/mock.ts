// A Messages API on a loopback port: records every request and plays replies in order, faults included. For tests and benchmarks.
import { type CacheCount, createCache } from "./cache.ts";
import { eventsOf, type Step } from "./events.ts";
import type { MockEvent, Reply } from "./reply.ts";
import { inPieces, writeEvent } from "./wire.ts";

export type { Fault, MockEvent, Reply, ReplyBlock, Wire } from "./reply.ts";

/** A request as it came. `at` is `performance.now()` of its arrival; `body` the parsed JSON, `text` its bytes. */
export interface MockRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: unknown;
}
/** A reply, or what makes one of the request and its position. */
export type Answer = Reply | ((request: MockRequest, position: number) => Reply | Promise<Reply>);
/** `repeat`: the last reply answers all that follow. `cached`: usage counts as a real prompt cache would. */
export interface MockOptions {
  readonly replies: readonly Answer[];
  readonly repeat?: boolean;
  readonly cached?: boolean;
  readonly port?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}
export interface Mock extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly MockRequest[];
  /** Resolves when this many requests have come. */
  arrived(count: number): Promise<void>;
  /** Resolves when this many connections of stalled, hanging or unfinished replies were given up by the other side. */
  abandoned(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the server. Nothing is left of it after `stop` or disposal. */
export function createMock(options: MockOptions): Mock {
  const requests: MockRequest[] = [];
  const cache = options.cached ? createCache() : undefined;
  const arrivals = counter();
  const departures = counter();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: options.port ?? 0,
    idleTimeout: 0,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    async fetch(raw) {
      const at = performance.now();
      const text = await raw.text();
      const request = { at, method: raw.method, path: new URL(raw.url).pathname, headers: raw.headers.toJSON(), text, body: parse(text) };
      const position = requests.push(request) - 1;
      arrivals.add();
      const answer = options.replies[position] ?? (options.repeat ? options.replies.at(-1) : undefined) ?? NONE_LEFT;
      const reply = typeof answer === "function" ? await answer(request, position) : answer;
      return respond(cache === undefined ? reply : counted(reply, cache.count(request.body)), position, raw.signal, departures.add);
    },
  });
  const stop = () => server.stop(true);
  return {
    url: `http${options.tls === undefined ? "" : "s"}://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    requests,
    arrived: arrivals.reached,
    abandoned: departures.reached,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

// --- internal ---

const NONE_LEFT: Reply = { status: 400, body: { type: "error", error: { type: "invalid_request_error", message: "mock: no reply left" } } };
/** Big enough that a benchmark measures the client, small enough to arrive as many reads. */
const WRITE_BYTES = 16_384;

/** The reply with the cache's counts in it, or the refusal that the request earns. */
function counted(reply: Reply, count: CacheCount | string): Reply {
  if (typeof count !== "string") return { ...reply, usage: { ...count, ...reply.usage } };
  return { status: 400, body: { type: "error", error: { type: "invalid_request_error", message: count } } };
}

async function respond(reply: Reply, position: number, gone: AbortSignal, left: () => void): Promise<Response> {
  const headers = { "request-id": `req_mock_${position + 1}`, ...reply.headers };
  gone.addEventListener("abort", left, { once: true });
  if (reply.delayMs !== undefined) await Bun.sleep(reply.delayMs);
  // An errored stream without an error makes the server drop the connection and say nothing about it.
  if (reply.fault?.kind === "reset") return new Response(new ReadableStream({ pull: (control) => control.error() }));
  if (reply.fault?.kind === "hang") return new Promise<Response>(() => {});
  if (reply.status !== undefined) {
    const body = reply.body ?? { type: "error", error: { type: "api_error", message: `mock status ${reply.status}` } };
    if (typeof body === "string") return new Response(body, { status: reply.status, headers });
    return Response.json(body, { status: reply.status, headers });
  }
  const stream = new ReadableStream<Uint8Array>(playing(reply, position), { highWaterMark: 0 });
  return new Response(stream, { headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", ...headers } });
}

/** The stream's source: one write per pull, so that waits and cuts fall between writes. */
function playing(reply: Reply, position: number): { pull(control: ReadableStreamDefaultController<Uint8Array>): Promise<void> } {
  const writes = writesOf(reply, position);
  return {
    async pull(control) {
      const { value, done } = await writes.next();
      if (done) return control.close();
      if (value === "cut") {
        // What was written before must be on its way: an error takes unsent bytes with it.
        await Bun.sleep(5);
        return control.error();
      }
      if (value === "stall") return new Promise(() => {});
      control.enqueue(value);
    },
  };
}

async function* writesOf(reply: Reply, position: number): AsyncGenerator<Uint8Array | "cut" | "stall"> {
  const wire = reply.wire ?? {};
  if (reply.raw !== undefined) {
    yield* inPieces(reply.raw, wire.split);
    return;
  }
  const apart = reply.paceMs !== undefined || wire.split !== undefined;
  let held = "";
  let sent = 0;
  for (const step of edited(eventsOf(reply, position + 1), reply)) {
    const fault = reply.fault !== undefined && "after" in reply.fault && reply.fault.after === sent ? reply.fault : undefined;
    if (!("type" in step) || fault !== undefined || apart || held.length > WRITE_BYTES) {
      if (held !== "") yield* inPieces(held, wire.split);
      held = "";
    }
    if (fault?.kind === "error") yield* inPieces(writeEvent({ type: "error", error: fault.error }, wire, sent), wire.split);
    else if (fault?.kind === "end") return;
    else if (fault !== undefined) yield fault.kind as "cut" | "stall";
    if (!("type" in step)) await (typeof step.wait === "number" ? Bun.sleep(step.wait) : step.wait);
    else held += writeEvent(step, wire, sent++);
    if (reply.paceMs !== undefined) await Bun.sleep(reply.paceMs);
  }
  if (held !== "") yield* inPieces(held, wire.split);
}

function edited(steps: readonly Step[], reply: Reply): readonly Step[] {
  if (reply.edit !== undefined) return reply.edit(steps.filter((step): step is MockEvent => "type" in step));
  const ordered = reply.order === undefined ? steps : reply.order.flatMap((at) => steps[at] ?? []);
  const kept = ordered.filter((_, at) => !reply.drop?.includes(at));
  return kept.flatMap((step, at) => (reply.double?.includes(at) ? [step, step] : [step]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts up, and lets others wait for a number. */
function counter(): { add(): void; reached(count: number): Promise<void> } {
  let count = 0;
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    add() {
      count++;
      for (const one of waiting) if (one.count <= count) one.resolve();
      waiting = waiting.filter((one) => one.count > count);
    },
    reached(wanted) {
      return new Promise((resolve) => (wanted <= count ? resolve() : waiting.push({ count: wanted, resolve })));
    },
  };
}
