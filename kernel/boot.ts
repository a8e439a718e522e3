// boot(): layers → config → plugins → frontend. The one place that puts the parts together.
import { createBus } from "./bus/bus.ts";
import { effective, invalid, type Layers, readLayers } from "./config/load.ts";
import { type Config, ConfigSchema } from "./config/schema.ts";
import type { Host, OpenOptions, Shell } from "./contracts/host.ts";
import { Hosting, Inspecting, type Loadable } from "./contracts/plugin.ts";
import type { Env, Options, Setting } from "./contracts/scopes.ts";
import { wrap } from "./errors.ts";
import { limited } from "./hooks/seat.ts";
import type { Machine } from "./host/machine.ts";
import type { Option } from "./host/manifest.ts";
import { Registry } from "./host/registry.ts";
import { SessionShell } from "./host/shell.ts";

/** What a kernel is booted from. */
export interface BootOptions extends Readonly<{ bundled: readonly Loadable[]; cwd: string; home: string; env: Env; machine: Machine }> {
  /** Parses the command line: first with the options of bundled plugins, then, `strict`, with everyone's. */
  parse(known: readonly Option[], strict: boolean): Readonly<{ options: Options; words: readonly string[] }>;
  /** Ends a message about an unknown word: "Did you mean …?", or nothing. */
  suggest(word: string, words: readonly string[]): string;
  /** Hears of a failure that no listener could be told of. */
  lost(error: unknown): void;
}
/** A running kernel. `run` runs the frontend that config names, and resolves to the exit code. */
export interface Kernel extends AsyncDisposable {
  readonly host: Host;
  run(): Promise<number>;
}

/** Boots a kernel. Throws `CLAW_CONFIG_*`, `CLAW_USAGE`, and `CLAW_PLUGIN_*` for a plugin named on the command line. */
export async function boot(at: BootOptions): Promise<Kernel> {
  const { machine, home, env } = at;
  const bundled = optionsOf(at.bundled);
  const early = at.parse(bundled, false).options;
  const cwd = machine.resolve(at.cwd, typeof early["cwd"] === "string" ? early["cwd"] : ".");
  const draft = await readLayers({ cwd, machine, env, options: early, known: bundled });
  const found = gather(at, await effective(draft, machine), draft, early, cwd);
  const known = optionsOf(found.loadables);
  const { options, words } = at.parse(known, true);
  const layersOf = (folder: string): Promise<Layers> => readLayers({ cwd: folder, machine, env, options, known });
  const layers = await layersOf(cwd);
  const config = await effective(layers, machine);
  const warnings = [
    ...(await strangers(layers, found.loadables, at)),
    ...found.problems.map(({ name, error }) => `plugin ${name} is off: ${error.message}`),
  ];
  const bus = createBus(at.lost);
  const { activateMs = 10_000, hookMs = 120_000, shutdownMs = 2_000 } = config.limits;
  const base = { cwd, home, env, options, settings: (key: string) => layers[key] ?? [] };
  const warn = (text: string): void => void warnings.push(text);
  const registry = new Registry({
    activateMs,
    hookMs,
    machine,
    base,
    bus,
    slices: (plugin) => slicesOf(layers, plugin),
    suggest: at.suggest,
    warn,
  });
  for (const one of found.loadables) {
    try {
      registry.add(one);
    } catch (thrown) {
      if (found.asked.has(one)) throw thrown;
      registry.refuse(one.name, one.source ?? "", wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED"));
    }
  }
  for (const { name, error } of found.problems) registry.refuse(name, "", error);

  async function open(opened: OpenOptions = {}): Promise<Shell> {
    const folder = machine.resolve(cwd, opened.cwd);
    const own = folder === cwd ? layers : await layersOf(folder);
    const store = await host.get("store", opened.store ?? config.store);
    const { ref, fork, id, parent, agent } = opened;
    const session = await store.open(defined({ cwd: folder, ref, fork, id, parent }));
    const { provider, model, compactor, permissionMode } = config;
    const asked = { provider, model, compactor, "permission-mode": permissionMode, ...opened.selection };
    const selection = { ...asked, "permission-mode": registry.find("permission-mode", asked["permission-mode"]).name };
    const face = (turn?: number, step?: number) => bus(defined({ source: "claw", session: session.id, turn, step }));
    face().emit("session.opened", defined({ cwd: folder, resumed: ref !== undefined, parent, agent }));
    return new SessionShell({ registry, host, session, selection, opened, bus: face, settings: (key) => own[key] ?? [] });
  }
  const { statuses } = registry;
  const own = {
    config,
    open,
    plugins: statuses,
    activate: (plugin: string) => registry.activate(plugin),
    layers: () => layers,
    warnings: () => warnings,
  };
  const host: Host = { ...registry.scope("claw"), ...own };
  registry.provide(Inspecting, host);
  registry.provide(Hosting, host);
  return {
    host,
    run: async () => (await host.get("frontend", config.frontend)).run(words, host),
    async [Symbol.asyncDispose]() {
      await limited(registry.seats.hooks.shutdown.promise(host), shutdownMs, "shutdown").catch(at.lost);
      registry.dispose();
    },
  };
}

// --- internal ---

const optionsOf = (loadables: readonly Loadable[]): readonly Option[] => loadables.flatMap((one) => one.manifest?.options ?? []);
/** Without the keys that have no value. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** Everything to be listed, in order: bundled by name, then what config names, then the command line. */
function gather({ bundled, machine }: BootOptions, { plugins }: Config, layers: Layers, options: Options, cwd: string) {
  const loadables = bundled.filter((one) => plugins[one.name] !== false);
  const problems: { name: string; error: ReturnType<typeof wrap> }[] = [];
  for (const [name, slice] of Object.entries(options["bare"] === true ? {} : plugins)) {
    if (slice === false || bundled.some((one) => one.name === name)) continue;
    try {
      loadables.push(machine.plugin(name, slicesOf(layers, name).at(-1)?.origin ?? "", cwd));
    } catch (thrown) {
      problems.push({ name, error: wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED") });
    }
  }
  const folders = [options["plugin-dir"] ?? []].flat().map(String);
  const asked = new Set(folders.map((folder) => machine.plugin(machine.resolve(cwd, folder), "", cwd)));
  return { loadables: [...loadables, ...asked], problems, asked };
}

/** Warnings for keys that nobody owns. */
async function strangers(layers: Layers, loadables: readonly Loadable[], { machine, suggest }: BootOptions): Promise<string[]> {
  const owned = [...Object.keys(ConfigSchema.entries), ...loadables.flatMap((one) => one.manifest?.settings ?? [])];
  const strange = Object.keys(layers).filter((key) => !owned.includes(key));
  const warn = async (key: string) =>
    (await invalid(machine, layers[key]?.[0]?.origin ?? "", [key], `unknown key. ${suggest(key, owned)}`)).message.trim();
  return Promise.all(strange.map(warn));
}

function slicesOf(layers: Layers, plugin: string): readonly Setting[] {
  return (layers["plugins"] ?? []).flatMap((layer) => {
    const value = (layer.value as Readonly<Record<string, unknown>>)[plugin];
    return layer.trusted && typeof value === "object" && value !== null ? [{ ...layer, value }] : [];
  });
}
