// Packages of other families, as a plugin of claw: their MCP servers and hooks are offered to the services for these. Skills, agents and commands
// are found in the package's folders by who reads such folders.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Json, type Loadable, type Manifest, type Plugin, type PluginContext, wrap } from "claw";
import { type CommandTool, commandTool, commandTools } from "./foreign-tools.ts";
import { Mcp } from "./mcp.ts";
import { Processes } from "./processes.ts";
import { ShellHooks } from "./shell-hooks.ts";

/** What a package of another family can bring besides folders. */
export interface ForeignParts {
  /** Below `mcpServers`, or the whole of the file. */
  readonly servers?: Readonly<Record<string, Json>>;
  readonly hooks?: unknown;
  readonly tools: readonly CommandTool[];
}

/** Reads the parts of the package in `folder`. Throws `CLAW_MANIFEST_INVALID` for a file that is not JSON. */
export function readForeign(folder: string): ForeignParts {
  const manifest = readJson(join(folder, ".claude-plugin", "plugin.json")) ?? readJson(join(folder, "plugin.json"));
  const inline = (key: string): unknown => {
    const value = manifest?.[key];
    if (typeof value !== "string") return value;
    // A path that leads out of the package is nobody's.
    return /(^|[\\/])\.\.([\\/]|$)/.test(value) ? undefined : readJson(join(folder, value))?.[key];
  };
  const said = inline("mcpServers") ?? readJson(join(folder, ".mcp.json")) ?? readJson(join(folder, "mcp.json"));
  const servers = (said as { mcpServers?: unknown } | undefined)?.mcpServers ?? said;
  const hooks = inline("hooks") ?? readJson(join(folder, "hooks", "hooks.json"))?.["hooks"];
  const tools = commandTools(manifest ?? {});
  return {
    tools,
    ...(servers === undefined ? {} : { servers: servers as Record<string, Json> }),
    ...(hooks === undefined ? {} : { hooks: spread(hooks) }),
  };
}

/** The manifest that a package with these parts has in claw: what it brings must be offered before the first turn. */
export function foreignManifest({ servers, hooks, tools }: ForeignParts): Manifest {
  const offers = [...(servers === undefined ? [] : [Mcp.id]), ...(hooks === undefined ? [] : [ShellHooks.id])];
  const needs = [...offers, ...(tools.length === 0 ? [] : [Processes.id])];
  const contributes = { tool: tools.map(({ name }) => name) };
  return {
    api: 1,
    ...(needs.length > 0 && { needs }),
    ...(offers.length > 0 && { activate: "start" as const }),
    ...(tools.length > 0 && { contributes }),
  };
}

/** The package of another family in `folder`, as the host takes it; undefined when there is none. Throws `CLAW_MANIFEST_INVALID`. */
export function foreignLoadable(folder: string): Loadable | undefined {
  const pack = readJson(join(folder, ".claude-plugin", "plugin.json")) ?? readJson(join(folder, "plugin.json"));
  if (pack === undefined) return undefined;
  const name = typeof pack["name"] === "string" ? pack["name"] : basename(folder);
  const version = typeof pack["version"] === "string" ? pack["version"] : "0.0.0";
  return {
    name,
    version,
    source: folder,
    manifest: foreignManifest(readForeign(folder)),
    load: async () => ({ default: foreignPlugin(name, folder) }),
  };
}

/** The plugin that a package of another family is. */
export function foreignPlugin(name: string, folder: string): Plugin {
  return {
    async setup(ctx: PluginContext<unknown>) {
      const { servers, hooks, tools } = readForeign(folder);
      for (const tool of tools) ctx.contribute("tool", commandTool(tool, name, folder, ctx));
      if (servers !== undefined) {
        const data = join(ctx.home, "plugins", "data", name.replace(/[^\w.-]+/g, "_"));
        const variables = { CLAUDE_PLUGIN_ROOT: folder, PLUGIN_ROOT: folder, CLAUDE_PLUGIN_DATA: data, PLUGIN_DATA: data };
        (await ctx.use(Mcp)).offer({ plugin: name, origin: folder, servers, variables });
      }
      if (hooks !== undefined) (await ctx.use(ShellHooks)).add({ hooks, origin: name, source: "plugin", root: folder, foreign: true });
    },
  };
}

// --- internal ---

/** Hooks as claw-code writes them, a list of command lines, in the form that all others have. */
function spread(hooks: unknown): unknown {
  if (typeof hooks !== "object" || hooks === null) return hooks;
  const entry = (one: unknown): unknown => (typeof one === "string" ? { hooks: [{ type: "command", command: one }] } : one);
  return Object.fromEntries(Object.entries(hooks).map(([event, list]) => [event, Array.isArray(list) ? list.map(entry) : list]));
}

function readJson(path: string): Record<string, unknown> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (cause) {
    throw wrap(cause, "CLAW_MANIFEST_INVALID", { hint: `${path} must be JSON.` });
  }
}
