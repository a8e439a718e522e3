// The plugin author's service: a plugin made, tried, checked, tested and packed; and the pages that tell how. Provided by feature/plugin-author.
import { type CommandOutcome, defineService, type PluginContext, type ServiceToken, type TurnScope } from "claw";

/** What `run` understands as its first word: the half of `claw plugin` that is for authors. */
export const AUTHOR_WORDS = ["new", "dev", "check", "test", "pack", "publish"] as const;

export interface PluginAuthor {
  /** Does what `claw plugin WORD …` says; the first of `words` is one of `AUTHOR_WORDS`. Throws `CLAW_USAGE`. */
  run(words: readonly string[], scope: TurnScope): Promise<CommandOutcome>;
  /** The documentation, Markdown by path: `tool.md`, `api.md`, `errors.md`, `tool/bash.md`, … */
  pages(): Promise<Readonly<Record<string, string>>>;
  /** Runs the plugin of a folder as the plugin whose context is given, and again whenever a file of it is saved. For `claw plugin dev`. */
  host(folder: string, ctx: PluginContext<Readonly<Record<string, unknown>>>): Promise<void>;
}
/** Provided by `@claw/feature-plugin-author`. */
export const PluginAuthor: ServiceToken<PluginAuthor> = defineService<PluginAuthor>("claw.plugin-author@1");

/**
 * State that outlives a reload under `claw plugin dev`: what `make` gave the first time under `key`. Anywhere else, simply what `make` gives. For
 * `setup`: `const counts = handover(ctx, "counts", () => new Map<string, number>())`.
 */
export function handover<T>(ctx: object, key: string, make: () => T): T {
  const kept = (ctx as { [HANDOVER]?: Map<string, unknown> })[HANDOVER];
  if (kept === undefined) return make();
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key) as T;
}
/** Where `handover` finds what was kept, on a context that `PluginAuthor.host` made. */
export const HANDOVER: unique symbol = Symbol.for("claw.handover");
