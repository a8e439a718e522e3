// The machine as the kernel sees it: settings files, project folders, plugins on disk. The kernel itself touches none of it.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type BootOptions,
  ClawError,
  type Env,
  type Layers,
  type Loadable,
  type Option,
  type Options,
  type Plugin,
  type Setting,
  type SettingSource,
  wrap,
} from "claw";
import { ConfigSchema, invalid, mergeConfig } from "./config.ts";
import { checkManifest } from "./manifest.ts";
import { didYouMean } from "./nearest.ts";

/** What a process was started with. `managed` is the managed settings file; `modules` is what external plugins can import from claw. */
export interface MachineOptions {
  readonly bundled: readonly Loadable[];
  readonly cwd: string;
  readonly home: string;
  readonly env: Env;
  readonly managed: string;
  /** Parses the command line: first with the options of bundled plugins, then, `strict`, with everyone's. */
  parse(known: readonly Option[], strict: boolean): Readonly<{ options: Options; words: readonly string[] }>;
  modules(): Promise<Readonly<Record<string, Record<string, unknown>>>>;
  lost(error: unknown): void;
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
  const early = at.parse(optionsOf(bundled), false).options;
  const cwd = resolve(at.cwd, typeof early["cwd"] === "string" ? early["cwd"] : ".");
  if (!existsSync(cwd)) throw new ClawError("CLAW_USAGE", `--cwd: there is no folder ${cwd}`);
  // What the first pass has read, the second need not.
  const kept = new Map<string, ReturnType<Read>>();
  const once: Read = (path) => kept.get(path) ?? kept.set(path, readSettings(path)).get(path)!;
  const draft = await readLayers(at, once, cwd, early, optionsOf(bundled));
  const { plugins: wanted } = await mergeConfig(draft, locate);
  const plugins = bundled.filter((one) => wanted[one.name] !== false);
  let served: Promise<void> | undefined;
  const load: Loader = async (path) => {
    served ??= at.modules().then(serve);
    await served;
    return importFile(path).catch(misfit);
  };
  for (const [name, slice] of Object.entries(early["bare"] === true ? {} : wanted)) {
    if (slice === false || bundled.some((one) => one.name === name)) continue;
    const origin = draft["plugins"]?.findLast(({ value }) => name in (value as object))?.origin ?? "";
    try {
      plugins.push(discover(name, isAbsolute(origin) ? dirname(origin) : cwd, join(home, "plugins"), load));
    } catch (thrown) {
      const problem = wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED");
      plugins.push({ name, version: "?", source: origin, problem, load: () => Promise.reject(problem) });
    }
  }
  const tried = [early["plugin-dir"] ?? []].flat().map((folder) => discover(resolve(cwd, String(folder)), cwd, home, load));
  plugins.push(...tried);
  const { options, words } = at.parse(optionsOf(plugins), true);
  const read = (folder: string, by: Read = readSettings): Promise<Layers> => readLayers(at, by, folder, options, optionsOf(plugins));
  const layers = await read(cwd, once);
  const folder = async (path: string) => {
    const absolute = resolve(cwd, path);
    return { cwd: absolute, layers: absolute === cwd ? layers : await read(absolute) };
  };
  const warnings = await strangers(layers, plugins);
  const config = await mergeConfig(layers, locate);
  const wrong: BootOptions["wrong"] = (origin, path, issue) => invalid(locate, origin, path, issue);
  return {
    cwd,
    home,
    env,
    options,
    words,
    plugins,
    warnings,
    config,
    layers,
    folder,
    wrong,
    suggest: didYouMean,
    lost: at.lost,
    asked: tried.map((one) => one.name),
  };
}

/** The nearest folder above `cwd` that holds `.git`, else `cwd`. */
export function projectRoot(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}

/**
 * The plugin that `name` means: a path (relative to `from`) of a folder or a single file, or a package in `store`. Its manifest is as it stands
 * there; the kernel checks it. Throws `CLAW_PLUGIN_LOAD_FAILED`.
 */
export function discover(name: string, from: string, store: string, load: Loader = importFile): Loadable {
  const path = /^[.~/\\]|^[A-Za-z]:/.test(name) ? resolve(from, name) : join(store, "node_modules", name);
  const stat = statSync(path, { throwIfNoEntry: false });
  const hint = "Check the name or path that `plugins` or `--plugin-dir` gives.";
  if (stat === undefined) throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${name}: there is nothing at ${path}`, { hint });
  if (stat.isFile()) return { name: basename(path).replace(/\.[cm]?[jt]s$/, ""), version: "0.0.0", source: path, load: () => load(path) };
  const file = join(path, "package.json");
  if (!existsSync(file) && existsSync(join(path, "index.ts")))
    return { name: basename(path), version: "0.0.0", source: path, load: () => load(join(path, "index.ts")) };
  let pack: { name?: string; version?: string; exports?: unknown; main?: string; claw?: unknown };
  try {
    pack = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw wrap(cause, "CLAW_PLUGIN_LOAD_FAILED", { plugin: name, hint: `${file} must be readable JSON.` });
  }
  const entry = join(path, entryOf(pack));
  const common = { name: pack.name ?? basename(path), version: pack.version ?? "0.0.0", source: path, load: () => load(entry) };
  return pack.claw === undefined ? common : { ...common, manifest: checkManifest(pack.claw, common.name, file) };
}

// --- internal ---

const optionsOf = (loadables: readonly Loadable[]): readonly Option[] => loadables.flatMap((one) => one.manifest?.options ?? []);

/** Reads every layer. A file that is absent is no layer; one that cannot be read or parsed is an error that names it. */
async function readLayers(
  { home, managed, env }: MachineOptions,
  read: Read,
  cwd: string,
  options: Options,
  known: readonly Option[],
): Promise<Layers> {
  const layers: Record<string, Setting[]> = {};
  const put = (values: object | undefined, source: SettingSource, origin: string, trusted = true): void => {
    for (const [key, value] of Object.entries(values ?? {})) layers[key] = [...(layers[key] ?? []), { value, source, origin, trusted }];
  };
  const file = async (path: string, source: SettingSource, trusted = true): Promise<void> => put(await read(path), source, path, trusted);
  await file(join(home, "settings.json"), "user");
  const project = join(projectRoot(cwd), ".claw");
  if (options["bare"] !== true && project !== home) {
    await file(join(project, "settings.json"), "project", options["trust"] === true);
    await file(join(project, "settings.local.json"), "local", options["trust"] === true);
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

/** Warnings for settings that nobody owns. */
async function strangers(layers: Layers, plugins: readonly Loadable[]): Promise<string[]> {
  const owned = [...Object.keys(ConfigSchema.entries), ...plugins.flatMap((one) => one.manifest?.settings ?? [])];
  const strange = Object.keys(layers).filter((key) => !owned.includes(key));
  const place = (key: string): Promise<string> => locate(layers[key]?.[0]?.origin ?? "", [key]);
  return Promise.all(strange.map(async (key) => `${await place(key)}: unknown key "${key}". ${didYouMean(key, owned)}`.trim()));
}

type Read = (path: string) => Promise<object | undefined>;
type Loader = (path: string) => Promise<{ readonly default: Plugin }>;
const importFile: Loader = (path) => import(pathToFileURL(path).href);

/** Bun blames the module when an export is missing; the cause is a plugin written for another claw. */
function misfit(thrown: Error): never {
  if (!/not found in module ['"]claw/.test(thrown.message)) throw thrown;
  const hint = "It was written for another version of claw: update the plugin, or claw.";
  throw new ClawError("CLAW_PLUGIN_API_MISMATCH", thrown.message, { hint, cause: thrown });
}

/** The file that `exports` or `main` names. */
function entryOf({ exports, main = "index.ts" }: { readonly exports?: unknown; readonly main?: string }): string {
  if (typeof exports === "string") return exports;
  const root = (exports as Record<string, unknown> | null | undefined)?.["."] ?? exports;
  if (typeof root === "string") return root;
  const conditions = (root ?? {}) as Record<string, unknown>;
  const found = conditions["bun"] ?? conditions["import"] ?? conditions["default"];
  return typeof found === "string" ? found : main;
}

/** Makes `claw` and its companions importable by external plugins. They win over copies on disk. */
function serve(modules: Readonly<Record<string, Record<string, unknown>>>): void {
  Bun.plugin({
    name: "claw",
    setup(build) {
      for (const [name, exports] of Object.entries(modules)) build.module(name, () => ({ exports, loader: "object" }));
    },
  });
}

/** `file:line` of a key in a settings file; what is no file is named as it is. */
async function locate(origin: string, path: readonly string[]): Promise<string> {
  if (!isAbsolute(origin)) return origin;
  const { findNodeAtLocation, parseTree } = await import("jsonc-parser");
  const text = readFileSync(origin, "utf8");
  const tree = parseTree(text);
  const node = tree && (findNodeAtLocation(tree, [...path]) ?? findNodeAtLocation(tree, path.slice(0, -1)));
  return `${origin}:${lineOf(text, node?.offset ?? 0)}`;
}

/** The object in a settings file, or in `text`; `undefined` when there is no such file. Throws `CLAW_CONFIG_UNREADABLE` or `CLAW_CONFIG_INVALID`. */
async function readSettings(path: string, text: string | undefined = readIfThere(path)): Promise<object | undefined> {
  if (text === undefined) return undefined;
  const hint = "Correct the file; it was not changed.";
  let value: unknown;
  try {
    value = Bun.JSONC.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const { parse, printParseErrorCode } = await import("jsonc-parser");
    const errors: import("jsonc-parser").ParseError[] = [];
    parse(text, errors, { allowTrailingComma: true });
    const first = errors[0];
    const what = first === undefined ? String(cause) : printParseErrorCode(first.error);
    throw new ClawError("CLAW_CONFIG_INVALID", `${path}:${lineOf(text, first?.offset ?? 0)}: not valid JSON: ${what}`, { hint });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ClawError("CLAW_CONFIG_INVALID", `${path}:1: settings must be a JSON object`, { hint });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `${path}: cannot be read (${code})`, {
      hint: "Check the file and its permissions.",
      cause,
    });
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
