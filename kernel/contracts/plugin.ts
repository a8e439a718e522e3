// A plugin, its manifest and what it is set up with; and what a frontend drives: the host, and one opened session of it.
import type { GenericSchema, InferOutput } from "valibot";
import type { ClawError } from "../errors.ts";
import type { HookName, Stage, Taps } from "../hooks/hooks.ts";
import type { Command, CommandOutcome, Contributions, Input, Kind, StoreOptions, TurnOutcome } from "./contributions.ts";
import type { Session } from "./message.ts";
import type { Ask, PluginScope, Selection, ServiceToken, Setting } from "./scopes.ts";

type Names = readonly string[];
type Described = Readonly<{ name: string; summary?: string; aliases?: Names; usage?: string; category?: string; slash?: boolean; shell?: boolean }>;
/** A contribution in a manifest. `slash` and `shell` are the doors of a command, `usage` is what follows its name. */
export type Listed = string | Described;
/** A command line option. `value` names its argument, without one it is a flag; `sets` is the config key that it, or a variable in `env`, sets. */
export interface Option extends Readonly<{ name: string; summary: string; value?: string; many?: boolean; sets?: string; env?: Names }> {
  readonly short?: string;
  readonly aliases?: Names;
}
/** `package.json` → `"claw"`, read without running any code. `settings` are top-level keys the plugin owns; `provides` and `needs` ids of services. */
export interface Manifest extends Readonly<{ api: 1; activate?: "start" | "use"; settings?: Names; provides?: Names; needs?: Names }> {
  readonly contributes?: { readonly [K in Kind]?: readonly Listed[] };
  readonly options?: readonly Option[];
  readonly hooks?: { readonly [K in HookName]?: Stage };
}
/** Handed to `setup`. `config` is the plugin's slice, parsed. Everything added through it is undone by the kernel when the plugin goes. */
export interface PluginContext<C> extends PluginScope, Readonly<{ config: C; hooks: Taps }> {
  contribute<K extends Kind>(kind: K, item: Contributions[K]): Disposable;
  provide<T>(token: ServiceToken<T>, service: T): Disposable;
}
/** The default export of a plugin. `config` is the schema of its slice; without one it takes none. A throw of `setup` switches it off. */
export type Plugin<S extends GenericSchema = GenericSchema> = Readonly<{
  config?: S;
  setup(ctx: PluginContext<InferOutput<S>>): void | Promise<void>;
}>;
/** A plugin the host can list without running it. `source` is its path, `problem` why it is off. Without a manifest, what it adds is its manifest. */
export interface Loadable extends Readonly<{ name: string; version: string; manifest?: Manifest; source?: string; problem?: ClawError }> {
  load(): Promise<{ readonly default: Plugin }>;
}
/** A plugin in a list. `source` is `bundled` or a path; `ms` what activation took; `problem` why it is off. */
export interface PluginStatus extends Readonly<{ name: string; version: string; source: string; manifest: Manifest; ms?: number; problem?: string }> {
  readonly state: "listed" | "active" | "off";
}

/** Settings of all layers, by top-level key, lowest precedence first. */
export type Layers = Readonly<Record<string, readonly Setting[]>>;
type Picks = Readonly<{
  provider: string;
  model: string;
  compactor: string;
  permissionMode: string;
  frontend: string;
  store: string;
  renderers: Names;
}>;
type Limits = Readonly<{ activateMs?: number; hookMs?: number; shutdownMs?: number }>;
/** The kernel's own keys. `plugins` are slices by name or path; `limits` milliseconds for one `setup`, one tap, all of `shutdown`. */
export type Config = Picks & Readonly<{ plugins: Readonly<Record<string, false | Readonly<Record<string, unknown>>>>; limits: Limits }>;
/** What the host knows of itself. `warnings` were found while loading; `activate` rejects with why a plugin cannot be. */
export interface Inspection extends Readonly<{ config: Config }> {
  plugins(): readonly PluginStatus[];
  activate(plugin: string): Promise<void>;
  layers(): Layers;
  warnings(): Names;
}
/** The running kernel. Holds as many sessions at once as are opened; none sees another. */
export interface Host extends PluginScope, Inspection {
  open(options?: OpenOptions): Promise<Shell>;
}
/** `store` picks another store than the config's; `tools` narrows; `system` comes before all other system parts; `agent` names a sub-agent. */
export interface OpenOptions extends Partial<StoreOptions>, Readonly<{ store?: string; ask?: Ask; agent?: string; tools?: Names; system?: Names }> {
  readonly selection?: Partial<Selection>;
}
/** One opened session. Turns run one after another. */
export interface Shell extends Readonly<{ session: Session; selection: Selection }> {
  select(change: Partial<Selection>): void;
  /** Runs a turn. Never rejects for what goes wrong in it; `CLAW_BUG` when one is running already. */
  submit(input: Input): Promise<TurnOutcome>;
  /** Queues input for the running turn; it is added between steps. */
  steer(input: Input): void;
  /** Ends the running turn; resolves through `submit`. */
  abort(reason: string): void;
  /** Runs a command outside any turn. Throws `CLAW_USAGE` when its words do not parse. */
  run(command: Command, words: Names): Promise<CommandOutcome>;
  close(): Promise<void>;
}

/** Identity at run time; at type level it ties `setup`'s `ctx.config` to the schema. */
export const definePlugin = <const S extends GenericSchema>(plugin: Plugin<S>): Plugin<S> => plugin;
/** Names a service. Two majors of one service can be provided side by side. */
export const defineService = <T>(id: `${string}@${number}`): ServiceToken<T> => ({ id });
/** The service by which the host shows itself. */
export const Inspecting: ServiceToken<Inspection> = defineService("claw.inspect@1");
/** The service of the host itself, for plugins that open sessions of their own, as sub-agents do. */
export const Hosting: ServiceToken<Host> = defineService("claw.host@1");
