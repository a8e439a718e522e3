// Sends one request and gives the start of its answer: straight to an address that was checked, or through a proxy. Follows nothing.
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { pipeline, Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import zlib from "node:zlib";
import { refused } from "./policy.ts";

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
export interface Way {
  readonly addresses: readonly string[];
  readonly proxy?: string;
  readonly signal: AbortSignal;
}
/** `close` drops what has not been read. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  close(): void;
}

export async function exchange(url: URL, outgoing: Outgoing, way: Way): Promise<Answer> {
  if (way.proxy !== undefined) return proxied(url, outgoing, way.proxy, way.signal);
  // A machine without IPv6 often has names that answer with it first.
  const addresses = way.addresses.toSorted((a, b) => isIP(a) - isIP(b)).slice(0, MOST_ADDRESSES);
  let failed: unknown = refused(`${url.host} has no address.`);
  for (const [index, address] of addresses.entries()) {
    const last = index === addresses.length - 1;
    try {
      return await direct(url, outgoing, address, way.signal, last ? undefined : CONNECT_MS);
    } catch (error) {
      failed = error;
      if (way.signal.aborted || !UNREACHED.test(codeOf(error))) break;
    }
  }
  throw failed;
}

/** The word by which the system names an error. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}

// --- internal ---

const MOST_ADDRESSES = 4;
/** How long one address may take to connect while there are others to try. */
const CONNECT_MS = 5_000;
const UNREACHED = /^(ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT)$/;

/** The name stays in `Host` and in the certificate check; the connection goes to `address`, whatever the name means by now. */
async function direct(url: URL, { method, headers, body }: Outgoing, address: string, signal: AbortSignal, connectMs?: number): Promise<Answer> {
  const family = isIP(address);
  const pinned: LookupFunction = (_, options, done) => (options.all === true ? done(null, [{ address, family }]) : done(null, address, family));
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const { request } = url.protocol === "https:" ? https : http;
  const sent = request(url, { method, headers: { ...headers }, lookup: pinned, agent: false, signal }, resolve);
  sent.on("error", reject);
  const late = (): void => void sent.destroy(Object.assign(new Error("connecting took too long"), { code: "ETIMEDOUT" }));
  const clock = connectMs === undefined ? undefined : setTimeout(late, connectMs);
  sent.once("socket", (socket) => void socket.once("connect", () => clearTimeout(clock)));
  sent.end(body);
  try {
    const message = await promise;
    const named = plainHeaders(Object.entries(message.headers));
    const stream = decoded(message, named["content-encoding"]);
    const close = (): void => void [stream.destroy(), message.destroy(), sent.destroy()];
    return { status: message.statusCode ?? 0, statusText: message.statusMessage ?? "", headers: named, body: stream, close };
  } finally {
    clearTimeout(clock);
  }
}

async function proxied(url: URL, { method, headers, body }: Outgoing, proxy: string, signal: AbortSignal): Promise<Answer> {
  const init = { method, headers, signal, proxy, redirect: "manual", decompress: false, keepalive: false } as const;
  const reply = await fetch(url, body === undefined ? init : { ...init, body });
  const named = plainHeaders([...reply.headers]);
  const raw = reply.body === null ? Readable.from([]) : Readable.fromWeb(reply.body as unknown as NodeStream<Uint8Array>);
  const stream = decoded(raw, named["content-encoding"]);
  const close = (): void => void [stream.destroy(), raw.destroy()];
  return { status: reply.status, statusText: reply.statusText, headers: named, body: stream, close };
}

function plainHeaders(entries: readonly (readonly [string, string | readonly string[] | undefined])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(", ") : String(value ?? "")]));
}

/** The stream without its compression, which is undone bit by bit: how much comes out is up to who reads. */
function decoded(raw: Readable, encoding = ""): Readable {
  // Errors reach whoever reads; a stream that was closed unread has nobody to tell.
  raw.on("error", () => {});
  const undo = decoderOf(encoding.trim().toLowerCase());
  if (undo === undefined) return raw;
  pipeline(raw, undo, () => {});
  return undo;
}

function decoderOf(encoding: string): zlib.Gunzip | zlib.BrotliDecompress | undefined {
  const lenient = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
  switch (encoding) {
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip(lenient);
    case "deflate":
      return zlib.createInflate(lenient);
    case "br":
      return zlib.createBrotliDecompress();
    default:
      throw refused(`The body comes as ${encoding}, which was not asked for and is not read.`);
  }
}
