// Looking after the stores: files that are not what was installed, folders nobody needs, a broken index.
import { existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { PluginScope, TurnScope } from "claw";
import { packageFiles, packageHash, readStoreIndex, STORE_INDEX, type StoredPlugin, type StoreFault, type StoreLevel } from "claw/kit";
import { changeIndex, PACKAGES, strays } from "./index-file.ts";
import { inspect } from "./inspect.ts";
import { type Limits, rootOf } from "./limits.ts";

export async function check(repair: boolean, claw: string, limits: Limits, scope: TurnScope): Promise<readonly StoreFault[]> {
  const faults: StoreFault[] = [];
  for (const level of ["user", "project"] as const) {
    const root = rootOf(level, scope);
    if (!existsSync(root) || (level === "project" && root === rootOf("user", scope))) continue;
    let plugins: readonly StoredPlugin[];
    try {
      ({ plugins } = readStoreIndex(root));
    } catch (error) {
      faults.push({ level, what: (error as Error).message, mended: repair });
      if (!repair) continue;
      plugins = await rebuild(root, claw, limits, scope);
    }
    for (const plugin of plugins) faults.push(...(await faultsOf(plugin, root, level, limits)));
    for (const path of await strays(root, plugins)) {
      if (repair) await rm(path, { recursive: true, force: true });
      faults.push({ level, what: `nobody needs ${path}`, mended: repair });
    }
  }
  return faults;
}

// --- internal ---

async function faultsOf({ name, folder, integrity }: StoredPlugin, root: string, level: StoreLevel, limits: Limits): Promise<readonly StoreFault[]> {
  const path = join(root, folder);
  const fault = (what: string): readonly StoreFault[] => [
    { level, what: `${name}: ${what}; \`claw plugin add\` of it again mends that`, mended: false },
  ];
  if (!existsSync(path)) return fault("its files are gone");
  try {
    const own = await packageFiles(path, limits.bytes, ["node_modules"]);
    return (await packageHash(path, own)) === integrity ? [] : fault("its files are not those that were installed");
  } catch (error) {
    return fault((error as Error).message);
  }
}

/** An index from what lies in the store. The broken one is kept beside it; all is off until somebody has looked at it. */
async function rebuild(root: string, claw: string, limits: Limits, scope: TurnScope & PluginScope): Promise<readonly StoredPlugin[]> {
  await rename(join(root, STORE_INDEX), join(root, `${STORE_INDEX}.broken`));
  const found: StoredPlugin[] = [];
  for (const top of await readdir(join(root, PACKAGES)).catch(() => [])) {
    const modules = join(root, PACKAGES, top, "node_modules");
    const wanted = top.slice(0, top.lastIndexOf("@")).replace("+", "/");
    for (const name of [wanted, `@${wanted}`]) {
      const path = join(modules, name);
      const read = existsSync(path) ? await inspect(path, name, claw).catch(() => undefined) : undefined;
      if (read === undefined) continue;
      const { wants: _, ...rest } = read;
      const own = await packageFiles(path, limits.bytes, ["node_modules"]);
      const origin = { source: name, sort: "npm", resolved: read.version, integrity: await packageHash(path, own) } as const;
      const size = { bytes: own.bytes, files: own.files.length, dependencies: {}, at: Date.now() };
      const one = { ...rest, ...origin, ...size, folder: `${PACKAGES}/${top}/node_modules/${name}`, enabled: false };
      if (!found.some((other) => other.name === one.name)) found.push(one);
    }
  }
  await changeIndex({ root, claw, home: scope.home }, scope.signal, async () => found);
  return found;
}
