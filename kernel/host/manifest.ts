// `package.json` → `"claw"`: what is known of a plugin without running any of its code.
import * as v from "valibot";
import { type HookName, STAGES, type Stage, TYPES } from "../hooks/hooks.ts";

const text = v.optional(v.string());
const flag = v.optional(v.boolean());
const names = v.optional(v.array(v.string()));
const kinds = v.picklist(["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend"]);
const hooks = v.picklist(Object.keys(TYPES) as HookName[]);
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
/** The `claw` field of a plugin's `package.json`. */
export type Manifest = v.InferOutput<typeof ManifestSchema>;
/** A contribution in a manifest. `slash` and `shell` are the doors of a command, `usage` is what follows its name. */
export type Listed = string | v.InferOutput<typeof listed>;
/** A command line option. `value` names its argument, without one it is a flag; `sets` is the config key that it, or a variable in `env`, sets. */
export type Option = v.InferOutput<typeof option>;
