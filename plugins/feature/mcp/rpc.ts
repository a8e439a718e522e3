// JSON-RPC with one server over any wire: requests with limits, cancelling and progress; what the server asks and tells. Knows no method but those three.
import { ClawError, type Json } from "claw";
import { type Fields, fields, headOf, plain } from "claw/kit";
import { createLimit, type Limit } from "./limit.ts";

/** One way to a server. */
export interface Wire {
  /** Resolves `true` when all that this message brings has been told already: without an answer by then there is none. `gone` frees what waits for it. */
  send(message: Fields, gone: AbortSignal): Promise<boolean>;
  /** The protocol version that both sides speak. */
  agreed?(version: string): void;
  /** Never rejects. */
  close(): Promise<void>;
}
/** What a wire tells. `lost` at most once, and not after `close`. */
export interface Ear {
  told(message: unknown): void;
  lost(why: string): void;
}
export type Dial = (ear: Ear) => Wire | Promise<Wire>;
export interface Asking {
  readonly signal?: AbortSignal;
  /** The longest silence, and the longest wait in all. */
  readonly idleMs: number;
  readonly mostMs?: number;
  readonly progress?: (params: Fields) => void;
  /** Is given the limit of the wait. */
  readonly waiting?: (limit: Limit) => void;
}
export interface PeerOptions {
  readonly name: string;
  /** Answers a request of the server; `undefined` for a method that is not known. */
  answer(method: string, params: Fields): Promise<Json | undefined>;
  heard(method: string, params: Fields): void;
  lost(why: string): void;
}

export class Peer implements Ear {
  readonly #at: PeerOptions;
  readonly #pending = new Map<number, Pending>();
  #wire: Wire | undefined;
  #id = 0;
  #answering = 0;
  #gone: string | undefined;

  constructor(at: PeerOptions) {
    this.#at = at;
  }
  use(wire: Wire): void {
    this.#wire = wire;
  }
  /** The result. Throws `CLAW_ABORTED`, or `CLAW_TOOL_FAILED` when there is none: then `cause.code` is the server's, if it has sent one. */
  async request(method: string, params: Fields, { signal, idleMs, mostMs = idleMs, progress, waiting }: Asking): Promise<Fields> {
    const { name } = this.#at;
    if (signal?.aborted) throw new ClawError("CLAW_ABORTED", String(signal.reason));
    const id = ++this.#id;
    const gone = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<Fields>();
    const give = (error: ClawError, reason: string): void => {
      // What has no answer yet may still be running there. A handshake cannot be taken back.
      if (this.#pending.delete(id) && method !== "initialize") this.notify("notifications/cancelled", { requestId: id, reason });
      reject(error);
    };
    const abort = (): void => give(new ClawError("CLAW_ABORTED", String(signal?.reason)), "interrupted");
    const limit = createLimit(idleMs, mostMs, (ms) => {
      const hint = method === "tools/call" ? "It may have had its effect all the same." : undefined;
      give(failed(`MCP server ${name} did not answer ${method} within ${ms} ms.`, hint === undefined ? {} : { hint }), "timed out");
    });
    waiting?.(limit);
    const told = (news: Fields): void => {
      limit.touch();
      progress?.(news);
    };
    this.#pending.set(id, { resolve, reject, told });
    signal?.addEventListener("abort", abort, { once: true });
    const meta = progress === undefined ? {} : { _meta: { progressToken: id } };
    try {
      if (this.#gone !== undefined) throw failed(`MCP server ${name}: ${this.#gone}`);
      this.#send({ jsonrpc: "2.0", id, method, params: { ...params, ...meta } }, gone.signal).then(
        (over) => over && reject(failed(`MCP server ${name} ended its answer to ${method} without a result.`)),
        reject,
      );
      return await promise;
    } finally {
      this.#pending.delete(id);
      signal?.removeEventListener("abort", abort);
      limit.stop();
      gone.abort();
    }
  }
  notify(method: string, params: Fields = {}): void {
    const timer = new AbortController();
    const stop = setTimeout(() => timer.abort(), NOTE_MS);
    stop.unref();
    this.#send({ jsonrpc: "2.0", method, params }, timer.signal)
      .catch(() => {})
      .finally(() => clearTimeout(stop));
  }
  told(message: unknown): void {
    // Older versions of the protocol allow several at once.
    if (Array.isArray(message)) for (const one of message.slice(0, MOST_AT_ONCE)) this.told(one);
    else if (fields(message)) this.#take(message);
  }
  lost(why: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    for (const { reject } of this.#pending.values()) reject(failed(`MCP server ${this.#at.name}: ${why}`));
    this.#pending.clear();
    this.#at.lost(why);
  }
  agreed(version: string): void {
    this.#wire?.agreed?.(version);
  }
  async close(): Promise<void> {
    const first = this.#gone === undefined;
    this.#gone ??= "the connection was closed";
    if (first) for (const { reject } of this.#pending.values()) reject(failed(`MCP server ${this.#at.name}: ${this.#gone}`));
    this.#pending.clear();
    await this.#wire?.close();
  }

  // --- internal ---

  async #send(message: Fields, gone: AbortSignal): Promise<boolean> {
    return (await this.#wire?.send(message, gone)) ?? true;
  }
  #take({ id, method, params, result, error }: Fields): void {
    const given = fields(params) ? params : {};
    if (typeof method === "string") {
      if (id !== undefined && id !== null) void this.#serve(id, method, given);
      else if (method === "notifications/progress") this.#pending.get(Number(given["progressToken"]))?.told(given);
      else this.#at.heard(method, given);
      return;
    }
    const pending = this.#pending.get(Number(id));
    if (pending === undefined) return;
    this.#pending.delete(Number(id));
    if (fields(error)) {
      const said = headOf(plain(String(error["message"] ?? "no reason given")), 2_000).toWellFormed();
      pending.reject(failed(`MCP server ${this.#at.name}: ${said}`, { cause: { code: error["code"] } }));
    } else pending.resolve(fields(result) ? result : {});
  }
  async #serve(id: unknown, method: string, params: Fields): Promise<void> {
    const reply = (body: Fields): void => void this.#send({ jsonrpc: "2.0", id, ...body }, AbortSignal.timeout(NOTE_MS)).catch(() => {});
    if (this.#answering >= MOST_AT_ONCE) return reply({ error: { code: -32000, message: "too many requests at once" } });
    this.#answering++;
    try {
      const answer = await this.#at.answer(method, params);
      reply(answer === undefined ? { error: { code: -32601, message: `claw does not support ${method.slice(0, 100)}` } } : { result: answer });
    } catch (thrown) {
      reply({ error: { code: -32603, message: thrown instanceof Error ? thrown.message : "failed" } });
    } finally {
      this.#answering--;
    }
  }
}

/** What goes wrong with a server. */
export function failed(message: string, info: ClawError["info"] = {}): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", message, info);
}

// --- internal ---

interface Pending {
  readonly resolve: (result: Fields) => void;
  readonly reject: (error: ClawError) => void;
  readonly told: (news: Fields) => void;
}
const MOST_AT_ONCE = 50;
/** How long something that needs no answer may take to be sent. */
const NOTE_MS = 10_000;
