// Settings files, environment and flags as layers, and the kernel's own config made of them.
import * as v from "valibot";
import type { Env, Options, Setting, SettingSource } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import type { Machine } from "../host/machine.ts";
import type { Option } from "../host/manifest.ts";
import { type Config, ConfigSchema } from "./schema.ts";

/** Settings of all layers, by top-level key, lowest precedence first. */
export type Layers = Readonly<Record<string, readonly Setting[]>>;
/** What layers are read from. `known` are the options, and with them the variables that stand for them. */
export type LayerOptions = Readonly<{ cwd: string; machine: Machine; env: Env; options: Options; known: readonly Option[] }>;

/** Reads every layer. A file that is absent is no layer; one that cannot be read or parsed is an error that names it. */
export async function readLayers({ cwd, machine, env, options, known }: LayerOptions): Promise<Layers> {
  const layers: Record<string, Setting[]> = {};
  const put = (values: object | undefined, source: SettingSource, origin: string, trusted = true): void => {
    for (const [key, value] of Object.entries(values ?? {})) layers[key] = [...(layers[key] ?? []), { value, source, origin, trusted }];
  };
  const { managed, ...files } = machine.files(cwd);
  for (const [source, path] of Object.entries(files) as [SettingSource, string][]) {
    const trusted = source === "user" || options["trust"] === true;
    if (source === "user" || options["bare"] !== true) put(await machine.settings(path), source, path, trusted);
  }
  for (const { sets, env: names } of known) {
    const variable = names?.find((name) => (env[name] ?? "") !== "");
    if (sets !== undefined && variable !== undefined) put({ [sets]: env[variable] }, "environment", variable);
  }
  for (const { sets, name } of known)
    if (sets !== undefined && options[name] !== undefined) put({ [sets]: options[name] }, "flag", `--${name}`);
  const given = options["settings"];
  if (typeof given === "string" && given.trimStart().startsWith("{"))
    put(await machine.settings("--settings", given), "flag", "--settings");
  else if (typeof given === "string") {
    const path = machine.resolve(cwd, given);
    const values = await machine.settings(path);
    if (values === undefined) throw new ClawError("CLAW_CONFIG_UNREADABLE", `--settings: there is no file ${path}`);
    put(values, "flag", path);
  }
  put(await machine.settings(managed), "managed", managed);
  return layers;
}

/** The kernel's config; untrusted layers have no say in it. Throws `CLAW_CONFIG_INVALID` with every problem, each with file, line and key. */
export async function effective(layers: Layers, machine: Machine): Promise<Config> {
  const merged: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, schema] of Object.entries(ConfigSchema.entries)) {
    for (const { value, origin, trusted } of layers[key] ?? []) {
      const parsed = v.safeParse(schema as v.GenericSchema, value);
      for (const issue of parsed.issues ?? [])
        problems.push((await invalid(machine, origin, [key, ...keysOf(issue)], issue.message)).message);
      if (parsed.success && trusted) merged[key] = key === "plugins" ? { ...(merged[key] as object), ...(value as object) } : value;
    }
  }
  if (problems.length > 0)
    throw new ClawError("CLAW_CONFIG_INVALID", problems.join("\n"), { hint: "Correct the value, or remove the key." });
  return v.parse(ConfigSchema, merged);
}

/** A `CLAW_CONFIG_INVALID` that names file, line and key. */
export async function invalid(machine: Machine, origin: string, path: readonly string[], message: string): Promise<ClawError> {
  return new ClawError("CLAW_CONFIG_INVALID", `${await machine.locate(origin, path)}: ${path.join(".")} → ${message}`);
}
/** The keys an issue of valibot stands under. */
export const keysOf = (issue: v.BaseIssue<unknown>): string[] => issue.path?.map((part) => String(part.key)) ?? [];
