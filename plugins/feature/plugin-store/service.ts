// The service as others use it: lists, changes and looks after the stores. Fetching and judging a package is stage.ts.
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ClawError, type PluginScope, type TurnScope } from "claw";
import { asksIsolation, type ListedPlugin, type PluginStore, projectRoot, readStoreIndex, type StoredPlugin, type StoreLevel } from "claw/kit";
import pack from "claw/package.json" with { type: "json" };
import { lockPath, readPins, writePins } from "./claw-lock.ts";
import { changeIndex, prepare, seal } from "./index-file.ts";
import { type Limits, rootOf } from "./limits.ts";
import { addMarketplace, marketplaces, removeMarketplace, resolveSource, updateMarketplaces } from "./markets.ts";
import { search } from "./registry.ts";
import { full, type Staging, stage } from "./stage.ts";

export function service(limits: Limits): PluginStore {
  const claw = pack.version;
  const list = async (scope: PluginScope): Promise<readonly ListedPlugin[]> => LEVELS.flatMap((level) => listed(level, scope));
  const change = async (
    level: StoreLevel,
    scope: TurnScope,
    edit: (plugins: readonly StoredPlugin[]) => Promise<readonly StoredPlugin[]>,
    agreed = true,
  ) => {
    const root = rootOf(level, scope);
    const user = rootOf("user", scope);
    // Read before anything is changed: a broken lock stops it.
    const pins = level === "project" && existsSync(lockPath(scope)) ? readPins(lockPath(scope)) : {};
    const also = async (next: readonly StoredPlugin[], before: readonly StoredPlugin[], sealed: boolean): Promise<void> => {
      if (level === "user") return;
      const here = new Set([...before, ...next].map(({ name }) => name));
      await writePins(root, next, Object.fromEntries(Object.entries(pins).filter(([name]) => !here.has(name))));
      if (sealed && agreed) await seal(root, user, scope.signal);
    };
    await changeIndex({ root, claw, home: scope.home }, scope.signal, edit, also).catch((thrown) => {
      throw full(thrown);
    });
  };
  const each = async (plugins: readonly ListedPlugin[], scope: TurnScope, edit: (plugin: StoredPlugin) => readonly StoredPlugin[]) => {
    for (const level of LEVELS) {
      const names = plugins.filter((one) => one.level === level).map(({ name }) => name);
      if (names.length > 0) await change(level, scope, async (all) => all.flatMap((one) => (names.includes(one.name) ? edit(one) : [one])));
    }
  };
  return {
    list,
    async stage(word, level, scope) {
      const source = await resolveSource(word, scope.cwd, level === "project" ? projectRoot(scope.cwd) : undefined, scope);
      return stage({ source, level, claw, limits, installed: await list(scope) }, scope);
    },
    async install(staged, scope, agreed = true) {
      for (const level of LEVELS) {
        const own = staged.filter((one): one is Staging => one.level === level);
        if (own.length > 0) await change(level, scope, (all) => settle(all, own, rootOf(level, scope), level), agreed);
      }
      const names = staged.map(({ plugin }) => plugin.folder);
      return (await list(scope)).filter(({ folder }) => names.includes(folder));
    },
    remove: (plugins, scope) => each(plugins, scope, () => []),
    enable: (plugins, enabled, scope) => each(plugins, scope, (one) => [{ ...one, enabled }]),
    isolate: (plugins, isolated, scope) => each(plugins, scope, (one) => [{ ...one, isolated }]),
    async tryOut(plugin, scope) {
      if (!limits.trial || plugin.family !== undefined || !plugin.enabled) return undefined;
      const trial = await (await import("./trial.ts")).tryLoading(plugin, limits, scope);
      await each([plugin], scope, (one) =>
        one.folder === plugin.folder ? [{ ...one, trial, enabled: one.enabled && trial.problem === undefined }] : [one],
      );
      return trial;
    },
    outdated: async (plugins, scope) => (await import("./newer.ts")).newer(plugins, limits, scope),
    search,
    marketplaces,
    addMarketplace,
    updateMarketplaces,
    removeMarketplace,
    sync: async (frozen, scope) => (await import("./sync.ts")).sync(frozen, { claw, limits, installed: await list(scope) }, scope),
    check: async (repair, scope) => (await import("./check.ts")).check(repair, claw, limits, scope),
  };
}

// --- internal ---

const LEVELS: readonly StoreLevel[] = ["project", "user"];

/** The project's own store is not there where the project's folder is the home. */
function listed(level: StoreLevel, scope: PluginScope): readonly ListedPlugin[] {
  const root = rootOf(level, scope);
  if (level === "project" && root === rootOf("user", scope)) return [];
  return readStoreIndex(root).plugins.map((plugin) => ({ ...plugin, level, root, path: join(root, plugin.folder) }));
}

/** Moves packages to their places, then gives the list with them. What fails leaves nothing behind. */
async function settle(
  plugins: readonly StoredPlugin[],
  staged: readonly Staging[],
  root: string,
  level: StoreLevel,
): Promise<readonly StoredPlugin[]> {
  await prepare(root, level);
  const moved: string[] = [];
  try {
    for (const { plugin, work } of staged) {
      const to = join(root, plugin.folder.split("/").slice(0, 2).join("/"));
      await rename(work, to);
      moved.push(to);
    }
  } catch (cause) {
    for (const path of moved) await rm(path, { recursive: true, force: true });
    throw new ClawError("CLAW_STORE_FAILED", `the store could not be written: ${(cause as Error).message}`, { hint: "Nothing was changed.", cause });
  }
  const fresh = staged.map(({ plugin }) => {
    const before = plugins.find(({ name }) => name === plugin.name);
    if (before === undefined) return plugin;
    // A version that no longer asks for it stays isolated: only the user takes that back.
    const isolated = before.isolated ?? (asksIsolation(before.manifest) && !asksIsolation(plugin.manifest) ? true : undefined);
    return { ...plugin, enabled: before.enabled, ...(isolated !== undefined && { isolated }) };
  });
  return [...plugins.filter(({ name }) => !fresh.some((one) => one.name === name)), ...fresh];
}
