// Plugins outside the binary: finding one on disk, and importing its unbuilt TypeScript with `claw` from here.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ClawError, type Loadable, wrap } from "claw";
import { foreignLoadable } from "./foreign.ts";
import { importFile, type Loader } from "./loader.ts";
import { checkEngine, checkManifest } from "./manifest.ts";

/**
 * The plugin that `name` means: a path (relative to `from`) of a folder or a single file, or a package in `store`; one of another family too. Runs none of its code.
 * `claw` is the version that it must be for, when it says. Throws `CLAW_PLUGIN_LOAD_FAILED`, `CLAW_MANIFEST_INVALID` or `CLAW_PLUGIN_API_MISMATCH`.
 */
export function discover(name: string, from: string, store: string, load: Loader = importFile, claw?: string): Loadable {
  const path = /^[.~/\\]|^[A-Za-z]:/.test(name) ? resolve(from, name) : join(store, "node_modules", name);
  const stat = statSync(path, { throwIfNoEntry: false });
  const hint = "Check the name or path that `plugins` or `--plugin-dir` gives.";
  if (stat === undefined) throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${name}: there is nothing at ${path}`, { hint });
  if (stat.isFile()) return { name: basename(path).replace(/\.[cm]?[jt]s$/, ""), version: "0.0.0", source: path, load: () => load(path) };
  const file = join(path, "package.json");
  const foreign = existsSync(file) ? undefined : foreignLoadable(path);
  if (foreign !== undefined) return foreign;
  if (!existsSync(file) && existsSync(join(path, "index.ts")))
    return { name: basename(path), version: "0.0.0", source: path, load: () => load(join(path, "index.ts")) };
  let pack: { name?: string; version?: string; exports?: unknown; main?: string; claw?: unknown; engines?: { claw?: unknown } };
  try {
    pack = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw wrap(cause, "CLAW_PLUGIN_LOAD_FAILED", { plugin: name, hint: `${file} must be readable JSON.` });
  }
  const entry = join(path, entryOf(pack));
  if (claw !== undefined) checkEngine(pack.engines?.claw, pack.name ?? name, claw);
  const common = { name: pack.name ?? basename(path), version: pack.version ?? "0.0.0", source: path, load: () => load(entry) };
  if (pack.claw === undefined) return foreignLoadable(path) ?? common;
  return { ...common, manifest: checkManifest(pack.claw, common.name, file) };
}

/** The file that `exports` or `main` of a `package.json` names. */
export function entryOf({ exports, main = "index.ts" }: { readonly exports?: unknown; readonly main?: string }): string {
  if (typeof exports === "string") return exports;
  const root = (exports as Record<string, unknown> | null | undefined)?.["."] ?? exports;
  if (typeof root === "string") return root;
  const conditions = (root ?? {}) as Record<string, unknown>;
  const found = conditions["bun"] ?? conditions["import"] ?? conditions["default"];
  return typeof found === "string" ? found : main;
}
