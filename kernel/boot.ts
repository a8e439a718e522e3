// boot(): config → plugins → frontend. The one place that puts the parts together. What is known of the machine comes in from outside.
import { toJsonSchema } from "@valibot/to-json-schema";
import { createBus } from "./bus/bus.ts";
import type { Json } from "./contracts/message.ts";
import { type Config, type Host, Hosting, Inspecting, type Layers, type Loadable, type OpenOptions, type Shell } from "./contracts/plugin.ts";
import type { Env, Options } from "./contracts/scopes.ts";
import { limited } from "./hooks/seat.ts";
import { Registry, type RegistryOptions } from "./host/registry.ts";
import { createShell, type Equipped, type LoopHost } from "./loop/session.ts";

/** What a kernel is booted from; `claw/kit` makes it from a command line. */
export interface BootOptions extends Readonly<{ cwd: string; home: string; env: Env; options: Options; words: readonly string[] }> {
  readonly plugins: readonly Loadable[];
  readonly warnings: readonly string[];
  readonly config: Config;
  readonly layers: Layers;
  /** The layers of another folder, which is given as seen from `cwd`, and its absolute path. */
  folder(path: string): Promise<Readonly<{ cwd: string; layers: Layers }>>;
  wrong: RegistryOptions["wrong"];
  /** Ends a message about an unknown word: "Did you mean …?", or nothing. */
  suggest(word: string, words: readonly string[]): string;
  /** Hears of a failure that no listener could be told of. */
  lost(error: unknown): void;
}
/** A running kernel. `run` runs the frontend that config names, and gives the exit code. */
export interface Kernel extends AsyncDisposable, Readonly<{ host: Host; run(): Promise<number> }> {}

/** Boots a kernel. Nothing is activated yet. */
export function boot(at: BootOptions): Kernel {
  const { cwd, home, env, options, config, layers, suggest, wrong } = at;
  const warnings = [...at.warnings];
  const bus = createBus(at.lost);
  const { activateMs = 10_000, hookMs = 120_000, shutdownMs = 2_000 } = config.limits;
  const base = { cwd, home, env, options, settings: (key: string) => layers[key] ?? [] };
  const slices = (plugin: string) => slicesOf(layers, plugin);
  const registry = new Registry({ activateMs, hookMs, wrong, base, bus, slices, suggest, warn: (text) => void warnings.push(text) });
  const { seats } = registry;
  for (const one of at.plugins) registry.add(one);
  const specs = new Map<string, Promise<Equipped>>();
  async function equip(name: string): Promise<Equipped> {
    const { plugin } = registry.find("tool", name).place;
    const tool = await host.get("tool", name);
    const { $schema: _, ...derived } = tool.schema ? {} : toJsonSchema(tool.input as Parameters<typeof toJsonSchema>[0], { errorMode: "ignore" });
    return { tool, plugin, spec: { name, description: tool.description, schema: tool.schema ?? (derived as Json) } };
  }
  async function open(opened: OpenOptions = {}): Promise<Shell> {
    const { ref, fork, id, parent, agent, store = config.store } = opened;
    const own = opened.cwd === undefined ? { cwd, layers } : await at.folder(opened.cwd);
    const session = await (await host.get("store", store)).open(defined({ cwd: own.cwd, ref, fork, id, parent }));
    const { provider, model, compactor, permissionMode } = config;
    const wanted = { provider, model, compactor, "permission-mode": permissionMode, ...opened.selection };
    const face = (turn?: number, step?: number) => bus(defined({ source: "claw", session: session.id, turn, step }));
    const side: LoopHost = {
      ...{ hooks: seats.hooks, bus: face, author: (value) => seats.author(value), start: () => registry.start() },
      scope: { ...registry.scope("claw"), cwd: own.cwd, settings: (key) => own.layers[key] ?? [] },
      equip: (name) => specs.get(name) ?? specs.set(name, equip(name)).get(name)!,
      settle: (one) => ({ ...one, "permission-mode": registry.find("permission-mode", one["permission-mode"]).name }),
    };
    const shell = createShell(side, session, wanted, opened);
    face().emit("session.opened", defined({ cwd: own.cwd, resumed: ref !== undefined, parent, agent }));
    return shell;
  }
  const activate = (plugin: string) => registry.activate(plugin);
  const host: Host = {
    ...registry.scope("claw"),
    config,
    open,
    plugins: registry.statuses,
    activate,
    layers: () => layers,
    warnings: () => warnings,
  };
  registry.provide(Inspecting, host);
  registry.provide(Hosting, host);
  return {
    host,
    run: async () => (await host.get("frontend", config.frontend)).run(at.words, host),
    async [Symbol.asyncDispose]() {
      await limited(seats.hooks.shutdown.promise(host), shutdownMs, "shutdown").catch(at.lost);
      registry.dispose();
    },
  };
}

// --- internal ---

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const defined = <T extends object>(object: T): Defined<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;

function slicesOf(layers: Layers, plugin: string) {
  const slices = (layers["plugins"] ?? []).map((layer) => ({
    ...layer,
    value: (layer.value as Readonly<Record<string, unknown>>)[plugin],
  }));
  return slices.filter(({ trusted, value }) => trusted && typeof value === "object" && value !== null);
}
