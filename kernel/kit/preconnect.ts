// The connection to a provider's server, opened while the first request of a turn is still being made.
import type { Bus } from "claw";
import type { Endpoint } from "./endpoint.ts";

/**
 * Gives what a provider calls with the endpoint of each model that it resolves. As a turn begins to draft its first request, a connection to that
 * endpoint is opened, unless one of the last seconds can still be there. Nothing is opened outside of turns, nor where a proxy stands in between.
 */
export function createPreconnect(bus: Bus): (endpoint: Endpoint) => void {
  let meant: Endpoint | undefined;
  const opened = new Map<string, number>();
  bus.on("loop.moved", ({ at, data: { from, to } }) => {
    if (from !== "routing" || to !== "preparing" || meant === undefined) return;
    const { baseUrl, proxy } = meant;
    meant = undefined;
    if (proxy !== undefined || at - (opened.get(baseUrl) ?? Number.NEGATIVE_INFINITY) < KEPT_MS) return;
    opened.set(baseUrl, at);
    fetch.preconnect(baseUrl);
  });
  return (endpoint) => {
    meant = endpoint;
  };
}

// --- internal ---

/** Servers keep an idle connection at least about so long. */
const KEPT_MS = 30_000;
