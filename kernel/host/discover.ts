// Finding plugins outside the binary: only those that config or the command line names. Nothing is scanned, no code is run.
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import type { Loadable, Plugin } from "../contracts/plugin.ts";
import { ClawError, wrap } from "../errors.ts";
import { type Manifest, ManifestSchema } from "./manifest.ts";

/** Modules that external plugins import from the binary, by name. */
export type Modules = Readonly<Record<string, Record<string, unknown>>>;

/**
 * The plugin that `name` means: a path (relative to `from`) of a folder or a single file, or a package in `store`.
 * Throws `CLAW_PLUGIN_LOAD_FAILED` or `CLAW_MANIFEST_INVALID`.
 */
export function discover(name: string, from: string, store: string): Loadable {
  const path = /^[.~/\\]|^[A-Za-z]:/.test(name) || isAbsolute(name) ? resolve(from, name) : join(store, "node_modules", name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${name}: nothing at ${path}`, { hint: "Check the name or path in `plugins`." });
  if (stat.isFile()) return { name: basename(path).replace(/\.[cm]?[jt]s$/, ""), version: "0.0.0", source: path, load: () => load(path) };
  let pack: { name?: string; version?: string; exports?: unknown; main?: string; claw?: unknown };
  try {
    pack = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  } catch (cause) {
    throw wrap(cause, "CLAW_PLUGIN_LOAD_FAILED", { plugin: name, hint: `${join(path, "package.json")} must be readable JSON.` });
  }
  const entry = join(path, typeof pack.exports === "string" ? pack.exports : (pack.main ?? "index.ts"));
  const title = pack.name ?? basename(path);
  const common = { name: title, version: pack.version ?? "0.0.0", source: path, load: () => load(entry) };
  return pack.claw === undefined ? common : { ...common, manifest: manifestOf(pack.claw, join(path, "package.json"), title) };
}

/** Makes `claw` and its companions importable by external plugins. They win over copies on disk. Call once, before the first `load`. */
export function serve(modules: Modules): void {
  Bun.plugin({
    name: "claw",
    setup(build) {
      for (const [name, exports] of Object.entries(modules)) build.module(name, () => ({ exports, loader: "object" }));
    },
  });
}

/** Where `discover` starts from for a setting that stands in `origin`. */
export function folderOf(origin: string, cwd: string): string {
  return isAbsolute(origin) ? dirname(origin) : cwd;
}

// --- internal ---

function manifestOf(claw: unknown, file: string, plugin: string): Manifest {
  const api = (claw as { api?: unknown } | null)?.api;
  if (typeof api === "number" && api !== 1) {
    throw new ClawError("CLAW_PLUGIN_API_MISMATCH", `plugin ${plugin} is written for API ${api}; this claw has API 1`, {
      plugin,
      hint: "Update claw or the plugin.",
    });
  }
  const parsed = v.safeParse(ManifestSchema, claw);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `claw.${v.getDotPath(issue) ?? ""}: ${issue.message}`);
  throw new ClawError("CLAW_MANIFEST_INVALID", `${file}: ${problems.join("; ")}`, { plugin });
}

async function load(path: string): Promise<{ readonly default: Plugin }> {
  return import(pathToFileURL(path).href);
}
