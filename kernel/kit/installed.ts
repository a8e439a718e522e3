// The package store as every start sees it: one small file says which plugins are installed. Writing it is feature/plugin-store's affair.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ClawError, type Manifest } from "claw";
import type { Loader } from "./discover.ts";
import type { StoredLoadable } from "./isolate.ts";
import { type Capabilities, checkEngine, checkManifest } from "./manifest.ts";

/** What loading a plugin came to, the last time that it was tried in a process of its own. `tokens` are what its tools take of each request, roughly. */
export type LoadTrial = Readonly<{ ms: number; tokens: number; problem?: string }>;
/** An installed plugin, as the store's index keeps it. Paths are relative: `folder` to the store, `entry` to `folder`. */
export interface StoredPlugin extends Readonly<{ name: string; version: string; description?: string; folder: string; entry: string }> {
  readonly enabled: boolean;
  /** What the user has said with `claw plugin isolate`; absent when its manifest decides. */
  readonly isolated?: boolean;
  /** What was asked for, in the form that `claw plugin add` takes it; and what that came to: a version, a commit, a checksum. */
  readonly source: string;
  readonly resolved: string;
  readonly sort: "npm" | "git" | "tarball" | "folder";
  /** Over the names and bytes of its own files. */
  readonly integrity: string;
  readonly manifest: Manifest;
  readonly capabilities: Capabilities;
  /** What lies in its folders for others to find, by sort: skills, agents, commands, hooks, servers. */
  readonly brings: Readonly<Record<string, readonly string[]>>;
  /** The range of claw's versions that it says it is for. */
  readonly engine?: string;
  /** Of another family than claw's own: it brings folders and files, and has no code that claw runs. */
  readonly family?: "agent-plugin" | "claude";
  readonly publisher?: string;
  readonly bytes: number;
  readonly files: number;
  /** Versions of what was installed with it. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly at: number;
  readonly trial?: LoadTrial;
}
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

/** What this version of claw has written, it has judged already. */
function loadableOf(plugin: StoredPlugin, root: string, load: Loader, claw: string, judged: boolean): StoredLoadable {
  const { name, version, folder, entry, manifest, engine, family, isolated } = plugin;
  const source = join(root, folder);
  const check = async (): Promise<void> => (await import("./package-files.ts")).checkIntegrity(name, source, plugin.integrity);
  const main = async (): ReturnType<Loader> => {
    await check();
    return family === undefined ? load(join(source, entry)) : foreign(plugin, source);
  };
  const common = { name, version, source, load: main, check, foreign: family !== undefined, ...(isolated !== undefined && { isolated }) };
  if (family === undefined && !existsSync(join(source, entry))) {
    const hint = "`claw plugin add` of it again brings them back, `claw plugin remove` takes it off the list.";
    const problem = new ClawError("CLAW_PLUGIN_LOAD_FAILED", `the files of plugin ${name} are gone from ${source}`, { plugin: name, hint });
    return { ...common, problem, load: () => Promise.reject(problem) };
  }
  if (judged) return { ...common, manifest };
  try {
    if (claw !== "") checkEngine(engine, name, claw);
    return { ...common, manifest: checkManifest(manifest, name, source) };
  } catch (thrown) {
    const problem = thrown as ClawError;
    return { ...common, problem, load: () => Promise.reject(problem) };
  }
}

/** What a package of another family brings is found by those who read such folders; what it cannot bring so is offered here. */
async function foreign({ name }: StoredPlugin, source: string): ReturnType<Loader> {
  const { foreignPlugin } = await import("./foreign.ts");
  return { default: foreignPlugin(name, source) };
}
