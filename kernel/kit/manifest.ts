// `package.json` → `"claw"`: what is known of a plugin without running any of its code.
import { ClawError, HOOKS, Hosting, Inspecting, type Loadable, type Manifest, STAGES, type Stage } from "claw";
import * as v from "valibot";
import { once } from "./once.ts";

const RIGHTS = ["fs", "net", "exec", "env", "model"] as const;
type Right = (typeof RIGHTS)[number];
/**
 * What a plugin says it wants: files, network, programs, environment variables, requests to the model. `*` is all of a sort; else paths, hosts, names.
 * Shown before it is installed, kept in the lock and compared at each update. Of an isolated plugin they are all that it can do; no limit of one that
 * runs inside claw.
 */
export type Capabilities = Readonly<Partial<Record<Right, readonly string[]>>>;
/**
 * `settings` are top-level keys it owns; `hooks` what it taps, and when; `provides` and `needs` ids of services; `start`: active before the first turn.
 * `capabilities` is `["fs", "net"]`, or `{ "fs": ["read:./**"], "net": ["api.example.com"], "model": true }`. `isolate`: runs in a child of claw inside
 * the sandbox, which lets it do what it declares and no more.
 */
export const manifestSchema = once(() => {
  const text = v.optional(v.string());
  const flag = v.optional(v.boolean());
  const names = v.optional(v.array(v.string()));
  const kinds = v.picklist(["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend"]);
  const listed = v.strictObject({
    ...{ name: v.string(), summary: text, aliases: names, usage: text, category: text },
    ...{ slash: flag, shell: flag, beside: flag },
  });
  const option = v.strictObject({
    ...{ name: v.string(), short: text, aliases: names, value: text, many: flag },
    summary: v.string(),
    sets: text,
    env: names,
  });
  const rights = v.picklist(RIGHTS);
  return v.strictObject({
    api: v.literal(1),
    contributes: v.optional(v.record(kinds, v.array(v.union([v.string(), listed])))),
    settings: names,
    options: v.optional(v.array(option)),
    hooks: v.optional(v.record(v.picklist(HOOKS), v.picklist(Object.keys(STAGES) as Stage[]))),
    provides: names,
    needs: names,
    activate: v.optional(v.picklist(["start", "use"])),
    capabilities: v.optional(v.union([v.array(rights), v.record(rights, v.union([v.boolean(), v.array(v.string())]))])),
    isolate: flag,
  });
});

/** The manifest of a plugin found at `source`. Throws `CLAW_MANIFEST_INVALID` or `CLAW_PLUGIN_API_MISMATCH`. */
export function checkManifest(manifest: unknown, plugin: string, source: string): Manifest {
  const api = (manifest as { api?: unknown } | null)?.api;
  const hint = "Update claw or the plugin.";
  if (typeof api === "number" && api !== 1)
    throw new ClawError("CLAW_PLUGIN_API_MISMATCH", `plugin ${plugin} needs API ${api}; this is 1`, { plugin, hint });
  const parsed = v.safeParse(manifestSchema(), manifest);
  if (parsed.success) return parsed.output as Manifest;
  const issues = parsed.issues.map((issue) => `claw.${v.getDotPath(issue) ?? ""}: ${issue.message}`);
  throw new ClawError("CLAW_MANIFEST_INVALID", `${source}: ${issues.join("; ")}`, { plugin });
}

/** The capabilities that a valid manifest declares, each with what it is for, sorted; `*` for all of its sort. */
export function capabilitiesOf(manifest: unknown): Capabilities {
  const said = (manifest as { capabilities?: Right[] | Partial<Record<Right, boolean | string[]>> } | undefined)?.capabilities ?? [];
  const pairs = Array.isArray(said) ? said.map((one) => [one, true] as const) : Object.entries(said);
  const wanted = pairs.filter(([, what]) => what !== false).map(([one, what]) => [one, Array.isArray(what) ? [...new Set(what)].sort() : ["*"]]);
  return Object.fromEntries(wanted.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

/** Throws `CLAW_PLUGIN_API_MISMATCH` when this version of claw is not in the range that a plugin's `engines.claw` names. */
export function checkEngine(range: unknown, plugin: string, claw: string): void {
  if (range === undefined || (typeof range === "string" && /^$|[\d*]/.test(range) && Bun.semver.satisfies(claw, range))) return;
  const hint = "Update claw or the plugin.";
  throw new ClawError("CLAW_PLUGIN_API_MISMATCH", `plugin ${plugin} is for claw ${String(range)}; this is ${claw}`, { plugin, hint });
}

/**
 * The plugins, each with its problem when a service it needs is provided by none that works (`CLAW_SERVICE_MISSING`), or only by one that waits for it
 * in turn (`CLAW_PLUGIN_CYCLE`).
 */
export function checkNeeds(plugins: readonly Loadable[]): readonly Loadable[] {
  const needsOf = ({ manifest }: Loadable): readonly string[] => manifest?.needs ?? [];
  const all = plugins.filter((plugin) => plugin.problem === undefined);
  const served = settle(all, new Set([Inspecting.id, Hosting.id]));
  const stuck = all.filter((plugin) => needsOf(plugin).some((id) => !served.has(id)));
  if (stuck.length === 0) return plugins;
  return plugins.map((plugin) => {
    if (!stuck.includes(plugin)) return plugin;
    const { name } = plugin;
    const needs = needsOf(plugin).filter((id) => !served.has(id));
    const circular = !lacking(plugin, stuck, served);
    const why = circular ? "which waits for it in turn" : "which no plugin that works provides";
    const code = circular ? "CLAW_PLUGIN_CYCLE" : "CLAW_SERVICE_MISSING";
    const problem = new ClawError(code, `plugin ${name} needs ${needs.join(", ")}, ${why}`, { plugin: name });
    return { ...plugin, problem, load: () => Promise.reject(problem) };
  });
}

// --- internal ---

/** Whether what a plugin needs, or what that needs in turn, is offered by none of `among`. */
function lacking(plugin: Loadable, among: readonly Loadable[], served: ReadonlySet<string>, seen: readonly Loadable[] = []): boolean {
  if (seen.includes(plugin)) return false;
  const unmet = (plugin.manifest?.needs ?? []).filter((id) => !served.has(id));
  return unmet.some((id) => {
    const from = among.find(({ manifest }) => manifest?.provides?.includes(id));
    return from === undefined || lacking(from, among, served, [...seen, plugin]);
  });
}

/** Adds what plugins provide once all they need is there, until nothing more comes. */
function settle(plugins: readonly Loadable[], served: Set<string>): ReadonlySet<string> {
  let waiting = plugins.filter(({ manifest }) => manifest?.provides !== undefined);
  for (let before = -1; before !== served.size; ) {
    before = served.size;
    waiting = waiting.filter(({ manifest }) => {
      if (manifest?.needs?.some((id) => !served.has(id))) return true;
      for (const id of manifest?.provides ?? []) served.add(id);
      return false;
    });
  }
  return served;
}
