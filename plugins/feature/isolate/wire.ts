// JSON-RPC 2.0 over lines, the same on both sides: requests, answers and notifications. Knows nothing of plugins or processes.
import { ClawError, type ErrorCode, type Json, wrap } from "claw";
import { headOf } from "claw/kit";

export type Fields = { readonly [key: string]: Json };
/** What a side answers, by method. `id` is the request's, by which the other side may speak of it. */
export type Answers = Readonly<Record<string, (params: Fields, id: number) => Json | Promise<Json>>>;
/** What a side takes note of, by method. */
export type Notes = Readonly<Record<string, (params: Fields) => void>>;
export interface Peer {
  /** Rejects with the other side's error, or with why it is lost. `began` is told the request's id before it is sent. */
  request(method: string, params: Fields, began?: (id: number) => void): Promise<Json>;
  notify(method: string, params: Fields): void;
  /** Takes bytes as they come. Throws when a message is too large, or nothing of very much is one. */
  take(chunk: Uint8Array): void;
  /** Rejects all that is open, and all that comes. */
  lose(reason: ClawError): void;
}

export function createPeer(write: (line: string) => void, answers: Answers, notes: Notes): Peer {
  const open = new Map<number, PromiseWithResolvers<Json>>();
  let [last, answering] = [0, 0];
  let lost: ClawError | undefined;
  const send = (message: object): void => {
    if (lost === undefined) write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  };
  const answer = async (id: number, method: string, params: Fields): Promise<void> => {
    answering++;
    try {
      if (answering > MOST_ANSWERING) throw new ClawError("CLAW_TOOL_FAILED", `more than ${MOST_ANSWERING} requests at once`);
      const own = Object.hasOwn(answers, method) ? answers[method] : undefined;
      if (own === undefined) throw new ClawError("CLAW_BUG", `there is no ${method}`);
      send({ id, result: (await own(params, id)) ?? null });
    } catch (thrown) {
      const { code, message, info } = wrap(thrown, "CLAW_TOOL_FAILED");
      const text = headOf(message.toWellFormed(), MOST_TEXT);
      send({ id, error: { code: -32000, message: text, data: { code, ...(info.hint !== undefined && { hint: headOf(info.hint, MOST_TEXT) }) } } });
    } finally {
      answering--;
    }
  };
  let oddities = 0;
  const hear = (line: string): void => {
    let message: Said;
    try {
      message = Object(JSON.parse(line));
      oddities = 0;
    } catch {
      // Not of the protocol: a plugin that writes to the descriptor itself.
      oddities += 1;
      if (oddities > MOST_ODDITIES) throw new ClawError("CLAW_TOOL_FAILED", `it wrote ${MOST_ODDITIES} lines in a row that are no messages`);
      return;
    }
    const { id, method, params, error, result } = message;
    const given = typeof params === "object" && params !== null ? params : {};
    if (typeof method === "string" && typeof id === "number") return void answer(id, method, given);
    if (typeof method === "string") {
      if (Object.hasOwn(notes, method)) notes[method]?.(given);
      return;
    }
    const waiting = typeof id === "number" ? open.get(id) : undefined;
    if (waiting === undefined || typeof id !== "number") return;
    open.delete(id);
    if (error === undefined) waiting.resolve(result ?? null);
    else waiting.reject(errorOf(error));
  };
  const cut = lines(hear);
  return {
    request(method, params, began) {
      if (lost !== undefined) return Promise.reject(lost);
      const id = ++last;
      const waiting = Promise.withResolvers<Json>();
      open.set(id, waiting);
      began?.(id);
      send({ id, method, params });
      return waiting.promise;
    },
    notify: (method, params) => send({ method, params }),
    take: cut,
    lose(reason) {
      lost ??= reason;
      for (const waiting of open.values()) waiting.reject(reason);
      open.clear();
    },
  };
}

// --- internal ---

type Said = Readonly<{ id?: unknown; method?: unknown; params?: Fields | null; result?: Json; error?: Fault }>;
type Fault = Readonly<{ message?: unknown; data?: Readonly<{ code?: unknown; hint?: unknown }> }>;
const MOST_TEXT = 4_000;
const MOST_ANSWERING = 200;
const MOST_ODDITIES = 10_000;
/** Images come as text; more than this is a mistake, or an attack on the memory of the other side. */
const MOST_BYTES = 32 * 1024 ** 2;
/** What an error may say it is; all else is a failed tool. */
const CODES: readonly unknown[] = ["CLAW_ABORTED", "CLAW_TOOL_FAILED", "CLAW_TOOL_INPUT_INVALID", "CLAW_USAGE"] satisfies readonly ErrorCode[];

function errorOf({ message, data }: Fault): ClawError {
  const { code, hint } = Object(data) as NonNullable<Fault["data"]>;
  const known = CODES.includes(code) ? (code as ErrorCode) : "CLAW_TOOL_FAILED";
  const text = headOf(typeof message === "string" ? message.toWellFormed() : "it failed", MOST_TEXT);
  return new ClawError(known, text, typeof hint === "string" ? { hint: headOf(hint.toWellFormed(), MOST_TEXT) } : {});
}

function lines(take: (line: string) => void): (chunk: Uint8Array) => void {
  let parts: Uint8Array[] = [];
  let size = 0;
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, at)]).toString("utf8");
      parts = [];
      size = 0;
      from = at + 1;
      if (line.trim() !== "") take(line);
    }
    if (from === chunk.length) return;
    parts.push(from === 0 ? chunk : chunk.slice(from));
    size += chunk.length - from;
    if (size > MOST_BYTES) throw new ClawError("CLAW_TOOL_FAILED", `it sent a message larger than ${MOST_BYTES / 1024 ** 2} MB`);
  };
}
