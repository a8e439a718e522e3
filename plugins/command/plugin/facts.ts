// A plugin as programs read it. Pure.
import type { Json, Listed, PluginStatus } from "claw";
import { asksIsolation, type ListedPlugin } from "claw/kit";
import { kindOf } from "./listed.ts";

/** `status` is how it stands in this process, when it is part of it. */
export function facts(plugin: ListedPlugin, status?: PluginStatus): { readonly [key: string]: Json } {
  const {
    name,
    version,
    description = null,
    sort,
    source,
    resolved,
    integrity,
    level,
    path,
    enabled,
    capabilities,
    brings,
    publisher = null,
  } = plugin;
  const { bytes, files, dependencies, at, trial, engine = null, family = "claw" } = plugin;
  const problem = status?.problem ?? trial?.problem ?? null;
  return {
    ...{ id: name, name, version, description, kind: kindOf(plugin), sort, source, resolved, integrity, level, path, enabled, family, engine },
    ...{ state: enabled ? (status?.state ?? "listed") : "disabled", contributes: contributed(plugin.manifest.contributes), brings: json(brings) },
    ...{ isolated: plugin.isolated ?? asksIsolation(plugin.manifest) },
    ...{ hooks: Object.keys(plugin.manifest.hooks ?? {}), capabilities: json(capabilities), publisher, bytes, files },
    ...{ dependencies: { ...dependencies }, installed_at: new Date(at).toISOString() },
    ...{ load_ms: status?.ms ?? trial?.ms ?? null, tokens: trial?.tokens ?? null, last_error: problem },
  };
}

/** One that is not from a store: bundled, named by settings or by `--plugin-dir`. */
export function otherFacts(status: PluginStatus): { readonly [key: string]: Json } {
  const { name, version, source, manifest, state, ms = null, problem = null } = status;
  const sort = source === "bundled" ? "bundled" : "path";
  return {
    ...{ id: name, name, version, description: null, kind: kindOf(status), sort, source, level: null, path: source === "bundled" ? null : source },
    ...{ enabled: state !== "off", state, contributes: contributed(manifest.contributes), hooks: Object.keys(manifest.hooks ?? {}) },
    ...{ load_ms: ms, tokens: null, last_error: problem },
  };
}

// --- internal ---

function contributed(contributes: ListedPlugin["manifest"]["contributes"] = {}): Json {
  const name = (one: Listed): string => (typeof one === "string" ? one : one.name);
  return Object.fromEntries(Object.entries(contributes).map(([kind, all = []]) => [kind, all.map(name)]));
}

function json(lists: Readonly<Record<string, readonly string[]>> = {}): Json {
  return Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, [...list]]));
}
