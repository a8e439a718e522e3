// JSON-RPC with headers, as language servers speak it: text of a stream becomes messages, requests have limits. Knows no method.
import { ClawError, type Json } from "claw";
import { type Fields, fields, headOf, plain } from "claw/kit";

export interface RpcOptions {
  readonly name: string;
  write(message: string): Promise<void>;
  /** Answers a request of the server; `undefined` for a method that is not known. */
  answer(method: string, params: Fields): Json | undefined;
  heard(method: string, params: Fields): void;
  /** What came is no message: the stream cannot be read on. */
  broken(why: string): void;
}
export interface Asking {
  readonly signal: AbortSignal;
  readonly ms: number;
}

/** A server's own refusal. `code` is the protocol's. */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export class Rpc {
  readonly #at: RpcOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #reader: Reader;
  #id = 0;
  #gone: string | undefined;

  constructor(at: RpcOptions) {
    this.#at = at;
    this.#reader = createReader((text) => this.#take(text));
  }
  /** What the server has written. */
  read(text: string): void {
    if (this.#gone !== undefined) return;
    try {
      this.#reader.add(Buffer.from(text));
    } catch (thrown) {
      this.#at.broken(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  /** Throws `Refusal`, or `CLAW_TOOL_FAILED` without an answer, or `CLAW_ABORTED`. */
  async request(method: string, params: Fields, { signal, ms }: Asking): Promise<unknown> {
    if (signal.aborted) throw new ClawError("CLAW_ABORTED", String(signal.reason));
    if (this.#gone !== undefined) throw this.#failed(this.#gone);
    const id = ++this.#id;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const give = (error: ClawError): void => {
      this.notify("$/cancelRequest", { id });
      reject(error);
    };
    const abort = (): void => give(new ClawError("CLAW_ABORTED", String(signal.reason)));
    const late = setTimeout(() => give(this.#failed(`no answer to ${method} within ${ms} ms`)), ms);
    signal.addEventListener("abort", abort, { once: true });
    this.#pending.set(id, { resolve, reject });
    try {
      this.#send({ id, method, params }).catch(reject);
      return await promise;
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", abort);
      this.#pending.delete(id);
    }
  }
  notify(method: string, params: Fields): void {
    this.#send({ method, params }).catch(() => {});
  }
  /** Everybody who waits is told `why`. */
  close(why: string): void {
    this.#gone ??= why;
    for (const { reject } of this.#pending.values()) reject(this.#failed(why));
    this.#pending.clear();
  }

  // --- internal ---

  #failed(why: string): ClawError {
    return new ClawError("CLAW_TOOL_FAILED", `The language server ${this.#at.name}: ${why}.`);
  }
  async #send(fields: Fields): Promise<void> {
    if (this.#gone !== undefined) return;
    const body = JSON.stringify({ jsonrpc: "2.0", ...fields });
    await this.#at.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  #take(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!fields(message)) return;
    const { id, method, params, result, error } = message;
    if (typeof method === "string") {
      this.#called(method, id, fields(params) ? params : {});
      return;
    }
    const pending = this.#pending.get(Number(id));
    if (fields(error)) pending?.reject(refusalOf(error));
    else pending?.resolve(result ?? null);
  }
  #called(method: string, id: unknown, params: Fields): void {
    if (id === undefined) {
      this.#at.heard(method, params);
      return;
    }
    const answer = this.#at.answer(method, params);
    const refusal = { code: -32601, message: `claw does not support ${method.slice(0, 100)}` };
    void this.#send(answer === undefined ? { id, error: refusal } : { id, result: answer }).catch(() => {});
  }
}

// --- internal ---

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}
interface Reader {
  add(bytes: Buffer): void;
}
function refusalOf(error: Fields): Refusal {
  const said = headOf(plain(String(error["message"] ?? "no reason given")), 1_000).toWellFormed();
  return new Refusal(Number(error["code"]), said);
}

const MOST_BYTES = 64 * 1024 ** 2;
const MOST_HEADER = 16_384;

/** Calls `take` with each body. Throws when no header can be made out, or a body is too large. */
function createReader(take: (text: string) => void): Reader {
  let pieces: Buffer[] = [];
  let size = 0;
  /** Bytes that must be there before there is something to do. */
  let need = 1;
  return {
    add(bytes) {
      pieces.push(bytes);
      size += bytes.length;
      while (size >= need) {
        const all = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
        const end = all.indexOf("\r\n\r\n");
        if (end === -1) {
          if (size > MOST_HEADER) throw new Error("it writes something else than messages to its stdout");
          [pieces, need] = [[all], size + 1];
          return;
        }
        const length = Number([...all.toString("latin1", 0, end).matchAll(/content-length: *(\d+)/gi)].at(-1)?.[1]);
        if (!(length <= MOST_BYTES)) throw new Error("it sent a message without a length, or one that is too large");
        const whole = end + 4 + length;
        if (size < whole) {
          [pieces, need] = [[all], whole];
          return;
        }
        const rest = all.subarray(whole);
        [pieces, size, need] = [rest.length === 0 ? [] : [rest], rest.length, 1];
        take(all.toString("utf8", end + 4, whole));
      }
    },
  };
}
