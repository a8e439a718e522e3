// `package.json` → `"claw"`: what is known of a plugin without running any of its code.
import { ClawError, HOOKS, type Manifest, STAGES, type Stage } from "claw";
import * as v from "valibot";

const text = v.optional(v.string());
const flag = v.optional(v.boolean());
const names = v.optional(v.array(v.string()));
const kinds = v.picklist(["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend"]);
const hooks = v.picklist(HOOKS);
const stages = v.picklist(Object.keys(STAGES) as Stage[]);
const listed = v.strictObject({
  ...{ name: v.string(), summary: text, aliases: names, usage: text, category: text },
  slash: flag,
  shell: flag,
});
const option = v.strictObject({
  ...{ name: v.string(), short: text, aliases: names, value: text, many: flag },
  summary: v.string(),
  sets: text,
  env: names,
});
/** `settings` are top-level keys it owns; `hooks` what it taps, and when; `provides` and `needs` ids of services; `start`: active before the first turn. */
export const ManifestSchema = v.strictObject({
  api: v.literal(1),
  contributes: v.optional(v.record(kinds, v.array(v.union([v.string(), listed])))),
  settings: names,
  options: v.optional(v.array(option)),
  hooks: v.optional(v.record(hooks, stages)),
  provides: names,
  needs: names,
  activate: v.optional(v.picklist(["start", "use"])),
});

/** The manifest of a plugin found at `source`. Throws `CLAW_MANIFEST_INVALID` or `CLAW_PLUGIN_API_MISMATCH`. */
export function checkManifest(manifest: unknown, plugin: string, source: string): Manifest {
  const api = (manifest as { api?: unknown } | null)?.api;
  const hint = "Update claw or the plugin.";
  if (typeof api === "number" && api !== 1)
    throw new ClawError("CLAW_PLUGIN_API_MISMATCH", `plugin ${plugin} needs API ${api}; this is 1`, { plugin, hint });
  const parsed = v.safeParse(ManifestSchema, manifest);
  if (parsed.success) return parsed.output as Manifest;
  const issues = parsed.issues.map((issue) => `claw.${v.getDotPath(issue) ?? ""}: ${issue.message}`);
  throw new ClawError("CLAW_MANIFEST_INVALID", `${source}: ${issues.join("; ")}`, { plugin });
}
