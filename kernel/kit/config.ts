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
const table = v.custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), "Invalid type: Expected Object");
/** Of what type settings of bundled plugins are: told before any of these runs, as all wrong types are. What is in them is their owners' to judge. */
const OWNED: Readonly<Record<string, v.GenericSchema>> = {
  ...{ aliases: table, hooks: table, lspServers: table, mcpServers: table, sandbox: table, web: table, webSearch: table },
  ...{ editorMode: v.string(), outputStyle: v.string(), smallModel: v.string(), theme: v.string() },
  ...{ autoCompactEnabled: v.boolean(), disableAllHooks: v.boolean(), screenReader: v.boolean() },
  autoCompactInputTokens: v.pipe(v.number(), v.integer(), v.minValue(1)),
  env: v.pipe(table, v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  statusLine: v.union([v.literal(false), v.looseObject({ type: v.literal("command"), command: v.string() })]),
};
/** Files of Claude Code: what it would pass over counts for nothing. */
const THEIRS = /[\\/]\.claude[\\/][^\\/]+$/;
/** Hears of settings that are passed over. */
export type Pass = (error: ClawError) => void;
/** Names the place of a key: `file:line`. */
export type Locate = (origin: string, path: readonly string[]) => Promise<string>;

/**
 * Merges the kernel's keys, and looks at the types of `owned`, keys of bundled plugins; untrusted layers have no say. Throws `CLAW_CONFIG_INVALID`
 * with every problem, each with file, line and key; with `pass` these are told to it instead, and the values they are in are passed over.
 */
export async function mergeConfig(layers: Layers, locate: Locate, pass?: Pass, owned: readonly string[] = Object.keys(OWNED)): Promise<Config> {
  const merged: Record<string, unknown> = {};
  const problems: string[] = [];
  const theirs = Object.entries(OWNED).filter(([key]) => owned.includes(key));
  for (const [key, schema] of [...theirs, ...Object.entries(ConfigSchema.entries)]) {
    for (const { value, origin, trusted } of layers[key] ?? []) {
      if (!trusted || THEIRS.test(origin)) continue;
      const { issues = [] } = v.safeParse(schema as v.GenericSchema, value);
      for (const issue of issues) problems.push((await invalid(locate, origin, [key], issue)).message);
      if (issues.length > 0 || key in OWNED) continue;
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
/**
 * A plugin's config: its slices of all trusted layers merged, parsed by its own schema; without one it takes none. Throws `CLAW_CONFIG_INVALID` with
 * file, line and key.
 */
export async function readSlice(layers: Layers, plugin: string, schema: v.GenericSchema | undefined, locate: Locate): Promise<unknown> {
  const { output, problems } = await judgeSlice(layers, plugin, schema, locate);
  if (problems[0] !== undefined) throw problems[0];
  return output;
}
/** The same without a throw: with every problem that its schema finds. */
export async function judgeSlice(
  layers: Layers,
  plugin: string,
  schema: v.GenericSchema | undefined,
  locate: Locate,
): Promise<Readonly<{ output?: unknown; problems: readonly ClawError[] }>> {
  const given = (layers["plugins"] ?? []).flatMap(({ trusted, value, origin }) => {
    const slice = trusted ? (value as Config["plugins"])[plugin] : undefined;
    return slice === undefined ? [] : [{ slice: slice || {}, origin }];
  });
  if (schema === undefined && given.length === 0) return { output: {}, problems: [] };
  const { success, output, issues = [] } = v.safeParse(schema ?? NOTHING, Object.assign({}, ...given.map(({ slice }) => slice)));
  if (success) return { output, problems: [] };
  const problems = issues.map((issue) => {
    const key = String(issue.path?.[0]?.key);
    const from = given.findLast(({ slice }) => key in slice) ?? given.at(-1);
    return invalid(locate, from?.origin ?? "defaults", ["plugins", plugin], issue);
  });
  return { problems: await Promise.all(problems) };
}
/** The config of a plugin that takes none. */
const NOTHING = v.strictObject({});
/** The error for an issue found under `path` in `origin`. */
export async function invalid(locate: Locate, origin: string, path: readonly string[], issue: v.BaseIssue<unknown>): Promise<ClawError> {
  const keys = [...path, ...(issue.path?.map((part) => String(part.key)) ?? [])];
  return new ClawError("CLAW_CONFIG_INVALID", `${await locate(origin, keys)}: ${keys.join(".")} → ${issue.message}`);
}
