// The plugin store service: fetching packages into a place of their own, showing what they are, and putting them in the store. Provided by
// feature/plugin-store. What is installed is read at start by installed.ts, without it.
import { defineService, type PluginScope, type ServiceToken, type TurnScope } from "claw";
import type { LoadTrial, StoredPlugin } from "./stored-loadable.ts";

/** The user's own store, or that of the project around the scope's folder. */
export type StoreLevel = "user" | "project";
/** A plugin with the store that has it. `path` is its folder. */
export interface ListedPlugin extends StoredPlugin, Readonly<{ level: StoreLevel; root: string; path: string }> {}
/** A package that was fetched, read and judged, and is not in the store yet. Nothing of it has run. Disposing removes it. */
export interface StagedPlugin extends AsyncDisposable, Readonly<{ plugin: StoredPlugin; level: StoreLevel; bytes: number }> {
  /** What to look at twice, a sentence each: a name that looks like another, no manifest field, an old version. */
  readonly warnings: readonly string[];
  /** What is installed under that name now. */
  readonly before?: ListedPlugin;
  /** What it declares beyond `before`, or beyond nothing, a line each. */
  readonly wider: readonly string[];
}
/** A version that could be had instead of the installed one. `latest` may be outside the range that was asked for. */
export interface NewerVersion extends Readonly<{ plugin: ListedPlugin; wanted: string; latest: string }> {
  readonly problem?: string;
}
/** A package that the registry knows. All text is from outside. */
export type FoundPackage = Readonly<{ name: string; version: string; description: string; publisher?: string }>;
/** A catalogue of plugins that the user has added. All text is from outside. `problem` says why it cannot be read. */
export interface Marketplace extends Readonly<{ name: string; source: string; problem?: string }> {
  readonly plugins: readonly Readonly<{ name: string; description: string; version?: string }>[];
}
/** What is wrong with a store, and what was done about it. */
export type StoreFault = Readonly<{ level: StoreLevel; what: string; mended: boolean }>;

export interface PluginStore {
  /** What is installed, the project's first, with what is off. Throws `CLAW_CONFIG_INVALID` for a broken index. */
  list(scope: PluginScope): Promise<readonly ListedPlugin[]>;
  /**
   * Fetches what `source` means: `name`, `name@version`, `name@marketplace`, a git URL with `#ref`, a tarball's path or URL, a folder. Runs none of its code.
   * Throws `CLAW_USAGE`, `CLAW_TOOL_FAILED`, `CLAW_MANIFEST_INVALID` or `CLAW_PLUGIN_API_MISMATCH`.
   */
  stage(source: string, level: StoreLevel, scope: TurnScope): Promise<StagedPlugin>;
  /**
   * Puts staged packages in the store, all or none, each in the place of the one of its name. Only after somebody has agreed; what was only asked to be
   * as a lock says is not `agreed`, and a project's plugins then act with `--trust` alone.
   */
  install(staged: readonly StagedPlugin[], scope: TurnScope, agreed?: boolean): Promise<readonly ListedPlugin[]>;
  /** Takes plugins out of the store, with their files. */
  remove(plugins: readonly ListedPlugin[], scope: TurnScope): Promise<void>;
  /** Switches plugins on or off, from the next start on. */
  enable(plugins: readonly ListedPlugin[], enabled: boolean, scope: TurnScope): Promise<void>;
  /** Has plugins run in a child inside the sandbox from the next start on, or not, whatever their manifest says. */
  isolate(plugins: readonly ListedPlugin[], isolated: boolean, scope: TurnScope): Promise<void>;
  /** Loads a plugin in a claw of its own, with a time limit, and keeps what came of it. One that does not work is switched off. */
  tryOut(plugin: ListedPlugin, scope: TurnScope): Promise<LoadTrial | undefined>;
  /** Newer versions of what is installed; those that are current are left out. Asks registries and git hosts. */
  outdated(plugins: readonly ListedPlugin[], scope: TurnScope): Promise<readonly NewerVersion[]>;
  /** Packages with the keyword `claw-plugin` that fit the words, from the registry of the user's npm configuration. */
  search(words: string, scope: TurnScope): Promise<readonly FoundPackage[]>;
  /**
   * Stages what the project's `claw.lock` wants and the store has not, and says what it has too much. With `frozen` anything that is not exactly
   * what was locked is an error, and the lock is never written. Throws `CLAW_USAGE` where there is no `claw.lock`.
   */
  sync(frozen: boolean, scope: TurnScope): Promise<Readonly<{ staged: readonly StagedPlugin[]; extra: readonly ListedPlugin[] }>>;
  /** The catalogues that were added. */
  marketplaces(scope: PluginScope): Promise<readonly Marketplace[]>;
  /** Adds the catalogue at a git URL, `owner/repo` on GitHub, or in a folder. Throws `CLAW_USAGE`, `CLAW_TOOL_FAILED` or `CLAW_MANIFEST_INVALID`. */
  addMarketplace(source: string, scope: TurnScope): Promise<Marketplace>;
  /** Fetches catalogues anew; all when none is named. */
  updateMarketplaces(names: readonly string[], scope: TurnScope): Promise<readonly Marketplace[]>;
  removeMarketplace(name: string, scope: TurnScope): Promise<void>;
  /** Looks at the stores: files that are not what was installed, folders nobody needs, a broken index. With `repair` these are mended. */
  check(repair: boolean, scope: TurnScope): Promise<readonly StoreFault[]>;
}
/** Provided by `@claw/feature-plugin-store`. */
export const PluginStore: ServiceToken<PluginStore> = defineService<PluginStore>("claw.plugin-store@1");
