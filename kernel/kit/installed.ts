// The package store as every start sees it: one small file says which plugins are installed. Writing it is feature/plugin-store's affair.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ClawError } from "claw";
import type { StoredLoadable } from "./isolate.ts";
import type { Loader } from "./loader.ts";
import { loadableOf, type StoredPlugin } from "./stored-loadable.ts";

/** The store's index. `claw` is the version that wrote it. */
export interface StoreIndex extends Readonly<{ version: 1; claw: string; plugins: readonly StoredPlugin[] }> {}

/** The name of the index in a store. */
export const STORE_INDEX = "index.json";

/** The index of the store at `root`; an empty one when there is none. Throws `CLAW_CONFIG_INVALID` or `CLAW_CONFIG_UNREADABLE`. */
export function readStoreIndex(root: string): StoreIndex {
  const path = join(root, STORE_INDEX);
  const hint = "`claw plugin doctor --repair` makes it anew from what is installed.";
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { version: 1, claw: "", plugins: [] };
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `${path} cannot be read (${code})`, { hint: "Check the file and its permissions.", cause });
  }
  try {
    const index = JSON.parse(text) as StoreIndex;
    if (index.version !== 1) throw new Error(`its version is ${index.version}`);
    const bad = index.plugins.find((one) => typeof one.name !== "string" || !contained(one.folder) || !contained(one.entry));
    if (bad !== undefined) throw new Error(`the entry of ${JSON.stringify(bad.name)} is none`);
    return index;
  } catch (cause) {
    throw new ClawError("CLAW_CONFIG_INVALID", `${path} is not an index of plugins: ${(cause as Error).message}`, { hint, cause });
  }
}

/**
 * The plugins of the store at `root` that are on, each with its problem when it is not for this version of `claw` (which may be unknown, `""`). Reads the index and looks whether each is there, runs none
 * of their code. A broken index is one plugin with a problem: claw starts all the same.
 */
export function installedPlugins(root: string, load: Loader, claw: string): readonly StoredLoadable[] {
  let index: StoreIndex;
  try {
    index = readStoreIndex(root);
  } catch (thrown) {
    const problem = thrown as ClawError;
    return [{ name: join(root, STORE_INDEX), version: "?", source: root, problem, load: () => Promise.reject(problem) }];
  }
  const judged = index.claw === claw;
  return index.plugins.flatMap((plugin) => (plugin.enabled ? [loadableOf(plugin, root, load, claw, judged)] : []));
}

/**
 * Whether the user of `home` has agreed, on this machine, to exactly what the project's store at `root` says it holds: `claw plugin` notes that when it
 * changes one. What comes with a project's own files is therefore never vouched for by being there.
 */
export function sealedStore(home: string, root: string): boolean {
  try {
    const seals = JSON.parse(readFileSync(join(home, "plugins", STORE_SEALS), "utf8")) as Readonly<Record<string, unknown>>;
    return Object.hasOwn(seals, root) && seals[root] === sealOf(root);
  } catch {
    return false;
  }
}

/** What stands for the content of a store's index. */
export function sealOf(root: string): string {
  return new Bun.CryptoHasher("sha512").update(readFileSync(join(root, STORE_INDEX))).digest("base64");
}

/** The name of the file with the seals, in the user's store. */
export const STORE_SEALS = "projects.json";

// --- internal ---

/** Whether a relative path leads nowhere but down. */
function contained(path: unknown): boolean {
  return typeof path === "string" && path !== "" && !/^[\\/]|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)/.test(path);
}
