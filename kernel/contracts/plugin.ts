// A plugin, and what it gets when it is set up.
import type { GenericSchema, InferOutput } from "valibot";
import type { Taps } from "../hooks/hooks.ts";
import type { Manifest } from "../host/manifest.ts";
import type { Contributions, Kind } from "./contributions.ts";
import type { Host, Inspection } from "./host.ts";
import type { PluginScope, ServiceToken } from "./scopes.ts";

/** Handed to `setup`. `config` is the plugin's slice, parsed. Everything added through it is undone by the kernel when the plugin goes. */
export interface PluginContext<C> extends PluginScope, Readonly<{ config: C; hooks: Taps }> {
  contribute<K extends Kind>(kind: K, item: Contributions[K]): Disposable;
  provide<T>(token: ServiceToken<T>, service: T): Disposable;
}
/** The default export of a plugin. `config` is the schema of its slice; without one it takes none. A throw of `setup` switches it off. */
export interface Plugin<S extends GenericSchema = GenericSchema> {
  readonly config?: S;
  setup(ctx: PluginContext<InferOutput<S>>): void | Promise<void>;
}
/** A plugin the host can list without running it; `source` is the path it was found at. Without a manifest, what it adds is its manifest. */
export interface Loadable extends Readonly<{ name: string; version: string; manifest?: Manifest; source?: string }> {
  load(): Promise<{ readonly default: Plugin }>;
}

/** Identity at run time; at type level it ties `setup`'s `ctx.config` to the schema. */
export const definePlugin = <const S extends GenericSchema>(plugin: Plugin<S>): Plugin<S> => plugin;
/** Names a service. Two majors of one service can be provided side by side. */
export const defineService = <T>(id: `${string}@${number}`): ServiceToken<T> => ({ id });
/** Provided by the host itself: what it knows. */
export const Inspecting: ServiceToken<Inspection> = defineService("claw.inspect@1");
/** Provided by the host itself: for plugins that open sessions of their own, as sub-agents do. */
export const Hosting: ServiceToken<Host> = defineService("claw.host@1");
