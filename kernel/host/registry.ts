// Who contributes what, known from manifests; activation on first use, and everything a plugin added undone when it goes.
import * as v from "valibot";
import type { Bus, Stamp } from "../bus/events.ts";
import type { Contributions, Kind } from "../contracts/contributions.ts";
import type { Listed, Loadable, PluginContext, PluginStatus } from "../contracts/plugin.ts";
import type { PluginScope, ServiceToken, Setting } from "../contracts/scopes.ts";
import { ClawError, wrap } from "../errors.ts";
import type { HookName, Stage } from "../hooks/hooks.ts";
import { createSeats, limited, type Seats, SYNC_HOOKS } from "../hooks/seat.ts";

type Placed = { readonly plugin: string; readonly listed: Exclude<Listed, string>; item?: Contributions[Kind] };
type Known = { readonly loadable: Loadable; status: PluginStatus; ready?: Promise<void>; readonly undo: Disposable[] };
/** What the registry is given. `base` is what every plugin's scope has besides the registry's own; `slices` is a plugin's config, by layer. */
export interface RegistryOptions extends Readonly<{ activateMs: number; hookMs: number; bus(stamp: Stamp): Bus }> {
  readonly base: Omit<PluginScope, "plugin" | "bus" | "use" | "names" | "get">;
  slices(plugin: string): readonly Setting[];
  suggest(word: string, words: readonly string[]): string;
  warn(text: string): void;
  /** The error for an issue in a plugin's config, with file, line and key. */
  wrong(origin: string, path: readonly string[], issue: v.BaseIssue<unknown>): Promise<ClawError>;
}

/** Every plugin of a kernel. */
export class Registry {
  readonly seats: Seats;
  readonly #plugins = new Map<string, Known>();
  readonly #kinds = new Map<Kind, Map<string, Placed>>();
  readonly #services = new Map<string, unknown>();
  readonly #at: RegistryOptions;
  constructor(options: RegistryOptions) {
    this.#at = options;
    const failed = (error: ClawError): void => this.#off(error.info.plugin ?? "", error);
    this.seats = createSeats({ hookMs: options.hookMs, activate: (plugin) => this.activate(plugin), failed });
  }

  /** Indexes and seats a plugin; call order is precedence. One with a problem is listed as off. */
  add(loadable: Loadable): void {
    const { name, version, source = "bundled", problem, manifest = { api: 1 } } = loadable;
    const status = { name, version, source, state: "listed", manifest } as const;
    this.#plugins.set(name, { loadable, undo: [], status: problem ? { ...status, state: "off", problem: problem.message } : status });
    if (problem !== undefined) this.#at.warn(`plugin ${name} is off: ${problem.message}`);
    if (problem !== undefined) return;
    const listed = Object.entries(manifest.contributes ?? {}).flatMap(([kind, all = []]) => all.map((one) => [kind as Kind, one] as const));
    for (const [kind, one] of listed) this.#list(kind, name, typeof one === "string" ? { name: one } : one);
    for (const [hook, stage] of Object.entries(manifest.hooks ?? {})) this.seats.seat(name, hook as HookName, stage);
  }
  /** Activates what cannot wait for first use. */
  async start(): Promise<void> {
    const hurried = [...this.#plugins.values()].filter(({ status: { state, manifest }, loadable, ready }) => {
      const early = manifest.activate === "start" || loadable.manifest === undefined || SYNC_HOOKS.some((hook) => manifest.hooks?.[hook]);
      return early && state === "listed" && ready === undefined;
    });
    await Promise.allSettled(hurried.map(({ status }) => this.activate(status.name)));
  }
  /** Settles when the plugin is active. Rejects with why it cannot be, which switches it off. */
  async activate(plugin: string): Promise<void> {
    const known = this.#plugins.get(plugin);
    if (known === undefined) throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `there is no plugin ${plugin}`);
    known.ready ??= this.#setUp(known).catch((thrown: unknown) => {
      const error = wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED", { plugin });
      this.#off(plugin, error);
      throw error;
    });
    return known.ready;
  }
  /** The name under which a kind knows `name` or its alias, and its place. Throws `CLAW_CONTRIBUTION_MISSING`. */
  find(kind: Kind, name: string): Readonly<{ name: string; place: Placed }> {
    const all = [...this.#placed(kind)];
    const [real, place] = all.find(([key]) => key === name) ?? all.find(([, one]) => one.listed.aliases?.includes(name)) ?? [];
    if (real !== undefined && place !== undefined) return { name: real, place };
    const words = all.flatMap(([key, one]) => [key, ...(one.listed.aliases ?? [])]);
    const hint = this.#at.suggest(name, words) || `Known: ${words.join(", ")}.`;
    throw new ClawError("CLAW_CONTRIBUTION_MISSING", `unknown ${kind}: ${name}`, { hint });
  }
  /** What every plugin may touch. */
  scope(plugin: string): PluginScope {
    const get = async (kind: Kind, name: string): Promise<never> => {
      const { place } = this.find(kind, name);
      await this.activate(place.plugin);
      if (place.item === undefined) throw new ClawError("CLAW_CONTRIBUTION_MISSING", `${kind} ${name} of ${place.plugin} is gone`);
      return place.item as never;
    };
    const use = async ({ id }: ServiceToken<unknown>): Promise<never> => {
      const owner = [...this.#plugins.values()].find(({ status }) => status.manifest.provides?.includes(id));
      if (!this.#services.has(id) && owner !== undefined) await this.activate(owner.status.name);
      if (!this.#services.has(id)) throw new ClawError("CLAW_SERVICE_MISSING", `no plugin provides the service ${id}`, { plugin });
      return this.#services.get(id) as never;
    };
    return { ...this.#at.base, plugin, bus: this.#at.bus({ source: plugin }), names: (kind) => [...this.#placed(kind).keys()], get, use };
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
    return this.#kinds.get(kind) ?? this.#kinds.set(kind, new Map()).get(kind)!;
  }
  /** A name already taken is given to the newcomer with its plugin's in front: both stay reachable. */
  #list(kind: Kind, plugin: string, listed: Placed["listed"]): Placed {
    const all = this.#placed(kind);
    const taken = all.get(listed.name)?.plugin;
    const name = taken === undefined ? listed.name : `${plugin.replace(/^@/, "").replace(/[^A-Za-z0-9-]+/g, "_")}__${listed.name}`;
    if (taken !== undefined) this.#at.warn(`${kind} "${listed.name}" is in both ${taken} and ${plugin}; the latter's is named "${name}"`);
    return all.set(name, { plugin, listed }).get(name)!;
  }
  #off(plugin: string, { code, message, info: { hook } }: ClawError): void {
    const known = this.#plugins.get(plugin);
    if (known !== undefined) known.status = { ...known.status, state: "off", problem: message };
    this.#at.bus({ source: "claw" }).emit("plugin.failed", { plugin, code, message, ...(hook && { hook }) });
  }
  async #setUp(known: Known): Promise<void> {
    const { name: plugin } = known.status;
    const started = performance.now();
    const { default: loaded } = await limited(known.loadable.load(), this.#at.activateMs, `loading ${plugin}`);
    if (typeof loaded?.setup !== "function") throw new Error(`plugin ${plugin} has no default export made by definePlugin`);
    const added = new Set<Placed>();
    const context = this.#context(known, await this.#slice(plugin, loaded.config), added);
    await limited(Promise.resolve(loaded.setup(context)), this.#at.activateMs, `setup of ${plugin}`);
    const declared = [...this.#kinds.values()].flatMap((all) => [...all.values()].filter((one) => one.plugin === plugin));
    for (const one of declared) if (!added.has(one)) throw undeclared(plugin, `no ${one.listed.name}`);
    const ms = performance.now() - started;
    known.status = { ...known.status, state: "active", ms };
    this.#at.bus({ source: "claw" }).emit("plugin.loaded", { plugin, ms });
  }
  #context({ loadable: { name, manifest }, undo }: Known, config: unknown, added: Set<Placed>): PluginContext<unknown> {
    const own = (what: string, declared: boolean | undefined): void => {
      if (manifest !== undefined && declared !== true) throw undeclared(name, what);
    };
    const undoing = (one: Disposable): Disposable => undo[undo.push(one) - 1]!;
    const unseated = (hook: HookName, stage: Stage): void => {
      own(`a tap on ${hook}`, false);
      this.seats.seat(name, hook, stage);
    };
    const contribute: PluginContext<unknown>["contribute"] = (kind, item) => {
      const mine = [...this.#placed(kind).values()].find((one) => one.plugin === name && one.listed.name === item.name);
      own(`${kind} ${item.name}`, mine !== undefined);
      const place = mine ?? this.#list(kind, name, { name: item.name });
      place.item = item;
      added.add(place);
      return undoing({ [Symbol.dispose]: () => void delete place.item });
    };
    const provide: PluginContext<unknown>["provide"] = (token, service) => {
      own(`service ${token.id}`, manifest?.provides?.includes(token.id));
      return undoing(this.provide(token, service));
    };
    return { ...this.scope(name), config, hooks: this.seats.taps(name, unseated), contribute, provide };
  }
  /** A plugin's config: its slices of all layers merged, parsed by its own schema. */
  async #slice(plugin: string, schema: v.GenericSchema = v.optional(v.strictObject({}))): Promise<unknown> {
    const layers = this.#at.slices(plugin);
    const { success, output, issues } = v.safeParse(schema, Object.assign({}, ...layers.map((layer) => layer.value)));
    if (success) return output;
    const key = String(issues[0].path?.[0]?.key);
    const from = layers.findLast((layer) => key in (layer.value as object)) ?? layers.at(-1);
    throw await this.#at.wrong(from?.origin ?? "defaults", ["plugins", plugin], issues[0]);
  }
}

// --- internal ---

const undeclared = (plugin: string, what: string): ClawError =>
  new ClawError("CLAW_CONTRIBUTION_UNDECLARED", `plugin ${plugin} adds ${what}, against its manifest`, { plugin });
