// The gateways of all sessions, and what a command needs besides: which settings they follow, and the variables by which programs find them.
import type { TurnScope } from "claw";
import { type Domain, names, parseDomain } from "./domains.ts";
import { type Gateway, openGateway } from "./gateway.ts";
import { PORT } from "./relay.ts";

export interface Gateways {
  /** For one command. Ends when it is closed, and with the session at the latest. `folder` is the session's own. */
  open(domains: readonly Domain[], folder: string, scope: TurnScope): Promise<Gateway>;
  drop(session: string): void;
}

export function createGateways(): Gateways {
  const sessions = new Map<string, Set<Gateway>>();
  return {
    async open(domains, folder, scope) {
      const { id } = scope.session;
      const all = sessions.get(id) ?? new Set();
      sessions.set(id, all);
      const gateway = await openGateway({ domains, nearby: nearbyOf(scope) }, folder);
      const held: Gateway = {
        ...gateway,
        close() {
          all.delete(held);
          gateway.close();
        },
      };
      all.add(held);
      return held;
    },
    drop(session) {
      for (const one of sessions.get(session) ?? []) one.close();
      sessions.delete(session);
    },
  };
}

/** Servers of the command's own stay on its own loopback, unless the setting names the one outside. */
export function proxyVariables(domains: readonly Domain[]): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${PORT}`;
  const own = ["localhost", "127.0.0.1", "::1"].filter((host) => !names(domains, host).some((one) => one.host === host)).join(",");
  const pairs = Object.entries({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, NO_PROXY: own });
  return { ...Object.fromEntries(pairs.flatMap(([name, value]) => [[name, value], [name.toLowerCase(), value]])), NODE_USE_ENV_PROXY: "1" }; // biome-ignore format: one row
}

// --- internal ---

/** `web.allowHosts` of people's own layers; a managed list is the only one that counts. What is wrong there is for its owner to say. */
function nearbyOf(scope: TurnScope): readonly Domain[] {
  const layers = scope.settings("web").filter(({ source, trusted }) => trusted && source !== "project" && source !== "local");
  const lists = layers.map(({ value, source }) => ({ managed: source === "managed", hosts: hostsOf(value) }));
  const managed = lists.filter((list) => list.managed && list.hosts !== undefined);
  return (managed.length > 0 ? managed : lists).flatMap(({ hosts = [] }) =>
    hosts.flatMap((host) => (typeof host === "string" ? (parseDomain(host, true) ?? []) : [])),
  );
}

function hostsOf(value: unknown): readonly unknown[] | undefined {
  const hosts: unknown = Object(value)["allowHosts"];
  return Array.isArray(hosts) ? hosts : undefined;
}
