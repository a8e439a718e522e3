// Which servers a session has: from settings, `.mcp.json`, the command line and plugins. Reads files, starts nothing.
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { fields, type McpOffer, type McpServer, Processes, plain, readSettings, trustedFolder } from "claw/kit";
import { type Entry, type Lookup, readEntry } from "./entry.ts";
import { projectFile } from "./given.ts";

/** A server as it is named somewhere. `slug` is its part of the tools' names, unlike any other's. `off` says why it never runs. */
export interface Definition extends Entry, Pick<McpServer, "name" | "source" | "origin" | "trusted" | "shadowedBy"> {
  readonly slug: string;
  readonly off?: string;
}

/**
 * Every server, lowest precedence first: plugins, user, `.mcp.json`, project, local, `--settings`, `--mcp-config`, managed. Throws `CLAW_USAGE` for
 * `--mcp-config` that cannot be read; a broken entry or file is its own problem.
 */
export async function definitions(scope: TurnScope, offers: Iterable<McpOffer>): Promise<readonly Definition[]> {
  const strict = scope.options["strict-mcp-config"] === true;
  const bare = scope.options["bare"] === true;
  const given = await givenLayers(scope);
  const settings = strict ? [] : scope.settings("mcpServers").map(({ value, source, origin, trusted }) => ({ value, source, origin, trusted }));
  const layers = [
    ...(strict || bare ? [] : [...offers].map(offered)),
    ...settings.filter(({ source }) => source === "user" && !bare),
    ...(strict || bare ? [] : projectLayer(scope)),
    ...settings.filter(({ source }) => source === "flag" || source === "environment" || (!bare && (source === "project" || source === "local"))),
    ...given,
    ...settings.filter(({ source }) => source === "managed"),
  ];
  const visible = (await scope.use(Processes)).environment(scope);
  const found = layers.flatMap((layer) => entriesOf(layer, scope, visible));
  return settle(found);
}

// --- internal ---

type Layer = Readonly<{
  value: unknown;
  source: McpServer["source"];
  origin: string;
  trusted: boolean;
  variables?: Readonly<Record<string, string>>;
}>;

type Found = Omit<Definition, "slug" | "off" | "shadowedBy">;

/** Files are read whole. */
const MOST_BYTES = 1024 ** 2;

const MOST_SERVERS = 100;

function offered({ plugin, origin, servers, variables }: McpOffer): Layer {
  return { value: servers, source: "plugin", origin: `${plugin} (${origin})`, trusted: true, ...(variables && { variables }) };
}

/** `--mcp-config`: each a file or JSON, with or without `mcpServers` around it. The user named them, so a mistake in one is an error. */
async function givenLayers({ options, cwd }: TurnScope): Promise<Layer[]> {
  const given = [options["mcp-config"] ?? []].flat().filter((one): one is string => typeof one === "string");
  return Promise.all(
    given.map(async (one): Promise<Layer> => {
      const inline = one.trimStart().startsWith("{");
      const origin = inline ? "--mcp-config" : resolve(cwd, one);
      const read = inline ? readSettings(origin, one) : readSettings(origin);
      const value = await read.catch((error: ClawError) =>
        Promise.reject(new ClawError("CLAW_USAGE", inline ? error.message : `--mcp-config: ${error.message}`, error.info)),
      );
      if (value === undefined) throw new ClawError("CLAW_USAGE", `--mcp-config: there is no file ${origin}`);
      return { value: serversIn(value), source: "flag", origin, trusted: true };
    }),
  );
}

function projectLayer(scope: TurnScope): Layer[] {
  const origin = projectFile(scope.cwd);
  const about = { source: "project", origin, trusted: trustedFolder(scope) } as const;
  try {
    const stat = statSync(origin, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (!stat.isFile() || stat.size > MOST_BYTES) return [{ ...about, value: "it is no file of at most 1 MB" }];
    return [{ ...about, value: serversIn(Bun.JSONC.parse(readFileSync(origin, "utf8").replace(/^\uFEFF/, ""))) }];
  } catch (thrown) {
    return [{ ...about, value: thrown instanceof Error ? thrown.message : String(thrown) }];
  }
}

function serversIn(value: unknown): unknown {
  return fields(value) && "mcpServers" in value ? value["mcpServers"] : value;
}

function entriesOf({ value, source, origin, trusted, variables = {} }: Layer, scope: TurnScope, visible: Readonly<Record<string, string>>): Found[] {
  const about = { source, origin, trusted };
  if (!fields(value)) {
    const problem = `not an object with the servers by name${typeof value === "string" ? `: ${plain(value).slice(0, 200)}` : ""}`;
    return [{ name: "?", ...about, transport: "stdio", target: "", disabled: false, problem }];
  }
  const project = source === "project" || source === "local" || source === "plugin";
  const lookup: Lookup = (name) => {
    const own = Object.hasOwn(variables, name) ? variables[name] : scope.env[name];
    return own !== undefined && project && !Object.hasOwn(variables, name) && !Object.hasOwn(visible, name) ? null : own;
  };
  const home = scope.env["HOME"] ?? scope.env["USERPROFILE"] ?? homedir();
  return Object.entries(value)
    .filter(([name]) => !name.startsWith("$"))
    .slice(0, MOST_SERVERS)
    .map(([name, entry]) => ({ name: plain(name).replace(/\s+/g, " ").slice(0, 100).toWellFormed(), ...about, ...readEntry(entry, lookup, home) }));
}

/** Of a name the last that may act has it; then every one that acts gets a slug of its own. */
function settle(found: readonly Found[]): readonly Definition[] {
  const winners = new Map(found.filter(({ trusted }) => trusted).map((one) => [one.name, one] as const));
  const slugs = new Set<string>();
  return found.map((one) => {
    const winner = winners.get(one.name);
    const shadow = one.trusted && winner !== undefined && winner !== one ? { shadowedBy: winner.origin } : {};
    const off = whyOff(one, shadow.shadowedBy);
    const plainSlug = slugOf(one.name);
    const slug = off === undefined && slugs.has(plainSlug) ? `${plainSlug.slice(0, 20)}_${Bun.hash.crc32(one.name).toString(36)}` : plainSlug;
    if (off === undefined) slugs.add(slug);
    return { ...one, ...shadow, slug, ...(off === undefined ? {} : { off }) };
  });
}

function whyOff({ trusted, disabled, problem }: Found, shadow: string | undefined): string | undefined {
  if (!trusted) return "nobody has trusted this folder (--trust)";
  if (shadow !== undefined) return `${shadow} gives this name another meaning`;
  return disabled ? "switched off by its entry (disabled)" : problem;
}

/** Without `__` and `_` at its ends, so that a rule for `mcp__a` never means the server `a__b`. */
function slugOf(name: string): string {
  const slug = name
    .replace(/[^A-Za-z0-9-]+|_+/g, "_")
    .replace(/_{2,}/g, "_")
    .replace(/^_+|_+$/g, "");
  return slug.slice(0, 30).replace(/_+$/, "") || `server_${Bun.hash.crc32(name).toString(36)}`;
}
