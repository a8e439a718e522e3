// One entry of `mcpServers`: what it says, with its variables filled in. Pure; where entries stand is definitions.ts.
import { headOf, plain } from "claw/kit";
import * as v from "valibot";

type Texts = Readonly<Record<string, string>>;
type Child = Readonly<{ transport: "stdio"; command: string; args: readonly string[]; env: Texts; cwd?: string; sandbox?: true }>;
/** How to reach a server, ready to be used. */
export type Remote = Readonly<{ transport: "http" | "sse"; url: string; headers: Texts; oauth?: OAuth }>;
export type Reach = Child | Remote;
/** A client that is registered already, and the port that it was registered with. */
export type OAuth = Readonly<{ clientId?: string | undefined; clientSecret?: string | undefined; callbackPort?: number | undefined }>;
/** `problem` instead of `reach` when it cannot be used. `target` is for people, without what looks secret. */
export interface Entry {
  readonly transport: Reach["transport"];
  readonly target: string;
  readonly disabled: boolean;
  readonly callMs?: number;
  readonly reach?: Reach;
  readonly problem?: string;
}
/** The value of a variable; `null` for one that exists, but not for whoever wrote the entry. */
export type Lookup = (name: string) => string | null | undefined;

export function readEntry(value: unknown, lookup: Lookup, home: string): Entry {
  const parsed = v.safeParse(Schema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const remote = typeof value === "object" && value !== null && "url" in value;
    return broken(remote ? "http" : "stdio", "", `${v.getDotPath(issue) ?? "the entry"}: ${issue.message}`);
  }
  const { type, command, args = [], env = {}, cwd, url, headers = {}, oauth, disabled = false, sandbox, timeout, toolCallTimeoutMs } = parsed.output;
  const transport = transportOf(type, url);
  const fill = createFill(lookup, home);
  const callMs = toolCallTimeoutMs ?? timeout;
  const about = { disabled, ...(callMs === undefined ? {} : { callMs }) };
  if (transport === "stdio") {
    const target = lineOf(command ?? "", args);
    if (command === undefined || command.trim() === "")
      return { ...broken(transport, target, "command: a server of type stdio needs one"), ...about };
    const place = { ...(cwd === undefined ? {} : { cwd: fill(cwd, true) }), ...(sandbox === true ? { sandbox } : {}) } as const;
    const reach = { transport, command: fill(command, true), args: args.map((arg) => fill(arg, true)), env: mapValues(env, fill), ...place };
    return { transport, target, ...about, ...(fill.problem() ?? { reach }) };
  }
  const target = addressOf(url ?? "");
  if (url === undefined) return { ...broken(transport, target, `url: a server of type ${transport} needs one`), ...about };
  const secret = oauth?.clientSecret === undefined ? {} : { clientSecret: fill(oauth.clientSecret) };
  const client = oauth === undefined ? {} : { oauth: { ...oauth, ...secret } };
  const reach = { transport, url: fill(url), headers: mapValues(headers, fill), ...client };
  const problem = fill.problem() ?? webProblem(reach.url) ?? headerProblem(reach.headers);
  return { transport, target, ...about, ...(problem ?? { reach }) };
}

/** An address without name, password and query: these may be secret. */
export function addressOf(url: string): string {
  const parsed = URL.parse(url);
  return headOf(plain(parsed === null ? url.replace(/[?#].*$/s, "") : `${parsed.protocol}//${parsed.host}${parsed.pathname}`), 300);
}

/** A command line for people: what stands behind the name of a secret, or in an address before its host, is left out. */
export function lineOf(command: string, args: readonly string[]): string {
  const words = [command, ...args].map((word, index, all) => {
    if (index > 1 && SECRET_FLAG.test(all[index - 1] ?? "") && !word.startsWith("-")) return "***";
    const hidden = word.replace(/^(-{0,2}[\w-]*?(?:key|token|secret|password)[\w-]*=).+$/is, "$1***").replace(/(\/\/)[^/@\s]+@/, "$1***@");
    return /^[\w@%+=:,./${}*~-]+$/.test(hidden) ? hidden : JSON.stringify(hidden);
  });
  return headOf(plain(words.join(" ")).replace(/\s+/g, " "), 500);
}

// --- internal ---

const SECRET_FLAG = /^-[\w-]*(?:key|token|secret|password)[\w-]*$/i;
const Values = v.record(v.string(), v.union([v.string(), v.pipe(v.number(), v.transform(String)), v.pipe(v.boolean(), v.transform(String))]));
const Limit = v.optional(v.pipe(v.number(), v.minValue(1, "must be milliseconds, above 0")));
const Schema = v.looseObject({
  type: v.optional(v.picklist(["stdio", "http", "streamable-http", "streamableHttp", "sse"], "must be stdio, http or sse")),
  command: v.optional(v.string()),
  args: v.optional(v.array(v.string())),
  env: v.optional(Values),
  cwd: v.optional(v.string()),
  url: v.optional(v.string()),
  headers: v.optional(Values),
  oauth: v.optional(
    v.looseObject({
      clientId: v.optional(v.string()),
      clientSecret: v.optional(v.string()),
      callbackPort: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
    }),
  ),
  disabled: v.optional(v.boolean()),
  sandbox: v.optional(v.boolean()),
  timeout: Limit,
  toolCallTimeoutMs: Limit,
});

function transportOf(type: string | undefined, url: string | undefined): Reach["transport"] {
  if (type === undefined) return url === undefined ? "stdio" : "http";
  return type === "stdio" || type === "sse" ? type : "http";
}

function broken(transport: Reach["transport"], target: string, problem: string): Entry {
  return { transport, target, disabled: false, problem };
}

interface Fill {
  (text: string, path?: boolean): string;
  problem(): { readonly problem: string } | undefined;
}
/** Fills in `${NAME}` and `${NAME:-default}`, and for paths `~/`. What has no value is told once, by `problem`. */
function createFill(lookup: Lookup, home: string): Fill {
  const missing = new Set<string>();
  const withheld = new Set<string>();
  const fill = (text: string, path = false): string => {
    const full = text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (_, name: string, preset?: string) => {
      const value = lookup(name);
      if (value === null) withheld.add(name);
      else if (value !== undefined && (value !== "" || preset === undefined)) return value;
      else if (preset === undefined) missing.add(name);
      return preset ?? "";
    });
    return path && full.startsWith("~/") ? `${home}${full.slice(1)}` : full;
  };
  const problem = (): { readonly problem: string } | undefined => {
    const lines = [
      ...(missing.size === 0 ? [] : [`not set: ${[...missing].join(", ")}`]),
      ...(withheld.size === 0 ? [] : [`kept from what a project names, being a key of claw's own: ${[...withheld].join(", ")}`]),
    ];
    return lines.length === 0 ? undefined : { problem: lines.join("; ") };
  };
  return Object.assign(fill, { problem });
}

function mapValues(record: Texts, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function webProblem(url: string): { readonly problem: string } | undefined {
  const parsed = URL.parse(url);
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? undefined : { problem: "url: must begin with http:// or https://" };
}

function headerProblem(headers: Texts): { readonly problem: string } | undefined {
  for (const [name, value] of Object.entries(headers)) {
    // The message of the error would hold the value.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      return { problem: `headers: ${JSON.stringify(name)} is no header` };
  }
  return undefined;
}
