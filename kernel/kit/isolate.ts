// The service that runs isolated plugins, and which plugins those are. Provided by feature/isolate; who is isolated is settled at start, without it.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ClawError, defineService, type Listed, type Loadable, type Manifest, type PluginContext, type ServiceToken, type Setting } from "claw";
import * as v from "valibot";
import { entryOf } from "./discover.ts";

/** A plugin whose code claw itself does not load. `entry` is its file, in `source` or the same; `manifest` is all that it wants to add. */
export interface IsolatedPlugin extends Readonly<{ name: string; version: string; source: string; entry: string; manifest: Manifest }> {
  /** Throws when its files are not what was installed. */
  check?(): Promise<void>;
}
export interface Isolation {
  /**
   * Starts the plugin's child inside the sandbox and contributes its tools and commands to `ctx`, whose config is the plugin's slice as it was written.
   * Throws `CLAW_PLUGIN_LOAD_FAILED` when there is no sandbox to hold it, or when it does not load.
   */
  attach(plugin: IsolatedPlugin, ctx: PluginContext<unknown>): Promise<void>;
}
/** Provided by `@claw/feature-isolate`. */
export const Isolation: ServiceToken<Isolation> = defineService<Isolation>("claw.isolate@1");

/** What a store knows of a plugin beyond a loadable: the user's word on isolating it, and a look at its files. */
export interface StoredLoadable extends Loadable, Pick<IsolatedPlugin, "check"> {
  readonly isolated?: boolean;
  /** What the settings call it, when that is not its name. */
  readonly asked?: string;
  /** It is no code of claw's kind. */
  readonly foreign?: boolean;
}

/** Whether the manifest of a plugin asks for that. */
export function asksIsolation(manifest: Manifest | undefined): boolean {
  return (manifest as { readonly isolate?: unknown } | undefined)?.isolate === true;
}

/** What of a plugin does not cross over when it is isolated: all but tools and commands. */
export function refusedParts(manifest: Manifest = { api: 1 }): readonly string[] {
  const { contributes = {}, hooks = {}, provides = [], options = [] } = manifest;
  const kinds = Object.entries(contributes).flatMap(([kind, all = []]) => (CROSSING.includes(kind) || all.length === 0 ? [] : [kind]));
  const hooked = Object.keys(hooks).map((hook) => `hook ${hook}`);
  return [...kinds, ...hooked, ...provides.map((id) => `service ${id}`), ...options.map((one) => `--${one.name}`)];
}

/**
 * The plugins as they are to be loaded: an isolated one as what stands for it. The user's slice `"isolate"` decides before what was said with
 * `claw plugin isolate`, that before the manifest; a project's slice can only isolate. `warnings` say what of an isolated plugin is left out.
 */
export function withIsolation(plugins: readonly StoredLoadable[], layers: readonly Setting[]): Readonly<{ plugins: Loadable[]; warnings: string[] }> {
  const warnings: string[] = [];
  const telling = layers.filter(({ trusted, value }) => trusted && Object.values(Object(value)).some((slice) => saidIn(slice) !== undefined));
  const settled = plugins.map((one) => {
    if (one.source === undefined && telling.length === 0) return one;
    const { told, word } = wordOf([one.name, one.asked ?? one.name], telling);
    const isolated = word ?? one.isolated ?? (one.source !== undefined && asksIsolation(one.manifest));
    if (one.problem !== undefined || (!told && !isolated)) return one;
    if (!isolated) return { ...one, load: async () => ({ default: unslotted((await one.load()).default) }) };
    const stand = isolatedLoadable(one);
    const left = refusedParts(one.manifest);
    if (stand.problem === undefined && left.length > 0)
      warnings.push(`plugin ${one.name} is isolated: its tools and commands work, everything else it adds is refused: ${left.join(", ")}`);
    return stand;
  });
  return { plugins: settled, warnings };
}

// --- internal ---

/** Kinds that can be in another process. */
const CROSSING: readonly string[] = ["tool", "command"];

const saidIn = (slice: unknown): boolean | undefined => {
  const { isolate } = Object(slice) as { readonly isolate?: unknown };
  return typeof isolate === "boolean" ? isolate : undefined;
};

/** What slices say of `isolate`, and whether any speaks of it. */
function wordOf(names: readonly string[], layers: readonly Setting[]): Readonly<{ told: boolean; word?: boolean }> {
  let word: boolean | undefined;
  let told = false;
  for (const { value, source } of layers) {
    const all = names.map((name) => saidIn(Object(value)[name])).filter((one) => one !== undefined);
    if (all.length === 0) continue;
    told = true;
    const said = all.includes(true);
    if (said || (source !== "project" && source !== "local")) word = said;
  }
  return { told, ...(word !== undefined && { word }) };
}

/** The plugin with `isolate` taken out of its slice: that key is claw's, not its own. */
function unslotted<P extends Awaited<ReturnType<Loadable["load"]>>["default"]>(plugin: P): P {
  const { config = v.optional(v.strictObject({})) } = plugin;
  const rest = v.transform((slice: unknown) => without(slice));
  return { ...plugin, config: v.pipe(v.unknown(), rest, config) };
}
function without(slice: unknown): unknown {
  const { isolate: _, ...rest } = Object(slice);
  return rest;
}

/** What stands for an isolated plugin: its names are known, its code stays out. */
function isolatedLoadable(one: StoredLoadable): Loadable {
  const { name, version, source, manifest, check } = one;
  try {
    if (source === undefined) throw refusal(name, "it comes with claw", `Take "isolate" out of its slice.`);
    if (one.foreign === true) throw refusal(name, "it is no plugin of claw's own kind", "Switch it off, or take back that it is isolated.");
    const { contributes = {}, settings } = manifest ?? { contributes: { tool: ["*"], command: ["*"] } };
    const crossing = Object.entries(contributes).filter(([kind, all = []]) => CROSSING.includes(kind) && all.length > 0);
    if (crossing.length === 0)
      throw refusal(name, "it adds neither tools nor commands, and nothing else crosses over", "Switch it off, or take that back.");
    const stand: Manifest = {
      api: 1,
      needs: [Isolation.id],
      contributes: Object.fromEntries(crossing) as Record<string, readonly Listed[]>,
      ...(settings !== undefined && { settings }),
      ...(manifest === undefined && { activate: "start" as const }),
    };
    const plugin: IsolatedPlugin = { name, version, source, entry: entryAt(source, name), manifest: manifest ?? { api: 1 }, ...(check && { check }) };
    const setup = async (ctx: PluginContext<unknown>): Promise<void> => (await ctx.use(Isolation)).attach(plugin, ctx);
    const config = v.pipe(v.unknown(), v.transform(without));
    return { name, version, source, manifest: stand, load: async () => ({ default: { config, setup } }) };
  } catch (thrown) {
    const problem = thrown as ClawError;
    return { ...one, problem, load: () => Promise.reject(problem) };
  }
}

function refusal(plugin: string, why: string, hint: string): ClawError {
  return new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${plugin} cannot be isolated: ${why}`, { plugin, hint });
}

function entryAt(source: string, plugin: string): string {
  if (statSync(source).isFile()) return source;
  const file = join(source, "package.json");
  const entry = join(source, existsSync(file) ? entryOf(JSON.parse(readFileSync(file, "utf8"))) : "index.ts");
  if (!existsSync(entry)) throw refusal(plugin, `there is no ${entry}`, "Its `exports` must name a file of it.");
  return entry;
}
