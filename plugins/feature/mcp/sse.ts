// A server over the older HTTP transport: one GET stream, on which all answers come, and an address that it names for messages.
import type { Fields } from "claw/kit";
import { serverEvents } from "./events.ts";
import { exchange, kindOf, MOST_BYTES, refuse } from "./exchange.ts";
import type { HttpOptions } from "./http.ts";
import { type Ear, failed, type Wire } from "./rpc.ts";

/** Waits until the server has named its address, at most `ms`. */
export async function openSse({ url, headers }: HttpOptions, ear: Ear, ms: number): Promise<Wire> {
  const closing = new AbortController();
  const named = Promise.withResolvers<string>();
  const late = setTimeout(() => named.reject(failed(`it named no address for messages within ${ms} ms`)), ms);
  const read = async (): Promise<void> => {
    const response = await exchange(url, { method: "GET", headers: { ...headers, accept: "text/event-stream" }, signal: closing.signal });
    if (!response.ok) await refuse(response);
    if (kindOf(response) !== "text/event-stream" || response.body === null) throw failed("it answers with no stream of events");
    for await (const { event, data } of serverEvents(response.body, MOST_BYTES)) {
      if (event === "endpoint") named.resolve(addressOf(data, url));
      else if (event === "message") ear.told(parsed(data));
    }
    throw failed("its stream has ended");
  };
  read().catch((thrown: unknown) => {
    named.reject(thrown);
    if (!closing.signal.aborted) ear.lost(thrown instanceof Error ? thrown.message : String(thrown));
  });
  try {
    const address = await named.promise;
    return {
      async send(message: Fields, gone) {
        const init = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(message) };
        const response = await exchange(address, { ...init, signal: AbortSignal.any([gone, closing.signal]) });
        if (!response.ok) await refuse(response);
        await response.body?.cancel();
        return false;
      },
      async close() {
        closing.abort();
      },
    };
  } catch (thrown) {
    closing.abort();
    throw thrown;
  } finally {
    clearTimeout(late);
  }
}

// --- internal ---

/** Headers may hold a token: they go to no other host. */
function addressOf(data: string, url: string): string {
  const address = URL.parse(data.trim(), url);
  if (address === null || address.origin !== new URL(url).origin) throw failed("it names an address for messages on another host");
  return address.href;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
