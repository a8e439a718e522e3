// The machine as the kernel sees it: settings files, project folders, plugins on disk. The kernel itself touches none of it.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ClawError, type Loadable, type Machine, type Manifest, type Plugin, wrap } from "claw";

/** What the process runs on. `managed` is the managed settings file; `modules` is what external plugins can import from claw. */
export interface MachineOptions {
  readonly home: string;
  readonly managed: string;
  modules(): Promise<Readonly<Record<string, Record<string, unknown>>>>;
}

/** The real machine, for `boot`. */
export function createMachine({ home, managed, modules }: MachineOptions): Machine {
  let served: Promise<void> | undefined;
  const load = async (path: string): Promise<{ readonly default: Plugin }> => {
    served ??= modules().then(serve);
    await served;
    return import(pathToFileURL(path).href);
  };
  return {
    files(cwd) {
      const root = projectRoot(cwd);
      const project = join(root, ".claw");
      const own = [join(project, "settings.json"), join(project, "settings.local.json")] as const;
      return { user: join(home, "settings.json"), ...(project === home ? {} : { project: own[0], local: own[1] }), managed };
    },
    resolve: (cwd, path = ".") => resolve(cwd, path),
    settings: readSettings,
    locate,
    plugin: (name, origin, cwd) => discover(name, isAbsolute(origin) ? dirname(origin) : cwd, join(home, "plugins"), load),
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
  let pack: { name?: string; version?: string; exports?: unknown; main?: string; claw?: Manifest };
  try {
    pack = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw wrap(cause, "CLAW_PLUGIN_LOAD_FAILED", { plugin: name, hint: `${file} must be readable JSON.` });
  }
  const entry = join(path, entryOf(pack));
  const common = { name: pack.name ?? basename(path), version: pack.version ?? "0.0.0", source: path, load: () => load(entry) };
  return pack.claw === undefined ? common : { ...common, manifest: pack.claw };
}

// --- internal ---

type Loader = (path: string) => Promise<{ readonly default: Plugin }>;
const importFile: Loader = (path) => import(pathToFileURL(path).href);

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
