// Who contributes what, known from manifests; activation on first use, and everything a plugin added undone when it goes.
import * as v from "valibot";
import type { Bus, Stamp } from "../bus/events.ts";
import { invalid, keysOf } from "../config/load.ts";
import type { Contributions, Kind } from "../contracts/contributions.ts";
import type { PluginStatus } from "../contracts/host.ts";
import type { Loadable, PluginContext } from "../contracts/plugin.ts";
import type { PluginScope, ServiceToken, Setting } from "../contracts/scopes.ts";
import { ClawError, wrap } from "../errors.ts";
import type { HookName, Stage } from "../hooks/hooks.ts";
import { limited, Seats, SYNC_HOOKS } from "../hooks/seat.ts";
import type { Machine } from "./machine.ts";
import { type Listed, ManifestSchema } from "./manifest.ts";

type Listing = Exclude<Listed, string>;
type Placed = { readonly plugin: string; readonly listed: Listing; item?: Contributions[Kind] };
type Known = { readonly loadable: Loadable; status: PluginStatus; ready?: Promise<void>; readonly undo: Disposable[] };
/** What the registry is given. `base` is what every plugin's scope has besides the registry's own; `slices` is a plugin's config, by layer. */
export interface RegistryOptions extends Readonly<{ activateMs: number; hookMs: number; machine: Machine }> {
  readonly base: Omit<PluginScope, "plugin" | "bus" | "use" | "names" | "get">;
  bus(stamp: Stamp): Bus;
  slices(plugin: string): readonly Setting[];
  suggest(word: string, words: readonly string[]): string;
  warn(text: string): void;
}

/** Every plugin of a kernel. */
export class Registry {
  readonly seats: Seats;
  readonly #plugins = new Map<string, Known>();
  readonly #kinds = new Map<Kind, Map<string, Placed>>();
  readonly #services = new Map<string, unknown>();
  readonly #options: RegistryOptions;
  constructor(options: RegistryOptions) {
    this.#options = options;
    const failed = (error: ClawError): void => this.#off(error.info.plugin ?? "", error);
    this.seats = new Seats({ hookMs: options.hookMs, activate: (plugin) => this.activate(plugin), failed });
  }

  /** Checks, indexes and seats a plugin; call order is precedence. Throws `CLAW_MANIFEST_INVALID` or `CLAW_PLUGIN_API_MISMATCH`. */
  add(loadable: Loadable): void {
    const { name, version, source, manifest = { api: 1 } } = loadable;
    if (source !== undefined) checkManifest(manifest, name, source);
    this.#plugins.set(name, { loadable, undo: [], status: { name, version, source: source ?? "bundled", state: "listed", manifest } });
    for (const [kind, all = []] of Object.entries(manifest.contributes ?? {})) {
      for (const one of all) this.#list(kind as Kind, name, typeof one === "string" ? { name: one } : one);
    }
    for (const [hook, stage] of Object.entries(manifest.hooks ?? {})) this.seats.seat(name, hook as HookName, stage);
  }
  /** Lists a plugin that cannot be used, and why. */
  refuse(name: string, source: string, { message }: ClawError): void {
    const loadable: Loadable = { name, version: "?", load: () => Promise.reject(new Error(message)) };
    this.#plugins.set(name, {
      loadable,
      undo: [],
      status: { name, version: "?", source, state: "off", manifest: { api: 1 }, problem: message },
    });
    this.#options.warn(`plugin ${name} is off: ${message}`);
  }
  /** Activates what cannot wait for first use. */
  async start(): Promise<void> {
    const hurried = [...this.#plugins.values()].filter(({ loadable: { manifest }, status, ready }) => {
      if (status.state !== "listed" || ready !== undefined) return false;
      return (
        status.manifest.activate === "start" || manifest === undefined || SYNC_HOOKS.some((hook) => manifest.hooks?.[hook] !== undefined)
      );
    });
    await Promise.allSettled(hurried.map(({ status }) => this.activate(status.name)));
  }
  /** Settles when the plugin is active. Rejects with why it cannot be, which switches it off. */
  activate(plugin: string): Promise<void> {
    const known = this.#plugins.get(plugin);
    if (known === undefined) return Promise.reject(new ClawError("CLAW_PLUGIN_LOAD_FAILED", `there is no plugin ${plugin}`));
    known.ready ??= this.#setUp(known).catch((thrown: unknown) => {
      const error = misfit(wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED", { plugin }), plugin);
      this.#off(plugin, error);
      throw error;
    });
    return known.ready;
  }
  /** The name under which a kind knows `name` or its alias, and its plugin. Throws `CLAW_CONTRIBUTION_MISSING`. */
  find(kind: Kind, name: string): { readonly name: string; readonly plugin: string } {
    const all = [...this.#placed(kind)];
    const [real, found] = all.find(([key]) => key === name) ?? all.find(([, one]) => one.listed.aliases?.includes(name)) ?? [];
    if (real !== undefined && found !== undefined) return { name: real, plugin: found.plugin };
    const words = all.flatMap(([key, one]) => [key, ...(one.listed.aliases ?? [])]);
    const hint = this.#options.suggest(name, words) || `Known: ${words.join(", ")}.`;
    throw new ClawError("CLAW_CONTRIBUTION_MISSING", `unknown ${kind}: ${name}`, { hint });
  }
  /** What every plugin may touch. */
  scope(plugin: string): PluginScope {
    return {
      ...this.#options.base,
      plugin,
      bus: this.#options.bus({ source: plugin }),
      names: (kind) => [...this.#placed(kind).keys()],
      get: async (kind, name) => {
        const found = this.find(kind, name);
        await this.activate(found.plugin);
        const item = this.#placed(kind).get(found.name)?.item;
        if (item === undefined) throw new ClawError("CLAW_CONTRIBUTION_MISSING", `${kind} ${name} of ${found.plugin} is gone`);
        return item as never;
      },
      use: async ({ id }) => {
        const owner = [...this.#plugins.values()].find(({ status }) => status.manifest.provides?.includes(id));
        if (!this.#services.has(id) && owner !== undefined) await this.activate(owner.status.name);
        if (!this.#services.has(id)) throw new ClawError("CLAW_SERVICE_MISSING", `no plugin provides the service ${id}`, { plugin });
        return this.#services.get(id) as never;
      },
    };
  }
  provide({ id }: ServiceToken<unknown>, service: unknown): Disposable {
    this.#services.set(id, service);
    return { [Symbol.dispose]: () => void this.#services.delete(id) };
  }
  readonly statuses = (): readonly PluginStatus[] => [...this.#plugins.values()].map((known) => known.status);
  dispose(): void {
    for (const { undo } of this.#plugins.values()) for (const one of undo.splice(0).reverse()) one[Symbol.dispose]();
  }

  #placed(kind: Kind): Map<string, Placed> {
    const all = this.#kinds.get(kind) ?? new Map<string, Placed>();
    this.#kinds.set(kind, all);
    return all;
  }
  /** A name already taken is given to the newcomer with its plugin's in front: both stay reachable. */
  #list(kind: Kind, plugin: string, listed: Listing): Placed {
    const taken = this.#placed(kind).get(listed.name);
    const name = taken === undefined ? listed.name : `${plugin.replace(/^@/, "").replace(/[^A-Za-z0-9-]+/g, "_")}__${listed.name}`;
    if (taken !== undefined)
      this.#options.warn(`${kind} "${listed.name}" is in both ${taken.plugin} and ${plugin}; the latter's is named "${name}"`);
    const place = { plugin, listed };
    this.#placed(kind).set(name, place);
    return place;
  }
  #off(plugin: string, { code, message, info }: ClawError): void {
    const known = this.#plugins.get(plugin);
    if (known !== undefined) known.status = { ...known.status, state: "off", problem: message };
    this.#options
      .bus({ source: "claw" })
      .emit("plugin.failed", { plugin, code, message, ...(info.hook === undefined ? {} : { hook: info.hook }) });
  }
  async #setUp(known: Known): Promise<void> {
    const { name } = known.loadable;
    const started = performance.now();
    const { default: plugin } = await limited(known.loadable.load(), this.#options.activateMs, `loading ${name}`);
    if (typeof plugin?.setup !== "function")
      throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${name} has no default export made by definePlugin`);
    const added = new Set<Placed>();
    const context = this.#context(known, await this.#slice(name, plugin.config), added);
    await limited(Promise.resolve(plugin.setup(context)), this.#options.activateMs, `setup of ${name}`);
    for (const [kind, all] of this.#kinds) {
      for (const one of all.values()) if (one.plugin === name && !added.has(one)) throw undeclared(name, `no ${kind} ${one.listed.name}`);
    }
    const ms = performance.now() - started;
    known.status = { ...known.status, state: "active", ms };
    this.#options.bus({ source: "claw" }).emit("plugin.loaded", { plugin: name, ms });
  }
  #context({ loadable: { name, manifest }, undo }: Known, config: unknown, added: Set<Placed>): PluginContext<unknown> {
    const undoing = (one: Disposable): Disposable => {
      undo.push(one);
      return one;
    };
    const unseated = (hook: HookName, stage: Stage): void => {
      if (manifest !== undefined) throw undeclared(name, `a tap on ${hook}`);
      this.seats.seat(name, hook, stage);
    };
    return {
      ...this.scope(name),
      config,
      hooks: this.seats.taps(name, unseated),
      contribute: (kind, item) => {
        const mine = [...this.#placed(kind).values()].find((one) => one.plugin === name && one.listed.name === item.name);
        if (mine === undefined && manifest !== undefined) throw undeclared(name, `${kind} ${item.name}`);
        const place = mine ?? this.#list(kind, name, { name: item.name });
        place.item = item;
        added.add(place);
        return undoing({ [Symbol.dispose]: () => void delete place.item });
      },
      provide: (token, service) => {
        if (manifest !== undefined && !manifest.provides?.includes(token.id)) throw undeclared(name, `service ${token.id}`);
        return undoing(this.provide(token, service));
      },
    };
  }
  /** A plugin's config: its slices of all layers merged, parsed by its own schema. */
  async #slice(plugin: string, schema: v.GenericSchema = v.optional(v.strictObject({}))): Promise<unknown> {
    const layers = this.#options.slices(plugin);
    const parsed = v.safeParse(schema, Object.assign({}, ...layers.map((layer) => layer.value)));
    if (parsed.success) return parsed.output;
    const [issue] = parsed.issues;
    const [key = "", ...rest] = keysOf(issue);
    const from = layers.findLast((layer) => key in (layer.value as object)) ?? layers.at(-1);
    throw await invalid(this.#options.machine, from?.origin ?? "defaults", ["plugins", plugin, key, ...rest], issue.message);
  }
}

// --- internal ---

function undeclared(plugin: string, what: string): ClawError {
  return new ClawError("CLAW_CONTRIBUTION_UNDECLARED", `plugin ${plugin} adds ${what}, against its manifest`, { plugin });
}
function checkManifest(manifest: unknown, plugin: string, source: string): void {
  const { api } = manifest as { api?: unknown };
  const hint = "Update claw or the plugin.";
  if (typeof api === "number" && api !== 1)
    throw new ClawError("CLAW_PLUGIN_API_MISMATCH", `plugin ${plugin} needs API ${api}; this is 1`, { plugin, hint });
  const issues = v.safeParse(ManifestSchema, manifest).issues?.map((issue) => `claw.${v.getDotPath(issue) ?? ""}: ${issue.message}`);
  if (issues !== undefined) throw new ClawError("CLAW_MANIFEST_INVALID", `${source}: ${issues.join("; ")}`, { plugin });
}
/** Bun blames the module when an export is missing; the cause is a plugin written for another claw. */
function misfit(error: ClawError, plugin: string): ClawError {
  if (!/not found in module ['"]claw/.test(error.message)) return error;
  const hint = "It was written for another version of claw: update the plugin, or claw.";
  return new ClawError("CLAW_PLUGIN_API_MISMATCH", `plugin ${plugin}: ${error.message}`, { plugin, hint, cause: error });
}
