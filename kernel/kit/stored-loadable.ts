// A plugin that is installed as something to load. Apart from installed.ts, which every start reads.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ClawError, type Manifest } from "claw";
import type { StoredLoadable } from "./isolate.ts";
import type { Loader } from "./loader.ts";
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

/** What this version of claw has written, it has judged already. */
export function loadableOf(plugin: StoredPlugin, root: string, load: Loader, claw: string, judged: boolean): StoredLoadable {
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

// --- internal ---

/** What a package of another family brings is found by those who read such folders; what it cannot bring so is offered here. */
async function foreign({ name }: StoredPlugin, source: string): ReturnType<Loader> {
  const { foreignPlugin } = await import("./foreign.ts");
  return { default: foreignPlugin(name, source) };
}
