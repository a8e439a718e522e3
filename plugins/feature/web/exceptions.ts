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
export async function exceptionsOf(scope: Pick<TurnScope, "settings">, vouched: readonly string[] = []): Promise<readonly Exception[]> {
  const lists: { readonly managed: boolean; readonly hosts: readonly Exception[] }[] = [];
  for (const { value, origin, trusted, source } of scope.settings("web")) {
    if (!trusted) continue;
    const parsed = v.safeParse(WebSchema, value);
    if (!parsed.success) throw await invalid(locate, origin, ["web"], parsed.issues[0]);
    const { allowHosts } = parsed.output;
    if (allowHosts !== undefined) lists.push({ managed: source === "managed", hosts: allowHosts.map((entry) => parseEntry(entry, origin)) });
  }
  const managed = lists.filter((list) => list.managed);
  return [...(managed.length > 0 ? managed : lists).flatMap((list) => list.hosts), ...vouched.map((entry) => parseEntry(entry, "vouched"))];
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
