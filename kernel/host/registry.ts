// Who contributes what, known from manifests; activation on first use, and everything a plugin added undone when it goes.
import * as v from "valibot";
import type { Stamp } from "../bus/bus.ts";
import type { Bus } from "../bus/events.ts";
import { problem } from "../config/load.ts";
import type { Contributions, Kind } from "../contracts/contributions.ts";
import type { PluginStatus } from "../contracts/host.ts";
import type { Loadable } from "../contracts/plugin.ts";
import type { PluginScope, ServiceToken, Setting } from "../contracts/scopes.ts";
import { ClawError, wrap } from "../errors.ts";
import type { HookName } from "../hooks/hooks.ts";
import { limited, type Seats, SYNC_HOOKS } from "../hooks/seat.ts";
import type { Listed } from "./manifest.ts";

type Listing = Exclude<Listed, string>;
type Placed = { readonly plugin: string; readonly listed: Listing; item?: Contributions[Kind] };
type Known = { readonly loadable: Loadable; status: PluginStatus; ready?: Promise<void>; readonly undo: Disposable[] };

export interface RegistryOptions {
  readonly seats: () => Seats;
  readonly bus: (stamp: Stamp) => Bus;
  readonly activateMs: number;
  /** What every plugin's scope has besides the registry's own. */
  readonly base: Omit<PluginScope, "plugin" | "bus" | "use" | "names" | "get">;
  slices(plugin: string): readonly Setting[];
  suggest(word: string, words: readonly string[]): string;
  warn(text: string): void;
}
export interface Registry {
  /** Indexes and seats a plugin; call order is precedence. A name already taken is given to the newcomer as `plugin__name`. */
  add(loadable: Loadable): void;
  /** Lists a plugin that cannot be used, and why. */
  refuse(loadable: Pick<Loadable, "name" | "version" | "source" | "manifest">, why: string): void;
  activate(plugin: string): Promise<void>;
  /** Activates what cannot wait for first use. */
  start(): Promise<void>;
  scope(plugin: string): PluginScope;
  /** The name under which a kind knows `name` or its alias; throws `CLAW_CONTRIBUTION_MISSING`. */
  find(kind: Kind, name: string): { readonly name: string; readonly plugin: string };
  provide(token: ServiceToken<unknown>, service: unknown): Disposable;
  off(plugin: string, error: ClawError): void;
  statuses(): readonly PluginStatus[];
  dispose(): void;
}

/** An empty registry. */
export function createRegistry(options: RegistryOptions): Registry {
  const plugins = new Map<string, Known>();
  const kinds = new Map<Kind, Map<string, Placed>>();
  const services = new Map<string, unknown>();
  const claw = options.bus({ source: "claw" });

  const placed = (kind: Kind): Map<string, Placed> => kinds.get(kind) ?? kinds.set(kind, new Map()).get(kind)!;
  function list(kind: Kind, plugin: string, listed: Listing): void {
    const taken = placed(kind).get(listed.name);
    const name = taken === undefined ? listed.name : `${plugin.replace(/^@/, "").replace(/[^A-Za-z0-9-]+/g, "_")}__${listed.name}`;
    if (taken !== undefined)
      options.warn(`${kind} "${listed.name}" is in both ${taken.plugin} and ${plugin}; the latter's is named "${name}"`);
    placed(kind).set(name, { plugin, listed });
  }
  function find(kind: Kind, name: string): { readonly name: string; readonly plugin: string } {
    const found = placed(kind).get(name);
    if (found !== undefined) return { name, plugin: found.plugin };
    for (const [real, one] of placed(kind)) if (one.listed.aliases?.includes(name)) return { name: real, plugin: one.plugin };
    const words = [...placed(kind)].flatMap(([real, one]) => [real, ...(one.listed.aliases ?? [])]);
    const near = options.suggest(name, words);
    throw new ClawError("CLAW_CONTRIBUTION_MISSING", `unknown ${kind}: ${name}`, {
      hint: near === "" ? `Known: ${words.join(", ")}.` : near,
    });
  }
  function off(plugin: string, error: ClawError): void {
    const known = plugins.get(plugin);
    if (known === undefined) return;
    known.status = { ...known.status, state: "off", problem: error.message };
    const hook = error.info.hook === undefined ? {} : { hook: error.info.hook };
    claw.emit("plugin.failed", { plugin, code: error.code, message: error.message, ...hook });
  }
  function activate(plugin: string): Promise<void> {
    const known = plugins.get(plugin);
    if (known === undefined) return Promise.reject(new ClawError("CLAW_PLUGIN_LOAD_FAILED", `no plugin ${plugin}`));
    known.ready ??= setUp(known).catch((thrown: unknown) => {
      const error = misfit(wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED", { plugin }), plugin);
      off(plugin, error);
      throw error;
    });
    return known.ready;
  }
  async function setUp(known: Known): Promise<void> {
    const { loadable, undo } = known;
    const { name, manifest } = loadable;
    const started = performance.now();
    const module = await limited(loadable.load(), options.activateMs, `loading ${name}`);
    const plugin = module.default;
    if (typeof plugin?.setup !== "function")
      throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${name} has no default export made by definePlugin`);
    const config = await slice(name, plugin.config);
    const undeclared = (what: string): never => {
      throw new ClawError("CLAW_CONTRIBUTION_UNDECLARED", `plugin ${name} adds ${what}, which its manifest does not declare`, {
        plugin: name,
      });
    };
    const added = new Set<Placed>();
    const work = plugin.setup({
      ...scope(name),
      config,
      hooks: options
        .seats()
        .taps(name, (hook, stage) => (manifest === undefined ? options.seats().seat(name, hook, stage) : undeclared(`a tap on ${hook}`))),
      contribute(kind, item) {
        const mine = (): Placed | undefined =>
          [...placed(kind).values()].find((one) => one.plugin === name && one.listed.name === item.name);
        if (manifest === undefined && mine() === undefined) list(kind, name, { name: item.name });
        const place = mine() ?? undeclared(`${kind} ${item.name}`);
        place.item = item;
        added.add(place);
        const gone = { [Symbol.dispose]: () => void delete place.item };
        undo.push(gone);
        return gone;
      },
      provide(token, service) {
        if (manifest !== undefined && !manifest.provides?.includes(token.id)) undeclared(`service ${token.id}`);
        const gone = provide(token, service);
        undo.push(gone);
        return gone;
      },
    });
    await limited(Promise.resolve(work), options.activateMs, `setup of ${name}`);
    for (const [kind, all] of kinds) {
      for (const one of all.values()) if (one.plugin === name && !added.has(one)) undeclared(`no ${kind} ${one.listed.name}`);
    }
    const ms = performance.now() - started;
    known.status = { ...known.status, state: "active", ms };
    claw.emit("plugin.loaded", { plugin: name, ms });
  }
  async function slice(name: string, schema: v.GenericSchema | undefined): Promise<unknown> {
    const layers = options.slices(name);
    const merged = Object.assign({}, ...layers.map((layer) => layer.value)) as Record<string, unknown>;
    if (schema === undefined) {
      const key = Object.keys(merged)[0];
      if (key === undefined) return undefined;
      throw await problem(layers.at(-1)!.origin, ["plugins", name, key], "this plugin takes no config");
    }
    const parsed = v.safeParse(schema, merged);
    if (parsed.success) return parsed.output;
    const issue = parsed.issues[0];
    const path = issue.path?.map((part) => part.key as string) ?? [];
    const from = layers.findLast(
      (layer) => path[0] === undefined || (layer.value as object as Record<string, unknown>)[path[0]] !== undefined,
    );
    throw await problem(from?.origin ?? "defaults", ["plugins", name, ...path], issue.message);
  }
  function scope(plugin: string): PluginScope {
    return {
      ...options.base,
      plugin,
      bus: options.bus({ source: plugin }),
      names: (kind) => [...placed(kind).keys()],
      async get(kind, name) {
        const found = find(kind, name);
        await activate(found.plugin);
        const item = placed(kind).get(found.name)?.item;
        if (item === undefined) throw new ClawError("CLAW_CONTRIBUTION_MISSING", `${kind} ${name} of ${found.plugin} is gone`);
        return item as never;
      },
      async use(token) {
        if (!services.has(token.id)) {
          const owner = [...plugins.values()].find((known) => known.loadable.manifest?.provides?.includes(token.id));
          if (owner !== undefined) await activate(owner.loadable.name);
        }
        if (!services.has(token.id)) throw new ClawError("CLAW_SERVICE_MISSING", `no plugin provides the service ${token.id}`, { plugin });
        return services.get(token.id) as never;
      },
    };
  }
  function provide(token: ServiceToken<unknown>, service: unknown): Disposable {
    services.set(token.id, service);
    return { [Symbol.dispose]: () => void services.delete(token.id) };
  }
  return {
    add(loadable) {
      const { name, version, manifest = { api: 1 } } = loadable;
      plugins.set(name, { loadable, undo: [], status: { name, version, source: loadable.source ?? "bundled", state: "listed", manifest } });
      for (const [kind, all] of Object.entries(manifest.contributes ?? {})) {
        for (const one of all ?? []) list(kind as Kind, name, typeof one === "string" ? { name: one } : one);
      }
      for (const [hook, stage] of Object.entries(manifest.hooks ?? {})) options.seats().seat(name, hook as HookName, stage ?? "normal");
    },
    refuse({ name, version, source = "bundled", manifest = { api: 1 } }, why) {
      plugins.set(name, {
        loadable: { name, version, load: () => Promise.reject(new Error(why)) },
        undo: [],
        status: { name, version, source, state: "off", manifest, problem: why },
      });
      options.warn(`plugin ${name} is off: ${why}`);
    },
    async start() {
      const hurried = [...plugins.values()].filter(({ loadable: { manifest }, status }) => {
        if (status.state === "off") return false;
        return manifest === undefined || manifest.activate === "start" || SYNC_HOOKS.some((hook) => manifest.hooks?.[hook] !== undefined);
      });
      await Promise.allSettled(hurried.map((known) => activate(known.loadable.name)));
    },
    activate,
    scope,
    find,
    provide,
    off,
    statuses: () => [...plugins.values()].map((known) => known.status),
    dispose() {
      for (const { undo } of plugins.values()) for (const one of undo.splice(0).reverse()) one[Symbol.dispose]();
    },
  };
}

// --- internal ---

/** Bun blames the module when an export is missing; the cause is a plugin written for another claw. */
function misfit(error: ClawError, plugin: string): ClawError {
  if (!/not found in module ['"]claw/.test(error.message)) return error;
  const hint = "It was written for another version of claw: update the plugin, or claw.";
  return new ClawError("CLAW_PLUGIN_API_MISMATCH", `plugin ${plugin}: ${error.message}`, { plugin, hint, cause: error });
}
