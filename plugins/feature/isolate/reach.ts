// The one way out of a child that declares hosts: its `fetch` is done by claw, for exactly those. Both sides are here, each in its own process.
import { ClawError, type Json } from "claw";
import type { Rights } from "./place.ts";
import type { Answers, Fields, Peer } from "./wire.ts";

/** The host's side. Throws `CLAW_TOOL_FAILED` for whatever is not declared. */
export function reach({ hosts }: Pick<Rights, "hosts">): Answers {
  return {
    async fetch({ url = "", method = "GET", headers = [], body = null }) {
      let at = allowed(String(url), hosts);
      let init: RequestInit = {
        method: String(method),
        headers: headers as [string, string][],
        redirect: "manual",
        signal: AbortSignal.timeout(LIMIT_MS),
      };
      if (typeof body === "string") init = { ...init, body: Buffer.from(body, "base64") };
      for (let hops = 0; ; hops++) {
        const answer = await fetch(at, init);
        const next = REDIRECTS.includes(answer.status) ? answer.headers.get("location") : null;
        if (next === null) return carried(answer, at);
        await answer.body?.cancel();
        if (hops >= MOST_HOPS) throw refused(`${at} leads from one address to the next`);
        const to = allowed(new URL(next, at).href, hosts);
        // As browsers do: what was posted is not posted again elsewhere, nor are credentials shown to another host.
        const { body: sent, ...rest } = init;
        const again = answer.status >= 307;
        init = { ...rest, ...(again ? sent !== undefined && sent !== null && { body: sent } : { method: init.method === "HEAD" ? "HEAD" : "GET" }) };
        if (new URL(to).origin !== new URL(at).origin)
          init = { ...init, headers: (headers as [string, string][]).filter(([name]) => !CREDENTIALS.test(name)) };
        at = to;
      }
    },
  };
}

/** The child's side: `fetch` for plugins, over the wire. */
export function reaching(peer: Peer): typeof fetch {
  const through = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = typeof input === "string" ? new Request(input, init) : new Request(input as Request, init);
    const body = request.body === null ? null : Buffer.from(await request.arrayBuffer()).toString("base64");
    const params: Fields = { url: request.url, method: request.method, headers: [...request.headers].map(([name, value]) => [name, value]), body };
    const stop = Promise.withResolvers<never>();
    const abort = (): void => stop.reject(request.signal.reason);
    request.signal.addEventListener("abort", abort, { once: true });
    if (request.signal.aborted) abort();
    const answer = await Promise.race([peer.request("fetch", params), stop.promise]).finally(() =>
      request.signal.removeEventListener("abort", abort),
    );
    const { status, headers, body: bytes } = answer as unknown as Readonly<{ status: number; headers: [string, string][]; body: string }>;
    return new Response(BODILESS.includes(status) ? null : Buffer.from(bytes, "base64"), { status, headers });
  };
  return Object.assign(through, { preconnect: () => {} });
}

// --- internal ---

const LIMIT_MS = 60_000;
const MOST_HOPS = 10;
const MOST_BYTES = 16 * 1024 ** 2;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const BODILESS: readonly number[] = [101, 204, 205, 304];
const CREDENTIALS = /^(authorization|cookie|proxy-authorization|x-api-key)$/i;

function refused(why: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", `${why}: an isolated plugin reaches only the hosts that it declares`);
}

/** `api.example.com`, `*.example.com`, or with a port: `localhost:8080`. A host alone is its usual ports. */
function allowed(url: string, hosts: readonly string[]): string {
  const { protocol, host, hostname, href, port } = URL.parse(url) ?? { protocol: "", host: "", hostname: "", href: "", port: "" };
  if (protocol !== "https:" && protocol !== "http:") throw refused(`not an address of the web: ${url.slice(0, 200)}`);
  const fits = hosts.some((one) => {
    const said = one
      .toLowerCase()
      .replace(/^https?:\/\//, "")
      .replace(/\/.*$/, "");
    if (said.startsWith("*.")) return port === "" && hostname.endsWith(said.slice(1));
    return said === host || (port === "" && said === hostname);
  });
  if (!fits) throw refused(`${host} is not declared`);
  return href;
}

async function carried(answer: Response, url: string): Promise<Json> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) throw new ClawError("CLAW_TOOL_FAILED", `the answer of ${url} is larger than ${MOST_BYTES / 1024 ** 2} MB`);
    parts.push(part);
  }
  // It has been decoded by now.
  const headers = [...answer.headers].filter(([name]) => !/^content-(encoding|length)$/i.test(name));
  return { status: answer.status, headers, body: Buffer.concat(parts).toString("base64") };
}
