// The kernel's own config, merged from layers and checked. Reading the files is `machine.ts`; other keys belong to plugins.
import { ClawError, type Config, type Layers } from "claw";
import * as v from "valibot";

/** What `limits` knows. Others in it are warned of, as unknown keys are everywhere. */
export const LIMITS = ["activateMs", "hookMs", "shutdownMs"] as const;
const name = (preset: string) => v.optional(v.string(), preset);
/** `plugins`: name or path → slice, `false` for off; key order is tap order within a stage, after the bundled. `limits`: ms for one `setup`, one tap, all of `shutdown`. */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.string()),
  version: v.optional(v.literal(1), 1),
  provider: name("auto"),
  model: name("default"),
  compactor: name("summary"),
  permissionMode: name("workspace-write"),
  frontend: name("cli"),
  store: name("jsonl"),
  renderers: v.optional(v.array(v.string()), ["text"]),
  plugins: v.optional(v.record(v.string(), v.union([v.literal(false), v.record(v.string(), v.unknown())])), {}),
  limits: v.optional(v.looseObject(Object.fromEntries(LIMITS.map((key) => [key, v.optional(v.number())]))), {}),
});
/** Hears of settings that are passed over. */
export type Pass = (error: ClawError) => void;
/** Names the place of a key: `file:line`. */
export type Locate = (origin: string, path: readonly string[]) => Promise<string>;

/**
 * Merges the kernel's keys; untrusted layers have no say. Throws `CLAW_CONFIG_INVALID` with every problem, each with file, line and key; with
 * `pass` these are told to it instead, and the values they are in are passed over.
 */
export async function mergeConfig(layers: Layers, locate: Locate, pass?: Pass): Promise<Config> {
  const merged: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, schema] of Object.entries(ConfigSchema.entries)) {
    for (const { value, origin, trusted } of layers[key] ?? []) {
      if (!trusted) continue;
      const { issues = [] } = v.safeParse(schema as v.GenericSchema, value);
      for (const issue of issues) problems.push((await invalid(locate, origin, [key], issue)).message);
      if (issues.length > 0) continue;
      merged[key] = key === "plugins" ? { ...(merged[key] as object), ...(value as object) } : value;
    }
  }
  if (problems.length > 0) {
    const error = new ClawError("CLAW_CONFIG_INVALID", problems.join("\n"), { hint: "Correct the value, or remove the key." });
    if (pass === undefined) throw error;
    pass(error);
  }
  return v.parse(ConfigSchema, merged);
}
/** The error for an issue found under `path` in `origin`. */
export async function invalid(locate: Locate, origin: string, path: readonly string[], issue: v.BaseIssue<unknown>): Promise<ClawError> {
  const keys = [...path, ...(issue.path?.map((part) => String(part.key)) ?? [])];
  return new ClawError("CLAW_CONFIG_INVALID", `${await locate(origin, keys)}: ${keys.join(".")} → ${issue.message}`);
}
