// One request from its address to its answer: checked, sent to the address that was checked, redirects judged anew. Keeps nothing.
import { lookup } from "node:dns/promises";
import { ClawError, type TurnScope } from "claw";
import type { WebReply, WebRequest } from "claw/kit";
import { type Exception, exceptionsOf } from "./exceptions.ts";
import { type Answer, exchange, type Outgoing } from "./exchange.ts";
import { explain } from "./explain.ts";
import { headersOf } from "./headers.ts";
import { leak, type Resolve, refused, settle, vet, vetName } from "./policy.ts";
import { proxyFor } from "./proxy.ts";

type Scope = Pick<TurnScope, "env" | "settings" | "signal">;
export type Fetch = (request: WebRequest, scope: Scope) => Promise<WebReply>;
/** `resolve` is the machine's own resolver when absent. */
export interface FetchOptions {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly resolve?: Resolve;
}

export function createFetch({ timeoutMs, maxBytes, resolve = systemResolve }: FetchOptions): Fetch {
  return async (request, scope) => {
    const start = performance.now();
    const limit = Math.min(request.timeoutMs ?? timeoutMs, timeoutMs);
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort("time"), limit);
    const leave = (): void => stop.abort("abort");
    if (scope.signal.aborted) leave();
    scope.signal.addEventListener("abort", leave, { once: true });
    const shown = URL.parse(request.url)?.host ?? request.url;
    try {
      const found = await hops({ request, scope, resolve, signal: stop.signal, most: Math.min(request.maxBytes ?? maxBytes, maxBytes) });
      return { ...found, ms: Math.round(performance.now() - start) };
    } catch (error) {
      if (scope.signal.aborted) throw new ClawError("CLAW_ABORTED", "The request was aborted.");
      if (stop.signal.aborted) throw refused(`${shown} took longer than ${limit / 1000} s to answer.`);
      throw explain(error, request.url);
    } finally {
      clearTimeout(clock);
      scope.signal.removeEventListener("abort", leave);
      stop.abort("done");
    }
  };
}

// --- internal ---

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

interface Trip {
  readonly request: WebRequest;
  readonly scope: Scope;
  readonly resolve: Resolve;
  readonly signal: AbortSignal;
  readonly most: number;
}

async function hops({ request, scope, resolve, signal, most }: Trip): Promise<Omit<WebReply, "ms">> {
  const { env } = scope;
  const method = (request.method ?? "GET").toUpperCase();
  const exceptions = await exceptionsOf(scope, request.vouched);
  const headers = headersOf(request.headers);
  // A host that the user named may get the key that goes with it, in a header.
  const said = [request.body ?? "", ...(request.vouched === undefined ? Object.values(headers) : [])].join("\n");
  const secret = leak(said, env);
  if (secret !== undefined) throw refused(`The request holds the value of ${secret}, which never leaves claw.`);
  const outgoing: Outgoing = { method, headers, ...(request.body === undefined ? {} : { body: request.body }) };
  const mostHops = method === "GET" || method === "HEAD" ? (request.redirects ?? 5) : 0;
  let url = vet(request.url, exceptions, env);
  for (let hop = 0; ; hop++) {
    const proxy = proxyFor(url, env);
    const addresses = await addressesOf(url, exceptions, resolve, proxy !== undefined, signal);
    const answer = await exchange(url, outgoing, { addresses, signal, ...(proxy === undefined ? {} : { proxy }) });
    const target = targetOf(answer, url);
    if (target !== undefined && hop < mostHops && sameHost(target, url)) {
      answer.close();
      url = vet(target.href, exceptions, env);
      continue;
    }
    const { status, statusText } = answer;
    const redirect = target === undefined ? {} : { redirect: target.href };
    return { url: url.href, status, statusText, headers: answer.headers, ...redirect, ...(await readBody(answer, most)) };
  }
}

/** With a proxy, a name that this machine does not know is the proxy's to resolve; one that it knows is checked all the same. */
async function addressesOf(
  url: URL,
  exceptions: readonly Exception[],
  resolve: Resolve,
  proxied: boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (proxied) vetName(url, exceptions);
  const known = (host: string): Promise<readonly string[]> => {
    const found = unlessAborted(resolve(host), signal);
    return proxied ? found.catch(() => []) : found;
  };
  return settle(url, exceptions, known);
}

async function readBody(answer: Answer, most: number): Promise<Pick<WebReply, "bytes" | "cut">> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of answer.body) {
      const room = most - size;
      pieces.push(piece.length > room ? piece.subarray(0, room) : piece);
      size += Math.min(piece.length, room);
      if (piece.length > room) return { bytes: joined(pieces, size), cut: true };
    }
    return { bytes: joined(pieces, size), cut: false };
  } finally {
    answer.close();
  }
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function targetOf({ status, headers }: Answer, from: URL): URL | undefined {
  const location = headers["location"];
  return REDIRECTS.has(status) && location !== undefined ? (URL.parse(location, from.href) ?? undefined) : undefined;
}

/** Between `http` and `https` at their own ports a host stays the same. */
function sameHost(a: URL, b: URL): boolean {
  return /^https?:$/.test(a.protocol) && a.hostname === b.hostname && a.port === b.port && a.username === "" && a.password === "";
}

const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** A lookup cannot be stopped, only left. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", leave));
}
