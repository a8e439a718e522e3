// boot(): config → plugins → frontend. The one place that puts the parts together. What is known of the machine comes in from outside.
import { createBus } from "./bus/bus.ts";
import type { Config, Host, Layers, Loadable, OpenOptions, PluginScope, Shell } from "./contracts/plugin.ts";
import { Hosting, Inspecting } from "./contracts/plugin.ts";
import { limited } from "./hooks/seat.ts";
import { Registry, type RegistryOptions } from "./host/registry.ts";
import { createShell } from "./loop/session.ts";
import type { LoopHost } from "./loop/turn.ts";

type Found = Readonly<{ words: readonly string[]; plugins: readonly Loadable[]; warnings: readonly string[]; config: Config; layers: Layers }>;
/** What a kernel is booted from; `claw/kit` makes it from a command line. `lost` hears of a failure that no listener could be told of. */
export interface BootOptions extends Pick<PluginScope, "cwd" | "home" | "env" | "options">, Pick<RegistryOptions, "suggest" | "slice">, Found {
  /** The layers of another folder, which is given as seen from `cwd`, and its absolute path. */
  folder(path: string): Promise<Readonly<{ cwd: string; layers: Layers }>>;
  lost(error: unknown): void;
}
/** A running kernel. `run` runs the frontend that config names, and gives the exit code. */
export interface Kernel extends AsyncDisposable, Readonly<{ host: Host; run(): Promise<number> }> {}
/** Boots a kernel. Nothing is activated yet. */
export function boot(at: BootOptions): Kernel {
  const { cwd, home, env, options, config, layers, suggest, slice } = at;
  const { activateMs = 10_000, hookMs = 120_000, shutdownMs = 2_000 } = config.limits;
  const [warnings, bus] = [[...at.warnings], createBus(at.lost)];
  const base = { cwd, home, env, options, settings: (key: string) => layers[key] ?? [] };
  const registry = new Registry({ activateMs, hookMs, slice, base, bus, suggest, warn: (text) => void warnings.push(text) });
  for (const one of at.plugins) registry.add(one);
  async function open(opened: OpenOptions = {}): Promise<Shell> {
    const { store = config.store, selection, agent, ask, tools, system, ...what } = opened;
    const own = opened.cwd === undefined ? { cwd, layers } : await at.folder(opened.cwd);
    const session = await (await host.get("store", store)).open({ ...what, cwd: own.cwd });
    const { provider, model, compactor, permissionMode } = config;
    const side: LoopHost = {
      ...{ ...registry.seats, start: () => registry.start(side.scope.settings, what.ref !== undefined) },
      bus: (where) => bus({ source: "claw", session: session.id, ...where }),
      scope: { ...registry.scope("claw"), cwd: own.cwd, settings: (key) => own.layers[key] ?? [] },
      equip: async (name) => ({ tool: await host.get("tool", name), plugin: registry.find("tool", name).plugin }),
      settle: (one) => ({ ...one, "permission-mode": registry.find("permission-mode", one["permission-mode"]).name }),
    };
    const shell = createShell(side, session, { provider, model, compactor, "permission-mode": permissionMode, ...selection }, opened);
    const from = { ...(what.parent && { parent: what.parent }), ...(agent && { agent }) };
    side.bus({}).emit("session.opened", { cwd: own.cwd, resumed: what.ref !== undefined, ...from });
    return shell;
  }
  const known = { config, plugins: registry.statuses, layers: () => layers, warnings: () => warnings };
  const host: Host = { ...registry.scope("claw"), ...known, activate: registry.activate, schema: registry.schema, open };
  for (const token of [Inspecting, Hosting]) registry.provide(token, host);
  return {
    host,
    run: async () => (await host.get("frontend", config.frontend)).run(at.words, host),
    async [Symbol.asyncDispose]() {
      await limited(registry.seats.hooks.shutdown.promise(host), shutdownMs, "shutdown").catch(at.lost);
      registry.dispose();
    },
  };
}
