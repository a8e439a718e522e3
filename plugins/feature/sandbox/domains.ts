// The domains that a setting names: how they are written, which of two lists both allow, and whether one fits. Resolves nothing.
import { isIP } from "node:net";

/** One entry. `below` means the hosts below it, not itself; without a port it means those of the web. */
export interface Domain {
  /** In its one form; empty with `below` for every host. */
  readonly host: string;
  readonly below: boolean;
  readonly port?: number;
  /** A person wrote it in a setting of their own. */
  readonly own: boolean;
}
/** What commands may reach: everything, nothing, or these. */
export type Network = boolean | readonly Domain[];

/** `undefined` for what names no host. */
export function parseDomain(text: string, own: boolean): Domain | undefined {
  if (text === "*") return { host: "", below: true, own };
  const below = text.startsWith("*.");
  const [, name = "", digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(below ? text.slice(2) : text) ?? [];
  const host = plainHost(name);
  const port = digits === undefined ? undefined : Number(digits);
  if (host === undefined || (below && isIP(host) !== 0) || port === 0 || (port ?? 0) > 65_535) return undefined;
  return { host, below, own, ...(port !== undefined && { port }) };
}

/** A host's one form: lower case, escapes and odd numbers undone, without brackets or the dot of a full name. */
export function plainHost(text: string): string | undefined {
  if (text.length > 255 || !/^[^\s/?#@\\%*\0]+$/.test(text)) return undefined;
  const url = URL.parse(`http://${text}/`);
  const host = url?.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "") ?? "";
  return host === "" || (url?.port ?? "") !== "" ? undefined : host;
}

export function textOf({ host, below, port }: Domain): string {
  if (host === "") return "*";
  return `${below ? "*." : ""}${isIP(host) === 6 ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
}

/** Whether a host is among them, whatever the port. */
export function names(domains: readonly Domain[], host: string): readonly Domain[] {
  return domains.filter((one) => covers(one, { host, below: false }));
}

export function opens({ port: named }: Domain, port: number): boolean {
  return named === undefined ? WEB.includes(port) : named === port;
}

/** What a person and a project both allow: the project only takes away. */
export function meet(people: Network, project: Network): Network {
  if (people === false || project === false) return false;
  if (project === true) return people;
  if (people === true) return project;
  const both = people.flatMap((one) => project.flatMap((other) => overlap(one, other) ?? []));
  return both.filter((one, at) => both.findIndex((other) => textOf(other) === textOf(one)) === at);
}

// --- internal ---

const WEB: readonly number[] = [443, 80];

function covers(wide: Pick<Domain, "host" | "below">, narrow: Pick<Domain, "host" | "below">): boolean {
  if (!wide.below) return !narrow.below && wide.host === narrow.host;
  if (wide.host === "") return true;
  return narrow.host.endsWith(`.${wide.host}`) || (narrow.below && narrow.host === wide.host);
}

function overlap(people: Domain, project: Domain): Domain | undefined {
  const narrow = covers(people, project) ? project : covers(project, people) ? people : undefined;
  const port = people.port ?? project.port;
  if (narrow === undefined || (port !== undefined && !(opens(people, port) && opens(project, port)))) return undefined;
  // An address that only the project has written is not one that a person vouches for.
  const own = people.own && people.host === narrow.host;
  return { host: narrow.host, below: narrow.below, own, ...(port !== undefined && { port }) };
}
