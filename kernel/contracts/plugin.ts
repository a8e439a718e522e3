// What code may touch while it runs; a plugin, its manifest and what it is set up with; and what a frontend drives: the host, and its sessions.
import type { GenericSchema, InferOutput } from "valibot";
import type { Bus } from "../bus/events.ts";
import type { ClawError } from "../errors.ts";
import type { HookName, Stage, Taps } from "../hooks/hooks.ts";
import type { Command, Contributions, Draft, Input, Json, Model, Session, StoreOptions, ToolCall, ToolSpec, TurnOutcome } from "./contributions.ts";

/** A typed name for a service: two plugins meet through it, never by import. `~type` is never present at run time. */
export type ServiceToken<T> = Readonly<{ id: string; "~type"?: T }>;
/** Layers of settings, lowest precedence first. */
export type SettingSource = "user" | "project" | "local" | "environment" | "flag" | "managed";
/** What one layer says of a top-level key. `origin` is its file, flag or variable; `trusted` is false for a project nobody has vouched for. */
export type Setting = Readonly<{ value: unknown; source: SettingSource; origin: string; trusted: boolean }>;
/** Option values: `true` for a flag, a string, or strings when the option may be repeated. */
export type Options = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;
/** An environment, as it was when claw was started. */
export type Env = Readonly<Record<string, string | undefined>>;
/** Lives as long as the plugin. `cwd` is where claw was started, in a turn the session's folder; `home` is claw's own and may not exist. */
export interface PluginScope extends Readonly<{ plugin: string; cwd: string; home: string; env: Env; options: Options; bus: Bus }> {
  /** Another plugin's service; activates its plugin. Throws `CLAW_SERVICE_MISSING`. */
  use<T>(token: ServiceToken<T>): Promise<T>;
  names(kind: keyof Contributions): readonly string[];
  /** The contribution, by name or alias; activates its plugin, as `names` does not. Throws `CLAW_CONTRIBUTION_MISSING`, naming the nearest. */
  get<K extends keyof Contributions>(kind: K, name: string): Promise<Contributions[K]>;
  /** What requests show of a tool; its plugin need not be active for it. Throws `CLAW_CONTRIBUTION_MISSING`. */
  spec(tool: string): Promise<ToolSpec>;
  /** What each layer says of a top-level settings key, lowest precedence first. */
  settings(key: string): readonly Setting[];
}
/** The one active contribution of each exclusive kind, for one session. */
export type Selection = Readonly<{ provider: string; model: string; compactor: string; "permission-mode": string }>;
/** Lives as long as one turn. Without `ask` nobody can be asked, and every `ask` is a `deny`. `select` takes effect from the next step. */
export interface TurnScope extends PluginScope, Readonly<{ turn: number; session: Session; signal: AbortSignal; selection: Selection; ask?: Ask }> {
  select(change: Partial<Selection>): void;
  /** What the next request would carry, without sending it. */
  draft(): Promise<Draft>;
}
/** Lives as long as one step: one provider request, to `model`, plus the calls it asks for. */
export interface StepScope extends TurnScope, Readonly<{ step: number; model: Model }> {}
/** Lives as long as one tool call. `progress` announces `call.progress`: a live tail for renderers, never for the model. */
export interface CallScope extends StepScope, Readonly<{ call: ToolCall; progress(update: Json): void }> {}
/** Asks the person at the session. Rejects only when `signal` aborts. */
export type Ask = Readonly<{ choose(question: Question, signal: AbortSignal): Promise<Answer> }>;
/** `text` is plain: whoever shows it makes it safe for its screen. No `choices`: free text. `rules` are what `session` and `always` would save. */
export type Question = Readonly<{ text: string; choices: readonly string[]; call?: ToolCall; rules?: readonly string[]; agent?: string }>;
/** `text` is the free answer, or with `no` the reason for the model. */
export type Answer = Readonly<{ choice: string; text?: string }>;
type Names = readonly string[];
type Sets = Readonly<{ sets?: string; env?: Names }>;
type Doors = Readonly<{ slash?: boolean; shell?: boolean; beside?: boolean }>;
/** A contribution in a manifest. A command has a `usage` after its name, two doors, and may run `beside` a turn if it only shows. */
export type Listed = string | (Doors & Readonly<{ name: string; summary?: string; aliases?: Names; usage?: string; category?: string }>);
/** A command line option. `value` names its argument, without one it is a flag; `sets` is the config key that it, or a variable in `env`, sets. */
export type Option = Sets & Readonly<{ name: string; summary: string; short?: string; aliases?: Names; value?: string; many?: boolean }>;
/** `package.json` → `"claw"`, read without running any code. `settings` are keys it owns, `provides` and `needs` services; with `use` hooks do not wake it. */
export interface Manifest extends Readonly<{ api: 1; activate?: "start" | "use"; settings?: Names; provides?: Names; needs?: Names }> {
  readonly contributes?: { readonly [K in keyof Contributions]?: readonly Listed[] };
  readonly hooks?: { readonly [K in HookName]?: Stage };
  readonly options?: readonly Option[];
}
/** Handed to `setup`. `config` is the plugin's slice, parsed. Everything added through it is undone by the kernel when the plugin goes. */
export interface PluginContext<C> extends PluginScope, Readonly<{ config: C; hooks: Taps }> {
  contribute<K extends keyof Contributions>(kind: K, item: Contributions[K]): Disposable;
  provide<T>(token: ServiceToken<T>, service: T): Disposable;
}
/** The default export of a plugin. `config` is the schema of its slice; without one it takes none. A throw of `setup` switches it off. */
export interface Plugin<S extends GenericSchema = GenericSchema> extends Readonly<{ config?: S }> {
  setup(ctx: PluginContext<InferOutput<S>>): void | Promise<void>;
}
/** A plugin the host can list without running it. `source` is its path, `problem` why it is off. Without a manifest, what it adds is its manifest. */
export interface Loadable extends Readonly<{ name: string; version: string; manifest?: Manifest; source?: string; problem?: ClawError }> {
  /** What requests show of its tools when it has no config, by name: such a tool's plugin is not loaded before it is called. */
  specs?(): Promise<Readonly<Record<string, Omit<ToolSpec, "name">>> | undefined>;
  load(): { readonly default: Plugin } | Promise<{ readonly default: Plugin }>;
}
type State = Readonly<{ state: "listed" | "active" | "off" }>;
/** A plugin in a list. `source` is `bundled` or a path; `ms` what activation took; `problem` why it is off. */
export type PluginStatus = State & Readonly<{ name: string; version: string; source: string; manifest: Manifest; ms?: number; problem?: string }>;
/** Settings of all layers, by top-level key, lowest precedence first. */
export type Layers = Readonly<Record<string, readonly Setting[]>>;
type Picks = "provider" | "model" | "compactor" | "permissionMode" | "frontend" | "store";
type Slices = Readonly<Record<string, false | Readonly<Record<string, unknown>>>>;
type Limits = Readonly<{ activateMs?: number; hookMs?: number; shutdownMs?: number }>;
/** The kernel's own keys. `plugins` are slices by name or path; `limits` milliseconds for one `setup`, one tap, all of `shutdown`. */
export type Config = Readonly<Record<Picks, string>> & Readonly<{ renderers: Names; plugins: Slices; limits: Limits }>;
/** What the host knows of itself. `warnings` are of loading. `activate` rejects with why a plugin cannot be; `schema`, its slice's, runs no setup. */
export interface Inspection extends Readonly<{ config: Config; plugins(): readonly PluginStatus[]; layers(): Layers; warnings(): Names }> {
  activate(plugin: string): Promise<void>;
  schema(plugin: string): Promise<GenericSchema | undefined>;
}
/** The running kernel. Holds as many sessions at once as are opened; none sees another. */
export interface Host extends PluginScope, Inspection, Readonly<{ open(options?: OpenOptions): Promise<Shell> }> {}
type Chosen = Readonly<{ selection?: Partial<Selection>; agent?: string; ask?: Ask }>;
/** `store` picks another store than the config's; `tools` narrows; `system` comes before all other system parts; `agent` names a sub-agent. */
export type OpenOptions = Chosen & Partial<StoreOptions> & Readonly<{ store?: string; tools?: Names; system?: Names }>;
/** One opened session, with at most one turn running: `steer` queues input that is added between its steps, `abort` ends it. */
export interface Shell extends Readonly<{ session: Session; selection: Selection; steer(input: Input): void; abort(reason: string): void }> {
  select(change: Partial<Selection>): void;
  /** Runs a turn. Never rejects for what goes wrong in it; `CLAW_BUG` when one is running already. */
  submit(input: Input): Promise<TurnOutcome>;
  /** Runs a command, beside a running turn with that one's signal. Throws `CLAW_USAGE` when its words do not parse. */
  run(command: Command, words: Names): ReturnType<Command["run"]>;
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
