// The body of a response: fed to the answer as it comes, with a limit on silence; or its beginning, when it is no stream.
import { ClawError, type Finish, type Part } from "claw";
import type { Endpoint } from "./endpoint.ts";
import { type Refusal, readRefusal, requestIdOf, unavailable, unreachable } from "./refusal.ts";
import { type EventSink, readEvents } from "./sse.ts";

/** An answer while it comes: fed with events, asked for parts. */
export interface AnswerReader extends EventSink {
  /** The parts that are ready, deltas of one kind in a row as one. Empties it. */
  take(): Part[];
  /** The stream said that it is complete. */
  readonly ended: boolean;
  /** The error object inside the stream, or why the stream cannot be believed any more. */
  readonly problem: { readonly error: unknown } | undefined;
  /** What came may stand as the answer if nothing more comes: a call is complete in it, or all but the last word is there. */
  readonly usable: boolean;
  /** The body is over. For APIs whose streams have no last word: it may be complete now. */
  closed?(): void;
  /** The last part. Of a stream that was cut, only what is complete. */
  finish(maxOutput: number): Finish;
}

/** Feeds the answer, chunk by chunk, until the stream is complete. Throws when it ends before that. */
export async function* chunks(
  response: Response,
  answer: AnswerReader,
  endpoint: Endpoint,
  control: AbortController,
  say: (refusal: Refusal) => ClawError,
): AsyncGenerator<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw unavailable(`${endpoint.host} answered without a body`, endpoint);
  const events = readEvents(answer);
  const silence = watch(endpoint.idleMs, () => control.abort());
  let [bytes, before] = [0, performance.now()];
  try {
    for (;;) {
      silence.listen();
      const { done, value } = await reader.read();
      silence.pause();
      const now = performance.now();
      if (done) {
        events.end();
        answer.closed?.();
      } else events.push(value);
      bytes += value?.length ?? 0;
      if (answer.problem !== undefined) throw problemOf(answer.problem.error, response, endpoint, say);
      if (answer.ended) return done ? undefined : void drain(reader);
      if (done) throw cutShort(bytes, events.malformed, response, endpoint);
      yield;
      if (bytes > MUCH && value.length < LARGE && value.length > FAST * (now - before)) await Bun.sleep(GATHER_MS);
      before = now;
    }
  } catch (error) {
    if (silence.over)
      throw unavailable(`${endpoint.host} sent nothing for ${endpoint.idleMs / 1000} s in the middle of its answer`, endpoint, {
        cause: error,
      });
    if (error instanceof RangeError) throw unavailable(`${endpoint.host}: ${error.message}`, endpoint, { cause: error });
    throw control.signal.aborted || error instanceof ClawError ? error : unreachable(error, endpoint, "in the middle of its answer");
  } finally {
    silence.stop();
  }
}

/** The first bytes of a body as text, within a time limit. */
export async function beginning(response: Response, limitMs: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  const timer = setTimeout(() => reader.cancel().catch(() => {}), Math.min(limitMs, 10_000));
  let text = "";
  try {
    for (let size = 0; size < BODY_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // What was read is all there is to say.
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
  return text;
}

// --- internal ---

/** The most of a refusal's body that is read. */
const BODY_BYTES = 65_536;
/** After so many bytes, what comes in small portions and at more than so many bytes a millisecond is taken in larger ones: faster than anybody reads, and each portion costs. */
const MUCH = 100_000;
const LARGE = 16_384;
const FAST = 100;
/** Shorter than a frame of the screen. */
const GATHER_MS = 30;
/** How long the last bytes after the end of an answer may take, so that the connection can be used again. */
const DRAIN_MS = 1_000;

/** A limit on silence while listening: time that the reader of the parts takes does not count. */
function watch(limitMs: number, expired: () => void): { listen(): void; pause(): void; stop(): void; readonly over: boolean } {
  let since: number | undefined;
  let over = false;
  const check = (): void => {
    const left = since === undefined ? limitMs : since + limitMs - performance.now();
    if (left > 0) timer = setTimeout(check, left);
    else {
      over = true;
      expired();
    }
  };
  let timer = setTimeout(check, limitMs);
  return {
    listen: () => {
      since = performance.now();
    },
    pause: () => {
      since = undefined;
    },
    stop: () => clearTimeout(timer),
    get over() {
      return over;
    },
  };
}

type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

async function drain(reader: BodyReader): Promise<void> {
  const timer = setTimeout(() => reader.cancel().catch(() => {}), DRAIN_MS);
  timer.unref();
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is complete; how its connection ends does not matter.
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(problem: unknown, response: Response, endpoint: Endpoint, say: (refusal: Refusal) => ClawError): ClawError {
  if (typeof problem === "string") return unavailable(`${endpoint.host}: ${problem}`, endpoint, { status: response.status });
  return say(readRefusal(problem, undefined, response.headers));
}

function cutShort(bytes: number, malformed: number, response: Response, endpoint: Endpoint): ClawError {
  const requestId = requestIdOf(response.headers);
  const skipped = malformed === 0 ? "" : `, ${malformed} unreadable events`;
  const about = `${bytes} bytes${skipped}${requestId === undefined ? "" : `, request ${requestId}`}`;
  // A status says that this was all of the answer: so it was where nothing came.
  const info = { ...(bytes === 0 ? { status: response.status } : {}), ...(requestId === undefined ? {} : { requestId }) };
  return unavailable(`${endpoint.host} ended its answer before it was complete (${about})`, endpoint, info);
}
