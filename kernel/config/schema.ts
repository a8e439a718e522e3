// The kernel's own config. Slices and foreign keys stay `unknown` here; each is parsed by the plugin that owns it.
import * as v from "valibot";

const slice = v.union([v.literal(false), v.record(v.string(), v.unknown())]);
/**
 * `plugins`: package name or path → its slice; `false` switches a bundled one off; key order is tap order within a stage. `limits`: milliseconds
 * for one `setup`, one tap, all of `shutdown`. `version` is that of the settings format.
 */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.string()),
  version: v.optional(v.literal(1), 1),
  provider: v.optional(v.string(), "anthropic"),
  model: v.optional(v.string(), "default"),
  compactor: v.optional(v.string(), "extract"),
  permissionMode: v.optional(v.string(), "workspace-write"),
  frontend: v.optional(v.string(), "cli"),
  store: v.optional(v.string(), "jsonl"),
  renderers: v.optional(v.array(v.string()), ["text"]),
  plugins: v.optional(v.record(v.string(), slice), {}),
  limits: v.optional(v.record(v.picklist(["activateMs", "hookMs", "shutdownMs"]), v.number()), {}),
});
/** What files, environment and flags say, parsed. */
export type Config = v.InferOutput<typeof ConfigSchema>;
