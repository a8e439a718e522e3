// `package.json` → `"claw"`: what is known of a plugin without running any of its code.
import * as v from "valibot";
import type { Kind } from "../contracts/contributions.ts";
import { type HookName, STAGES, type Stage, TYPES } from "../hooks/hooks.ts";

const names = v.optional(v.array(v.string()));
const [text, flag] = [v.optional(v.string()), v.optional(v.boolean())];
const ListedSchema = v.strictObject({
  name: v.string(),
  summary: text,
  aliases: names,
  usage: text,
  category: text,
  slash: flag,
  shell: flag,
});
// biome-ignore format: one row
const OptionSchema = v.strictObject({ name: v.string(), short: text, aliases: names, value: text, many: flag, summary: v.string(), sets: text, env: names });
const kinds = [
  "tool",
  "command",
  "provider",
  "compactor",
  "permission-mode",
  "renderer",
  "store",
  "frontend",
] as const satisfies readonly Kind[];

/** What is valid as a manifest. */
export const ManifestSchema = v.strictObject({
  api: v.literal(1),
  contributes: v.optional(v.record(v.picklist(kinds), v.array(v.union([v.string(), ListedSchema])))),
  /** Top-level settings keys that the plugin owns. */
  settings: names,
  options: v.optional(v.array(OptionSchema)),
  /** The hooks it taps, and when. */
  hooks: v.optional(v.record(v.picklist(Object.keys(TYPES) as HookName[]), v.picklist(Object.keys(STAGES) as Stage[]))),
  /** Ids of services. */
  provides: names,
  needs: names,
  /** `start` activates it before the first turn; else when something it lists is first used. */
  activate: v.optional(v.picklist(["start", "use"])),
});
/** The `claw` field of a plugin's `package.json`. */
export type Manifest = v.InferOutput<typeof ManifestSchema>;
/** A contribution in a manifest. `slash` and `shell` are the doors of a command, `usage` is what follows its name. */
export type Listed = string | v.InferOutput<typeof ListedSchema>;
/** A command line option. `value` names its argument, without one it is a flag; `sets` is the config key that it, or a variable in `env`, sets. */
export type Option = v.InferOutput<typeof OptionSchema>;
