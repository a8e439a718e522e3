// `package.json` → `"claw"`: what is known of a plugin without running any of its code.
import * as v from "valibot";

const Stage = v.picklist(["first", "early", "normal", "late", "last"]);
const Names = v.optional(v.array(v.string()));
/** What is known of a contribution without loading it. `slash` and `shell` are the doors of a command; `usage` is what follows its name. */
const Listed = v.union([
  v.string(),
  v.strictObject({
    name: v.string(),
    summary: v.optional(v.string()),
    aliases: Names,
    usage: v.optional(v.string()),
    category: v.optional(v.string()),
    slash: v.optional(v.boolean()),
    shell: v.optional(v.boolean()),
  }),
]);
/** A command line option. `value` names its argument, without one it is a flag; `sets` is the kernel config key it, or a variable in `env`, sets. */
const Option = v.strictObject({
  name: v.string(),
  short: v.optional(v.string()),
  aliases: Names,
  value: v.optional(v.string()),
  many: v.optional(v.boolean()),
  summary: v.string(),
  sets: v.optional(v.string()),
  env: Names,
});
const Lists = v.optional(v.array(Listed));
const At = v.optional(Stage);
/** `settings` are top-level settings keys that the plugin owns; `hooks` the hooks it taps, with their stage; `start` activates it before the first turn. */
export const ManifestSchema = v.strictObject({
  api: v.literal(1),
  contributes: v.optional(
    v.strictObject({
      tool: Lists,
      command: Lists,
      provider: Lists,
      compactor: Lists,
      "permission-mode": Lists,
      renderer: Lists,
      store: Lists,
      frontend: Lists,
    }),
  ),
  settings: Names,
  options: v.optional(v.array(Option)),
  hooks: v.optional(
    v.strictObject({
      route: At,
      draft: At,
      request: At,
      part: At,
      callInput: At,
      permit: At,
      runner: At,
      callResult: At,
      next: At,
      recover: At,
      shutdown: At,
    }),
  ),
  provides: Names,
  needs: Names,
  activate: v.optional(v.picklist(["start", "use"])),
});
/** The `claw` field of a plugin's `package.json`. */
export type Manifest = v.InferOutput<typeof ManifestSchema>;
/** A contribution as manifests list it. */
export type Listed = v.InferOutput<typeof Listed>;
/** A command line option as manifests declare it. */
export type Option = v.InferOutput<typeof Option>;
