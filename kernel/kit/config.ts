// The kernel's own config, merged from layers and checked. Reading the files is `machine.ts`; other keys belong to plugins.
import { ClawError, type Config, type Layers } from "claw";
import * as v from "valibot";

/** What `limits` knows. Others in it are warned of, as unknown keys are everywhere. */
export const LIMITS = ["activateMs", "hookMs", "shutdownMs"] as const;
/** What the kernel's keys are where nobody says otherwise. */
export const DEFAULTS: Config & { readonly version: 1 } = {
  version: 1,
  provider: "auto",
  model: "default",
  compactor: "summary",
  permissionMode: "workspace-write",
  frontend: "cli",
  store: "jsonl",
  renderers: ["text"],
  plugins: {},
  limits: {},
};
/** Makes a schema. Only those of keys that somebody has set are made: together they would cost a start more than reading the settings does. */
type Maker = () => v.GenericSchema;
/** `plugins`: name or path → slice, `false` for off; key order is tap order within a stage, after the bundled. `limits`: ms for one `setup`, one tap, all of `shutdown`. */
const KERNEL: Readonly<Record<keyof typeof DEFAULTS | "$schema", Maker>> = {
  ...{ $schema: v.string, provider: v.string, model: v.string, compactor: v.string, permissionMode: v.string, frontend: v.string, store: v.string },
  version: () => v.literal(1),
  renderers: () => v.array(v.string()),
  plugins: () => v.record(v.string(), v.union([v.literal(false), v.record(v.string(), v.unknown())])),
  limits: () => v.looseObject(Object.fromEntries(LIMITS.map((key) => [key, v.optional(v.number())]))),
};
/** Every key of the kernel. */
export const CONFIG_KEYS: readonly string[] = Object.keys(KERNEL);
const table = () =>
  v.custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), "Invalid type: Expected Object");
/** Of what type settings of bundled plugins are: told before any of these runs, as all wrong types are. What is in them is their owners' to judge. */
const OWNED: Readonly<Record<string, Maker>> = {
  ...{ aliases: table, hooks: table, lspServers: table, mcpServers: table, sandbox: table, web: table, webSearch: table },
  ...{ editorMode: v.string, outputStyle: v.string, smallModel: v.string, theme: v.string },
  ...{ autoCompactEnabled: v.boolean, disableAllHooks: v.boolean, screenReader: v.boolean },
  autoCompactInputTokens: () => v.pipe(v.number(), v.integer(), v.minValue(1)),
  env: () => v.pipe(table(), v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  statusLine: () => v.union([v.literal(false), v.looseObject({ type: v.literal("command"), command: v.string() })]),
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
  for (const [key, make] of [...theirs, ...Object.entries(KERNEL)]) {
    for (const { value, origin, trusted } of layers[key] ?? []) {
      if (!trusted || THEIRS.test(origin)) continue;
      const { output, issues = [] } = v.safeParse(make(), value);
      for (const issue of issues) problems.push((await invalid(locate, origin, [key], issue)).message);
      if (issues.length > 0 || key in OWNED) continue;
      merged[key] = key === "plugins" ? { ...(merged[key] as object), ...(output as object) } : output;
    }
  }
  if (problems.length > 0) {
    const error = new ClawError("CLAW_CONFIG_INVALID", problems.join("\n"), { hint: "Correct the value, or remove the key." });
    if (pass === undefined) throw error;
    pass(error);
  }
  return { ...DEFAULTS, ...merged };
}
/**
 * A plugin's config: its slices of all trusted layers merged, parsed by its own schema; without one it takes none. Throws `CLAW_CONFIG_INVALID` with
 * file, line and key.
 */
export async function readSlice(layers: Layers, plugin: string, schema: v.GenericSchema | undefined, locate: Locate): Promise<unknown> {
  // Most plugins take none, and nobody gives them any.
  if (schema === undefined && layers["plugins"] === undefined) return {};
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
