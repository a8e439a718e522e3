// The kernel's own config. Slices and foreign keys stay `unknown` here; each is parsed by the plugin that owns it.
import * as v from "valibot";

/** `plugins`: package name or path → its slice; `false` switches a bundled one off; key order is tap order within a stage. `limits`: milliseconds for one `setup`, one tap, all of `shutdown`. */
export const ConfigSchema = v.strictObject({
  provider: v.optional(v.string(), "anthropic"),
  model: v.optional(v.string(), "default"),
  compactor: v.optional(v.string(), "extract"),
  permissionMode: v.optional(v.string(), "workspace-write"),
  frontend: v.optional(v.string(), "cli"),
  store: v.optional(v.string(), "jsonl"),
  renderers: v.optional(v.array(v.string()), ["text"]),
  plugins: v.optional(v.record(v.string(), v.union([v.literal(false), v.record(v.string(), v.unknown())])), {}),
  limits: v.optional(v.record(v.picklist(["activateMs", "hookMs", "shutdownMs"]), v.number()), {}),
});
/** What files, environment and flags say, parsed. */
export type Config = v.InferOutput<typeof ConfigSchema>;
