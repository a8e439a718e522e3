// All that `boot` needs to know of the machine and the command line. The kernel itself asks neither.
import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import {
  type BootOptions,
  ClawError,
  type Env,
  type Layers,
  type Loadable,
  type Option,
  type Options,
  type Setting,
  type SettingSource,
  wrap,
} from "claw";
import { CONFIG_KEYS, LIMITS, mergeConfig, type Pass, readSlice } from "./config.ts";
import { VOUCHED } from "./definitions.ts";
import { discover } from "./discover.ts";
import { installedPlugins, STORE_INDEX, sealedStore } from "./installed.ts";
import { type StoredLoadable, withIsolation } from "./isolate.ts";
import { createLoader, type Loader, type Modules } from "./loader.ts";
import { checkNeeds } from "./manifest.ts";
import { checkNames } from "./names.ts";
import { didYouMean } from "./nearest.ts";
import { locate, projectRoot, readSettings } from "./settings.ts";
import { vouchedFor } from "./trust.ts";

/** What a process was started with. `managed` is the managed settings file; `modules` is what external plugins can import from claw. */
export interface MachineOptions {
  readonly bundled: readonly Loadable[];
  readonly cwd: string;
  readonly home: string;
  readonly env: Env;
  readonly managed: string;
  /** claw's own, for plugins that say which they are for. */
  readonly version?: string;
  /** Parses the command line: first with the options of bundled plugins, then, `strict`, with everyone's. */
  parse(known: readonly Option[], strict: boolean): Readonly<{ options: Options; words: readonly string[] }>;
  modules(): Promise<Modules>;
  lost(error: unknown): void;
  /** Settings that cannot be used are passed over with a warning, for commands that say what is wrong; else they are an error. */
  readonly lenient?: boolean;
}

/** `asked` are the plugins that the command line names: these must load. */
export interface Prepared extends BootOptions {
  readonly asked: readonly string[];
}

/**
 * Reads settings, finds the plugins they and the command line name, and gives all that `boot` needs. Throws `CLAW_CONFIG_*`, `CLAW_USAGE`, and
 * `CLAW_PLUGIN_*` for a plugin named on the command line.
 */
export async function prepareBoot(at: MachineOptions): Promise<Prepared> {
  const { bundled, home, env } = at;
  const bundledOptions = optionsOf(bundled);
  const early = at.parse(bundledOptions, false).options;
  const cwd = resolve(at.cwd, typeof early["cwd"] === "string" ? early["cwd"] : ".");
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) throw new ClawError("CLAW_USAGE", `--cwd: there is no folder ${cwd}`);
  const passed: string[] = [];
  const pass = at.lenient === true ? ({ message }: ClawError): void => void passed.push(...message.split("\n")) : undefined;
  // What the first pass has read, the second need not.
  const kept = new Map<string, ReturnType<Read>>();
  const once: Read = (path) => kept.get(path) ?? kept.set(path, readSettings(path)).get(path)!;
  const judged = new Map<string, boolean>();
  const vouches = (folder: string): boolean => judged.get(folder) ?? judged.set(folder, vouchedFor(folder, home, env)).get(folder)!;
  const where = { home, env, managed: at.managed, vouches };
  const draft = await readLayers(where, once, cwd, early, bundledOptions, pass);
  const { plugins: wanted } = await mergeConfig(draft, locate, pass, []);
  const found: StoredLoadable[] = bundled.filter((one) => wanted[one.name] !== false);
  const load = createLoader(at.modules);
  found.push(...fromStores(at, cwd, early, load).filter((one) => wanted[one.name] !== false));
  for (const [name, slice] of Object.entries(early["bare"] === true ? {} : wanted)) {
    if (slice === false || found.some((one) => one.name === name)) continue;
    const origin = draft["plugins"]?.findLast(({ trusted, value }) => trusted && name in (value as object))?.origin ?? "";
    try {
      put(found, { ...discover(name, isAbsolute(origin) ? dirname(origin) : cwd, join(home, "plugins"), load, at.version), asked: name });
    } catch (thrown) {
      const problem = wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED");
      found.push({ name, version: "?", source: origin, problem, load: () => Promise.reject(problem) });
    }
  }
  for (const [name, origin] of unvouched(draft)) {
    if (found.some((one) => one.name === name)) continue;
    found.push(untrusted(name, origin));
  }
  const tried = [early["plugin-dir"] ?? []].flat().map((folder) => discover(resolve(cwd, String(folder)), cwd, home, load, at.version));
  for (const one of tried) put(found, one);
  const { plugins, warnings: refused } = withIsolation(found, draft["plugins"] ?? []);
  const known = optionsOf(plugins);
  const parsed = at.parse(known, true);
  const { words } = parsed;
  const options = vouches(cwd) ? { ...parsed.options, [VOUCHED]: [cwd] } : parsed.options;
  const read = (folder: string, by: Read = readSettings): Promise<Layers> => readLayers(where, by, folder, options, known, pass);
  const layers = await read(cwd, once);
  const folder = async (path: string) => {
    const absolute = resolve(cwd, path);
    return { cwd: absolute, layers: absolute === cwd ? layers : await read(absolute) };
  };
  const strange = await strangers(layers, plugins);
  // Of what type a key is, the plugin in force says: another may have taken the place of the bundled one.
  const owned = plugins.flatMap((one) => (one.source === undefined ? (one.manifest?.settings ?? []) : []));
  // The bundled ones have all they need of one another.
  const whole = plugins.length === bundled.length && plugins.every((one, at) => one === bundled[at]);
  const config = await checkNames(await mergeConfig(layers, locate, pass, owned), layers, plugins, pass);
  return {
    cwd,
    home,
    env,
    options,
    words,
    plugins: whole ? plugins : checkNeeds(plugins),
    warnings: [...new Set(passed), ...strange, ...refused],
    config,
    layers,
    folder,
    slice: (plugin, schema) => readSlice(layers, plugin, schema, locate),
    suggest: (word, words) => didYouMean(word, words) || `Known: ${words.join(", ")}.`,
    lost: at.lost,
    asked: tried.map((one) => one.name),
  };
}

// --- internal ---

const optionsOf = (loadables: readonly Loadable[]): readonly Option[] => loadables.flatMap((one) => one.manifest?.options ?? []);

/** What is installed: the project's, where the user agreed to exactly that or says --trust, before the user's. A name that a bundled plugin has stays that one's. */
function fromStores({ bundled, home, version = "" }: MachineOptions, cwd: string, early: Options, load: Loader): readonly StoredLoadable[] {
  if (early["bare"] === true) return [];
  const project = join(projectRoot(cwd), ".claw");
  const own = installedPlugins(join(home, "plugins"), load, version);
  if (project === home || !existsSync(join(project, "plugins", STORE_INDEX)))
    return own.filter(({ name }) => !bundled.some((one) => one.name === name));
  const trusted = early["trust"] === true || sealedStore(home, join(project, "plugins"));
  const theirs = installedPlugins(join(project, "plugins"), load, version).map((one) =>
    trusted ? one : untrusted(one.name, join(project, "plugins"), one),
  );
  const first = trusted ? [...theirs, ...own] : [...own, ...theirs];
  const named = new Map(first.toReversed().map((one) => [one.name, one]));
  return first.filter((one) => named.get(one.name) === one && !bundled.some(({ name }) => name === one.name));
}

/** Adds a plugin in the place of the one of its name that was found before it: what is named here and now is meant, not what is installed. */
function put(plugins: StoredLoadable[], one: StoredLoadable): void {
  const at = plugins.findIndex(({ name, source }) => name === one.name && source !== undefined);
  plugins.splice(at === -1 ? plugins.length : at, 1, one);
}

/** A plugin that a folder names which nobody has trusted. */
function untrusted(name: string, origin: string, { version, source }: Pick<Loadable, "version" | "source"> = { version: "?" }): Loadable {
  const hint = "Look at what it is, then run with --trust, or name it in your own settings.";
  const problem = new ClawError("CLAW_PLUGIN_UNTRUSTED", `plugin ${name} is named by ${origin}, and nobody has trusted this folder`, { hint });
  return { name, version, source: source ?? origin, problem, load: () => Promise.reject(problem) };
}

/** Keys of Claude Code's settings that are read as ours. */
const COMPATIBLE = ["permissions", "env", "hooks"];

/** Reads every layer. A file that is absent is no layer; one that cannot be read or parsed is an error that names it. */
async function readLayers(
  { home, managed, env, vouches }: Pick<MachineOptions, "home" | "managed" | "env"> & { vouches(folder: string): boolean },
  read: Read,
  cwd: string,
  options: Options,
  known: readonly Option[],
  pass?: Pass,
): Promise<Layers> {
  const layers: Record<string, Setting[]> = {};
  const put = (values: object | undefined, source: SettingSource, origin: string, trusted = true): void => {
    for (const [key, value] of Object.entries(values ?? {})) layers[key] = [...(layers[key] ?? []), { value, source, origin, trusted }];
  };
  // What nobody has trusted has no say, broken or not; `claw doctor` is for the rest.
  const broken = (error: ClawError): undefined => {
    if (pass === undefined) throw error;
    pass(error);
  };
  const file = async (path: string, source: SettingSource, trusted = true): Promise<void> =>
    put(await read(path).catch((error: ClawError) => (trusted ? broken(error) : undefined)), source, path, trusted);
  // Claude Code's files stand below ours of the same level, and only with what means the same here; what it would pass over counts for nothing.
  const theirs = async (folder: string | undefined, name: string, source: SettingSource, trusted = true): Promise<void> => {
    if (folder === undefined || options["bare"] === true) return;
    const path = join(folder, ".claude", name);
    const values = await read(path).catch(() => undefined);
    if (values === undefined) return;
    const meant = Object.entries(values).filter(([key, value]) => COMPATIBLE.includes(key) && typeof value === "object");
    put(Object.fromEntries(meant), source, path, trusted);
  };
  const user = env["HOME"] ?? env["USERPROFILE"];
  await theirs(user, "settings.json", "user");
  await file(join(home, "settings.json"), "user");
  const root = projectRoot(cwd);
  const project = join(root, ".claw");
  if (options["bare"] !== true && project !== home) {
    const trusted = options["trust"] === true || vouches(cwd);
    for (const [name, source] of [
      ["settings.json", "project"],
      ["settings.local.json", "local"],
    ] as const) {
      if (root !== user) await theirs(root, name, source, trusted);
      await file(join(project, name), source, trusted);
    }
  }
  for (const { sets, env: names } of known) {
    const variable = names?.find((name) => (env[name] ?? "") !== "");
    if (sets !== undefined && variable !== undefined) put({ [sets]: env[variable] }, "environment", variable);
  }
  const given = options["settings"];
  if (typeof given === "string" && given.trimStart().startsWith("{")) put(await readSettings("--settings", given), "flag", "--settings");
  else if (typeof given === "string") {
    const path = resolve(cwd, given);
    if (!existsSync(path)) throw new ClawError("CLAW_CONFIG_UNREADABLE", `--settings: there is no file ${path}`);
    await file(path, "flag");
  }
  for (const { sets, name } of known) if (sets !== undefined && options[name] !== undefined) put({ [sets]: options[name] }, "flag", `--${name}`);
  await file(managed, "managed");
  return layers;
}

/** Plugins that a layer nobody trusts wants, with its file. */
function unvouched(layers: Layers): readonly (readonly [string, string])[] {
  const named = (layers["plugins"] ?? []).filter(({ trusted, value }) => !trusted && typeof value === "object" && value !== null);
  return named.flatMap(({ value, origin }) =>
    Object.entries(value as object).flatMap(([name, slice]) => (slice === false ? [] : [[name, origin] as const])),
  );
}

/** Warnings for settings that nobody owns. */
async function strangers(layers: Layers, plugins: readonly Loadable[]): Promise<string[]> {
  const owned = [...CONFIG_KEYS, ...plugins.flatMap((one) => one.manifest?.settings ?? [])];
  const strange = Object.keys(layers).filter((key) => !owned.includes(key));
  const warn = async (origin: string, path: readonly string[], known: readonly string[]): Promise<string> =>
    `${await locate(origin, path)}: unknown key "${path.join(".")}". ${didYouMean(path.at(-1) ?? "", known)}`.trim();
  const nested = (layers["limits"] ?? []).flatMap(({ value, origin }) =>
    Object.keys(Object(value)).flatMap((key) => ((LIMITS as readonly string[]).includes(key) ? [] : warn(origin, ["limits", key], LIMITS))),
  );
  return Promise.all([...strange.map((key) => warn(layers[key]?.[0]?.origin ?? "", [key], owned)), ...nested]);
}

type Read = (path: string) => Promise<object | undefined>;
