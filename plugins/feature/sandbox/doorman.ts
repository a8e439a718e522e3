// Who gets through the gateway: names first, so that nothing of what is refused reaches a name server; then every address the name stands for.
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { createRealms } from "./address.ts";
import { type Domain, names, opens } from "./domains.ts";

export interface Gate {
  readonly domains: readonly Domain[];
  /** Hosts that a person lets be in a private network: `web.allowHosts`. */
  readonly nearby: readonly Domain[];
}
/** What the gate does not let through; the message is for whoever asked, and says what would. */
export class Refusal extends Error {}

/** Gives the addresses of a host, in the order to try them, when it may be reached. Throws `Refusal`. */
export function createDoorman({ domains, nearby }: Gate): (host: string, port: number) => Promise<readonly string[]> {
  const realm = createRealms();
  return async (host, port) => {
    const shown = isIP(host) === 6 ? `[${host}]` : host;
    const named = names(domains, host);
    if (named.length === 0) throw new Refusal(`${shown} is not among the domains that commands may reach. ${cure(shown)}`);
    if (!named.some((one) => opens(one, port)))
      throw new Refusal(`port ${port} of ${shown} is not among what commands may reach. ${cure(`${shown}:${port}`)}`);
    const literal = isIP(host) !== 0;
    const addresses = literal ? [host] : await resolve(host);
    const vouched = literal && named.some((one) => one.own && one.host === host);
    const close = vouched || names(nearby, host).some((one) => one.port === undefined || one.port === port);
    for (const address of addresses) {
      const kind = realm(address);
      if (kind === "public" || vouched || (kind === "private" && close)) continue;
      const what = literal ? shown : `${shown} leads to ${address}, which`;
      throw new Refusal(`${what} is ${kind === "private" ? `this machine or a private network. ${closer(shown, port)}` : "no public address."}`);
    }
    // A machine without IPv6 often has names that answer with it first.
    return addresses.toSorted((a, b) => isIP(a) - isIP(b)).slice(0, MOST);
  };
}

// --- internal ---

const MOST = 4;
const RESOLVE_MS = 15_000;

const cure = (entry: string): string => `The user can add it in their own settings: "sandbox": { "network": [${JSON.stringify(entry)}] }.`;
const closer = (host: string, port: number): string =>
  `The user can allow that in their own settings: "web": { "allowHosts": [${JSON.stringify(`${host}:${port}`)}] }.`;

async function resolve(host: string): Promise<readonly string[]> {
  const late = Promise.withResolvers<never>();
  const clock = setTimeout(() => late.reject(new Error(`the name ${host} was not resolved within ${RESOLVE_MS / 1_000} s.`)), RESOLVE_MS);
  try {
    const found = await Promise.race([lookup(host, { all: true }), late.promise]);
    return found.map(({ address }) => address);
  } catch (thrown) {
    const code = (thrown as { readonly code?: unknown }).code;
    throw typeof code === "string" ? new Error(`the name ${host} could not be resolved (${code}).`) : thrown;
  } finally {
    clearTimeout(clock);
  }
}
