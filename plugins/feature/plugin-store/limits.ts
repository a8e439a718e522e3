// What the parts of the store agree on: limits, names and where a store is. Does nothing.
import { join } from "node:path";
import type { PluginScope, TurnScope } from "claw";
import { Processes, projectRoot, type StoreLevel } from "claw/kit";

/** The plugin's config, parsed. */
export interface Limits {
  readonly trial: boolean;
  readonly trialMs: number;
  readonly bytes: number;
  readonly fetchMs: number;
}
/** Modules that come from claw itself: they are never installed. */
export const PROVIDED = "claw";

/** The folder of a store. */
export function rootOf(level: StoreLevel, { cwd, home }: Pick<PluginScope, "cwd" | "home">): string {
  return level === "user" ? join(home, "plugins") : join(projectRoot(cwd), ".claw", "plugins");
}

/** What a child of the store gets: claw's environment without its secrets, and without what would steer Bun. */
export async function childEnv(scope: TurnScope): Promise<Record<string, string>> {
  const env = (await scope.use(Processes)).environment(scope);
  const steering =
    /^(BUN_OPTIONS|BUN_INSPECT.*|BUN_BE_BUN|BUN_CONFIG_VERBOSE_FETCH|NODE_OPTIONS|LD_PRELOAD|GIT_(DIR|WORK_TREE|INDEX_FILE|EXEC_PATH|TEMPLATE_DIR))$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !steering.test(name)));
}
