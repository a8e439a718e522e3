// Settings files, environment and flags as layers, and the kernel's own config made of them.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import type { Options, Setting, SettingSource } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import type { Option } from "../host/manifest.ts";
import { type Config, ConfigSchema } from "./schema.ts";

/** Settings of all layers, by top-level key, lowest precedence first. */
export type Layers = Readonly<Record<string, readonly Setting[]>>;

export interface LayerOptions {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly options: Options;
  /** Options and the variables that stand for them. */
  readonly known: readonly Option[];
  readonly managed: string;
}

/** Reads every layer. A file that is absent is no layer; one that cannot be read or parsed is an error that names it. */
export async function readLayers(at: LayerOptions): Promise<Layers> {
  const layers: Record<string, Setting[]> = {};
  const put = (values: object, source: SettingSource, origin: string, trusted: boolean): void => {
    for (const [key, value] of Object.entries(values)) layers[key] = [...(layers[key] ?? []), { value, source, origin, trusted }];
  };
  const file = async (path: string, source: SettingSource, trusted: boolean): Promise<void> =>
    put(await readSettings(path), source, path, trusted);
  await file(join(at.home, "settings.json"), "user", true);
  const root = projectRoot(at.cwd);
  if (at.options["bare"] !== true && join(root, ".claw") !== at.home) {
    const trusted = at.options["trust"] === true;
    await file(join(root, ".claw", "settings.json"), "project", trusted);
    await file(join(root, ".claw", "settings.local.json"), "local", trusted);
  }
  for (const { sets, env } of at.known) {
    const variable = sets === undefined ? undefined : env?.find((name) => (at.env[name] ?? "") !== "");
    if (variable !== undefined) put({ [sets!]: at.env[variable] }, "environment", variable, true);
  }
  for (const { sets, name } of at.known) {
    const value = at.options[name];
    if (sets !== undefined && value !== undefined) put({ [sets]: value }, "flag", `--${name}`, true);
  }
  const given = at.options["settings"];
  if (typeof given === "string") {
    if (given.trimStart().startsWith("{")) put(await parse(given, "--settings"), "flag", "--settings", true);
    else put(await readSettings(resolve(at.cwd, given), true), "flag", resolve(at.cwd, given), true);
  }
  await file(at.managed, "managed", true);
  return layers;
}

/** The kernel's config. Untrusted layers have no say in it. Throws `CLAW_CONFIG_INVALID` with every problem, each with file, line and key. */
export async function effective(layers: Layers): Promise<Config> {
  const merged: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, schema] of Object.entries(ConfigSchema.entries)) {
    for (const { value, origin, trusted } of layers[key] ?? []) {
      const parsed = v.safeParse(schema as v.GenericSchema, value);
      if (!parsed.success) {
        for (const issue of parsed.issues) {
          problems.push((await problem(origin, [key, ...(issue.path ?? []).map((part) => part.key as string)], issue.message)).message);
        }
      } else if (trusted) merged[key] = key === "plugins" ? { ...(merged[key] as object), ...(value as object) } : value;
    }
  }
  if (problems.length > 0)
    throw new ClawError("CLAW_CONFIG_INVALID", problems.join("\n"), { hint: "Correct the value, or remove the key." });
  return v.parse(ConfigSchema, merged);
}

/** The nearest folder above `cwd` that holds `.git`, else `cwd`. */
export function projectRoot(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}

/** A `CLAW_CONFIG_INVALID` that names file, line and key. */
export async function problem(origin: string, path: readonly string[], message: string): Promise<ClawError> {
  let line = "";
  try {
    const { findNodeAtLocation, parseTree } = await import("jsonc-parser");
    const text = readFileSync(origin, "utf8");
    const tree = parseTree(text);
    const node = tree && (findNodeAtLocation(tree, [...path]) ?? findNodeAtLocation(tree, path.slice(0, -1)));
    if (node) line = `:${text.slice(0, node.offset).split("\n").length}`;
  } catch {
    // Not a file: a flag or a variable is named as it is.
  }
  return new ClawError("CLAW_CONFIG_INVALID", `${origin}${line}: ${path.join(".")} → ${message}`);
}

// --- internal ---

async function readSettings(path: string, required = false): Promise<object> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (!required && (code === "ENOENT" || code === "ENOTDIR")) return {};
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `${path}: cannot be read (${code})`, {
      hint: "Check the file and its permissions.",
      cause,
    });
  }
  return parse(text.replace(/^\uFEFF/, ""), path);
}

async function parse(text: string, origin: string): Promise<object> {
  let value: unknown;
  try {
    value = Bun.JSONC.parse(text);
  } catch (cause) {
    const { parse: tolerant, printParseErrorCode } = await import("jsonc-parser");
    const errors: import("jsonc-parser").ParseError[] = [];
    tolerant(text, errors, { allowTrailingComma: true });
    const first = errors[0];
    const where = first === undefined ? "" : `:${text.slice(0, first.offset).split("\n").length}`;
    const what = first === undefined ? String(cause) : printParseErrorCode(first.error);
    throw new ClawError("CLAW_CONFIG_INVALID", `${origin}${where}: not valid JSON: ${what}`, {
      hint: "Correct the file; it was not changed.",
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ClawError("CLAW_CONFIG_INVALID", `${origin}:1: settings must be a JSON object`, {
    hint: "Correct the file; it was not changed.",
  });
}
