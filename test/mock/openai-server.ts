// What mock servers of other protocols than the Messages API share: a loopback port that records requests and plays frames, faults included.
import type { MockRequest } from "./mock.ts";
import { inPieces } from "./wire.ts";

/** How an answer goes over the wire. `frames` are whole events; `split` cuts them into pieces of so many bytes. */
export interface Played {
  readonly frames: readonly string[];
  readonly split?: number | undefined;
  /** After so many frames — `cut`: connection reset; `end`: clean end; `stall`: silence. */
  readonly fault?: Readonly<{ kind: "cut" | "end" | "stall"; after: number }> | undefined;
}
/** A refusal instead of a stream. */
export interface Refused {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
export interface FrameServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly MockRequest[];
  /** Resolves when the other side has given up this many streams that were not at their end. */
  abandoned(count: number): Promise<void>;
}

/** Starts a server. `answer` gets each recorded request and its position; what it answers at once, like a list of models, is not recorded. */
export function createFrameServer(
  answer: (request: MockRequest, position: number) => Played | Refused,
  aside: (request: MockRequest) => unknown = () => undefined,
): FrameServer {
  const requests: MockRequest[] = [];
  let gone = 0;
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const left = (): void => {
    gone++;
    for (const one of waiting) if (one.count <= gone) one.resolve();
    waiting = waiting.filter((one) => one.count > gone);
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(raw) {
      const at = performance.now();
      const text = await raw.text();
      const { pathname, search } = new URL(raw.url);
      const request = { at, method: raw.method, path: pathname + search, headers: raw.headers.toJSON(), text, body: parse(text) };
      const beside = aside(request);
      if (beside !== undefined) return Response.json(beside);
      const played = answer(request, requests.push(request) - 1);
      if ("status" in played) {
        const how = { status: played.status, headers: { "x-request-id": `req_${requests.length}`, ...played.headers } };
        return typeof played.body === "string" ? new Response(played.body, how) : Response.json(played.body ?? {}, how);
      }
      raw.signal.addEventListener("abort", left, { once: true });
      const stream = new ReadableStream<Uint8Array>(source(played), { highWaterMark: 0 });
      return new Response(stream, { headers: { "content-type": "text/event-stream", "x-request-id": `req_${requests.length}` } });
    },
  });
  return {
    url: server.url.href.replace(/\/$/, ""),
    requests,
    abandoned: (count) => new Promise((resolve) => (count <= gone ? resolve() : waiting.push({ count, resolve }))),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

// --- internal ---

/** One piece per pull, so that cuts fall between pieces. */
function source({ frames, split, fault }: Played): { pull(control: ReadableStreamDefaultController<Uint8Array>): Promise<void> } {
  const kept = fault === undefined ? frames : frames.slice(0, fault.after);
  const pieces =
    fault === undefined || fault.kind === "end" ? inPieces(kept.join(""), split) : kept.flatMap((frame) => [...inPieces(frame, split)]).values();
  return {
    async pull(control) {
      const { value, done } = pieces.next();
      if (!done) return value.length > 0 ? control.enqueue(value) : control.close();
      if (fault === undefined || fault.kind === "end") return control.close();
      if (fault.kind === "stall") return new Promise(() => {});
      // What was written before must be on its way: an error takes unsent bytes with it.
      await Bun.sleep(5);
      return control.error();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
