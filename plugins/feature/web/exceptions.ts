// The hosts that the user has named: `web.allowHosts` of the settings, and what a caller vouches for. Never a project nobody trusts.
import { ClawError, type TurnScope } from "claw";
import { invalid, locate } from "claw/kit";
import * as v from "valibot";

/** `host` with `port`, or with any; `below` means the hosts below it, not itself. */
export interface Exception {
  readonly host: string;
  readonly port?: string;
  readonly below: boolean;
}

/** Throws `CLAW_CONFIG_INVALID`, naming file, line and key. A managed list is the only one that counts. */
export async function exceptionsOf(scope: Asked, vouched: readonly string[] = []): Promise<readonly Exception[]> {
  const lists: { readonly managed: boolean; readonly hosts: readonly Exception[] }[] = [];
  for (const { value, origin, trusted, source } of scope.settings("web")) {
    if (!trusted) continue;
    const parsed = v.safeParse(WebSchema, value);
    if (!parsed.success) throw await invalid(locate, origin, ["web"], parsed.issues[0]);
    const { allowHosts } = parsed.output;
    if (allowHosts !== undefined) lists.push({ managed: source === "managed", hosts: allowHosts.map((entry) => parseEntry(entry, origin)) });
  }
  const managed = lists.filter((list) => list.managed);
  const named = managed.length > 0 ? managed : [...lists, { hosts: hostsOfRules(scope) }];
  return [...named.flatMap((list) => list.hosts), ...vouched.map((entry) => parseEntry(entry, "vouched"))];
}

/** Whether the user has named the host of this address. */
export function excepted(url: URL, exceptions: readonly Exception[]): boolean {
  const name = bareHost(url);
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return exceptions.some((one) => (one.port === undefined || one.port === port) && (one.below ? name.endsWith(`.${one.host}`) : name === one.host));
}

/** The host without the brackets of IPv6 and without the dot of a full name. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

// --- internal ---

type Asked = Pick<TurnScope, "settings"> & Partial<Pick<TurnScope, "options">>;
/** A rule that allows one host by its whole name. One for all hosts, or for those below a name, was not written with a private address in mind. */
const RULE = /\b(?:WebFetch|web_fetch|RemoteTrigger)\(\s*domain:\s*([^\s*()]+)\s*\)/gi;

/** Hosts that the user's own rules name: `WebFetch(domain:localhost)` in `permissions.allow` or `--allowedTools`. */
function hostsOfRules({ settings, options = {} }: Asked): readonly Exception[] {
  const layers = settings("permissions").filter(({ trusted, source }) => trusted && source !== "project" && source !== "local");
  const listed = layers.flatMap(({ value }) => (value as { readonly allow?: unknown } | null)?.allow ?? []);
  const texts = [...listed, options["allowedTools"] ?? []].flat().filter((text) => typeof text === "string");
  return texts.flatMap((text) => [...text.matchAll(RULE)].map(([, host = ""]) => parseEntry(host, "a rule")));
}

const WebSchema = v.strictObject({ allowHosts: v.optional(v.array(v.string())) });

function parseEntry(entry: string, origin: string): Exception {
  const below = entry.startsWith("*.");
  const text = (below ? entry.slice(2) : entry).trim();
  const url = URL.parse(`http://${text}`);
  if (url === null || !/^[^/?#@*\\]+$/.test(text) || text === "") {
    throw new ClawError("CLAW_CONFIG_INVALID", `${origin}: web.allowHosts → ${JSON.stringify(entry)} is no host`, {
      hint: 'Examples: "localhost:8080", "wiki.corp.example", "*.corp.example", "[::1]:3000".',
    });
  }
  // The default port is not in `url.port`, and yet was named.
  const port = /:(\d+)$/.exec(text.replace(/^\[[^\]]*\]/, ""))?.[1];
  return { host: bareHost(url), below, ...(port === undefined ? {} : { port: String(Number(port)) }) };
}
