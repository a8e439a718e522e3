// Who contributes what, known from manifests; activation on first use, and everything a plugin added undone when it goes.
import type { GenericSchema } from "valibot";
import type { Bus, Stamp } from "../bus/events.ts";
import type { Json, Kind, ToolSpec } from "../contracts/contributions.ts";
import type { Listed, Loadable, PluginContext, PluginScope, PluginStatus, ServiceToken } from "../contracts/plugin.ts";
import { ClawError, wrap } from "../errors.ts";
import type { HookName, Stage, Taps } from "../hooks/hooks.ts";
import { createSeats, limited, SYNC_HOOKS } from "../hooks/seat.ts";

/** A contribution under the name that is its own in `kind`. `item` is there while its plugin is active; `spec` is that of a tool, once asked for. */
type Placed = Readonly<{ kind: Kind; name: string; plugin: string; listed: Exclude<Listed, string> }> & { item?: unknown; spec?: Promise<ToolSpec> };
type Known = { loadable: Loadable; rank: number; undo: Disposable[]; places: Placed[]; status: PluginStatus; ready?: Promise<void> };
/** What the registry is given. `base` is of every plugin's scope; `slice` a plugin's config by its schema, rejects with file, line and key. */
export interface RegistryOptions extends Readonly<{ activateMs: number; hookMs: number; bus(stamp: Stamp): Bus; warn(text: string): void }> {
  readonly base: Pick<PluginScope, "cwd" | "home" | "env" | "options" | "settings">;
  suggest(word: string, words: readonly string[]): string;
  slice(plugin: string, schema: GenericSchema | undefined): Promise<unknown>;
}
/** Every plugin of a kernel. */
export class Registry {
  readonly seats: ReturnType<typeof createSeats>;
  readonly #plugins = new Map<string, Known>();
  readonly #all: Known[] = [];
  readonly #placed = new Map<Kind, Map<string, Placed>>();
  readonly #names = new Map<Kind, readonly string[]>();
  readonly #services = new Map<string, unknown>();
  readonly #providers = new Map<string, string>();
  readonly #at: RegistryOptions;
  constructor(options: RegistryOptions) {
    this.#at = options;
    this.seats = createSeats({ hookMs: options.hookMs, activate: this.activate, failed: this.#off, known: (plugin) => this.#plugins.get(plugin)! });
  }
  /** Indexes and seats a plugin; call order is precedence. One with a problem is listed as off. `NAME*` lets it add, later, all that begin so. */
  add(loadable: Loadable): void {
    const { name, version, source = "bundled", problem, manifest = { api: 1, activate: "start" } } = loadable;
    const status = { name, version, source, manifest, state: problem ? "off" : "listed", ...(problem && { problem: problem.message }) } as const;
    const places: Placed[] = [];
    this.#all.push(this.#plugins.set(name, { loadable, rank: this.#all.length, undo: [], places, status }).get(name)!);
    for (const id of manifest.provides ?? []) if (!this.#providers.has(id)) this.#providers.set(id, name);
    if (problem !== undefined) this.#at.warn(`plugin ${name} is off: ${problem.message}`);
    const { contributes = {}, hooks = {} } = problem === undefined ? manifest : {};
    for (const kind of Object.keys(contributes) as Kind[])
      for (const one of contributes[kind] ?? [])
        if (typeof one !== "string" || !one.endsWith("*")) places.push(this.#list(kind, name, typeof one === "string" ? { name: one } : one));
    if (manifest.activate !== "use") for (const [hook, stage] of Object.entries(hooks)) this.seats.seat(name, hook as HookName, stage);
  }
  /** Activates what cannot wait for first use, in a session with these `settings`. What is `continued` may hold what a plugin of use left in it. */
  async start(settings: PluginScope["settings"], continued: boolean): Promise<void> {
    const early = ({ name, manifest: { activate, hooks = {}, options = [], settings: keys = [] } }: PluginStatus): boolean =>
      activate === "use"
        ? continued || keys.some((key) => settings(key)[0]) || options.some((one) => one.name in this.#at.base.options) || this.#configured(name)
        : activate === "start" || SYNC_HOOKS.some((hook) => hooks[hook]);
    const hurried = this.statuses().filter((one) => one.state === "listed" && early(one));
    await Promise.allSettled(hurried.map(({ name }) => this.activate(name)));
  }
  readonly #configured = (plugin: string) => this.#at.base.settings("plugins").some(({ value }) => plugin in Object(value));
  /** Settles when the plugin is active. Rejects with why it cannot be, which switches it off. */
  readonly activate = (plugin: string): Promise<void> => {
    const known = this.#plugins.get(plugin);
    if (known === undefined) return Promise.reject(new ClawError("CLAW_PLUGIN_LOAD_FAILED", `there is no plugin ${plugin}`));
    known.ready ??= this.#setUp(known).catch((thrown: unknown) => {
      undoAll(known);
      throw this.#off(plugin, wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED", { plugin }));
    });
    return known.ready;
  };
  /** The contribution that a kind knows by `name`, or by that alias. Throws `CLAW_CONTRIBUTION_MISSING`. */
  find(kind: Kind, name: string): Placed {
    const all = this.#of(kind);
    const found = all.get(name) ?? all.values().find(({ listed }) => listed.aliases?.includes(name));
    if (found !== undefined) return found;
    const words = [...all.values()].flatMap((one) => [one.name, ...(one.listed.aliases ?? [])]);
    throw new ClawError("CLAW_CONTRIBUTION_MISSING", `unknown ${kind}: ${name}`, { hint: this.#at.suggest(name, words) });
  }
  /** What every plugin may touch. */
  scope(plugin: string): PluginScope {
    const names = (kind: Kind) => this.#names.get(kind) ?? this.#names.set(kind, [...this.#of(kind).keys()]).get(kind)!;
    const get = async (kind: Kind, name: string): Promise<never> => {
      const place = this.find(kind, name);
      if (this.#plugins.get(place.plugin)?.status.state !== "active") await this.activate(place.plugin);
      if (place.item === undefined) throw new ClawError("CLAW_CONTRIBUTION_MISSING", `${kind} ${name} of ${place.plugin} is gone`);
      return place.item as never;
    };
    const use = async ({ id }: ServiceToken<unknown>): Promise<never> => {
      const owner = this.#services.has(id) ? undefined : this.#providers.get(id);
      if (owner !== undefined) await this.activate(owner);
      if (!this.#services.has(id)) throw new ClawError("CLAW_SERVICE_MISSING", `no plugin provides the service ${id}`, { plugin });
      return this.#services.get(id) as never;
    };
    const spec = (tool: string): Promise<ToolSpec> => (this.find("tool", tool).spec ??= this.#spec(this.find("tool", tool)));
    return { ...this.#at.base, plugin, bus: this.#at.bus({ source: plugin }), names, get, use, spec };
  }
  /** What requests show of a tool: as listed while its plugin is neither active nor configured, else as it says itself; listed schemas need no deriving. */
  async #spec({ name, plugin, listed, item }: Placed): Promise<ToolSpec> {
    const given = this.#configured(plugin) ? undefined : (await this.#plugins.get(plugin)!.loadable.specs?.())?.[listed.name];
    if (given !== undefined && item === undefined) return { name, ...given };
    const { description, schema = given?.schema, input } = await this.scope(plugin).get("tool", name);
    if (schema !== undefined) return { name, description, schema };
    const { toJsonSchema } = await import("@valibot/to-json-schema");
    const { $schema: _, ...derived } = toJsonSchema(input as Parameters<typeof toJsonSchema>[0], { errorMode: "ignore" });
    return { name, description, schema: derived as Json };
  }
  readonly #of = (kind: Kind): Map<string, Placed> => this.#placed.get(kind) ?? this.#placed.set(kind, new Map()).get(kind)!;
  provide({ id }: ServiceToken<unknown>, service: unknown): Disposable {
    this.#services.set(id, service);
    return { [Symbol.dispose]: () => void this.#services.delete(id) };
  }
  readonly schema = async (plugin: string): Promise<GenericSchema | undefined> => (await this.#plugins.get(plugin)?.loadable.load())?.default.config;
  readonly statuses = (): readonly PluginStatus[] => this.#all.map((known) => known.status);
  readonly dispose = (): void => void this.#all.map(undoAll);
  /** A name already taken is given to the newcomer with its plugin's in front: both stay reachable. */
  #list(kind: Kind, plugin: string, listed: Placed["listed"]): Placed {
    const taken = this.#of(kind).get(listed.name)?.plugin;
    const name = taken === undefined ? listed.name : `${plugin.replace(/^@/, "").replace(/[^A-Za-z0-9-]+/g, "_")}__${listed.name}`;
    if (taken !== undefined) this.#at.warn(`${kind} "${listed.name}" is in both ${taken} and ${plugin}; the latter's is named "${name}"`);
    this.#names.delete(kind);
    return this.#of(kind).set(name, { kind, name, plugin, listed }).get(name)!;
  }
  readonly #off = (plugin: string, error: ClawError): ClawError => {
    const [{ code, message, info }, known] = [error, this.#plugins.get(plugin)!];
    if (known.status.state === "off") return error;
    known.status = { ...known.status, state: "off", problem: message };
    this.#at.bus({ source: "claw" }).emit("plugin.failed", { plugin, code, message, ...(info.hook && { hook: info.hook }) });
    return error;
  };
  async #setUp(known: Known): Promise<void> {
    const [{ name: plugin, manifest }, started] = [known.status, performance.now()];
    for (const [hook, stage] of Object.entries(manifest.hooks ?? {})) this.seats.seat(plugin, hook as HookName, stage);
    const { default: loaded } = await limited(known.loadable.load(), this.#at.activateMs, `loading ${plugin}`);
    if (typeof loaded?.setup !== "function") throw new Error(`plugin ${plugin} has no default export made by definePlugin`);
    const context = this.#context(known, await this.#at.slice(plugin, loaded.config));
    await limited(loaded.setup(context), this.#at.activateMs, `setup of ${plugin}`);
    const lack = known.places.find((one) => one.item === undefined);
    if (lack) throw new ClawError("CLAW_CONTRIBUTION_UNDECLARED", `plugin ${plugin} adds no ${lack.listed.name}, against its manifest`, { plugin });
    const ms = performance.now() - started;
    known.status = { ...known.status, state: "active", ms };
    this.#at.bus({ source: "claw" }).emit("plugin.loaded", { plugin, ms });
  }
  #context({ loadable: { name, manifest }, undo, places }: Known, config: unknown): PluginContext<unknown> {
    const check = (declared: boolean, what: string): void => {
      if (Object.isFrozen(undo)) throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${name} is off`, { plugin: name });
      if (manifest === undefined || declared) return;
      throw new ClawError("CLAW_CONTRIBUTION_UNDECLARED", `plugin ${name} adds ${what}, against its manifest`, { plugin: name });
    };
    const tap = (hook: HookName, fn: never, stage: Stage = "normal"): Disposable => {
      check(manifest?.hooks?.[hook] !== undefined, `a tap on ${hook}`);
      return keep(undo, this.seats.tap(name, hook, fn, stage));
    };
    const contribute: PluginContext<unknown>["contribute"] = (kind, item) => {
      const listed = places.find((one) => one.kind === kind && one.listed.name === item.name);
      const open = manifest?.contributes?.[kind]?.some((one) => String(one).endsWith("*") && item.name.startsWith(String(one).slice(0, -1)));
      check(listed !== undefined || open === true, `${kind} ${item.name}`);
      const place: Placed = Object.assign(listed ?? this.#list(kind, name, { name: item.name }), { item });
      const drop = (): boolean => (listed ? delete place.item && delete place.spec : this.#of(kind).delete(place.name) && this.#names.delete(kind));
      return keep(undo, { [Symbol.dispose]: () => void drop() });
    };
    const provide: PluginContext<unknown>["provide"] = (token, service) => {
      check(manifest?.provides?.includes(token.id) === true, `service ${token.id}`);
      return keep(undo, this.provide(token, service));
    };
    // Made when asked for: a plugin taps one or two of eleven, and every start makes many plugins' contexts.
    const hooks = new Proxy({}, { get: (_, hook: HookName) => ({ tap: (fn: never, stage?: Stage) => tap(hook, fn, stage) }) }) as Taps;
    return { ...this.scope(name), config, hooks, contribute, provide };
  }
}
const keep = (undo: Disposable[], one: Disposable): Disposable => undo[undo.push(one) - 1]!;
/** Undoes what a plugin added, the latest first; it can add no more. A `DisposableStack` would cost each start 0.2 ms, for being compiled. */
function undoAll({ undo }: Known): void {
  if (!Object.isFrozen(undo)) for (const one of Object.freeze(undo).toReversed()) one[Symbol.dispose]();
}
