// The schema of `--json-schema`: read, checked, brought into a form that a tool's input can have, and answers judged by it.
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { ClawError, type Json } from "claw";

export interface OutputSchema {
  /** What the model sees: an object, since a tool's input is one. */
  readonly spec: Json;
  /** The answer in a call's input, and what is wrong with it. */
  judge(input: Readonly<Record<string, unknown>>): { readonly value: Json; readonly problems: readonly string[] };
}

/** `given` is a schema as JSON, or a file with one. Throws `CLAW_USAGE`. */
export function readSchema(given: string, cwd: string): OutputSchema {
  const [text, where] = given.trimStart().startsWith("{") ? [given, "--json-schema"] : readFile(resolve(cwd, given));
  const schema = parse(text, where);
  const validate = compile(schema, where);
  const wrapped = !plain(schema);
  return {
    spec: wrapped ? wrap(schema) : specOf(schema),
    judge(input) {
      const value = (wrapped ? input["value"] : input) as Json;
      const missing = wrapped && !("value" in input) ? ["value is missing"] : undefined;
      const problems = missing ?? (validate(value) ? [] : (validate.errors ?? []).map(problemOf));
      return { value, problems: [...new Set(problems)] };
    },
  };
}

// --- internal ---

type Schema = { readonly [key: string]: Json };
const LARGEST = 1_000_000;

function usage(message: string, hint: string, cause?: unknown): ClawError {
  return new ClawError("CLAW_USAGE", message, { hint, cause });
}

function readFile(path: string): readonly [text: string, where: string] {
  try {
    if (statSync(path).size > LARGEST) throw usage(`--json-schema: ${path} is too large for a schema`, "Name another file.");
    return [readFileSync(path, "utf8").replace(/^\uFEFF/, ""), path];
  } catch (thrown) {
    if (thrown instanceof ClawError) throw thrown;
    const { code } = thrown as NodeJS.ErrnoException;
    const what = code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read (${code})`;
    throw usage(`--json-schema: ${what}`, 'Give a file, or the schema itself: \'{"type":"object","properties":{…}}\'.', thrown);
  }
}

function parse(text: string, where: string): Schema {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw usage(`${where}: the schema is not valid JSON: ${(thrown as Error).message}`, "Quote it for the shell, or give a file.", thrown);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Schema;
  throw usage(`${where}: a schema is a JSON object`, 'As in {"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}.');
}

/** By the version that `$schema` names; one that names none by the latest, else by the one most are written in. */
function compile(schema: Schema, where: string): ValidateFunction {
  const { $schema: version, ...rest } = schema;
  const options = { strict: false, allErrors: true, logger: false } as const;
  // Bundled by itself, its CommonJS default is one step further in.
  const withFormats =
    (formats as { readonly default?: unknown }).default === undefined ? formats : (formats as unknown as { default: typeof formats }).default;
  const older = () => withFormats(new Ajv(options)).compile(rest);
  const latest = () => withFormats(new Ajv2020(options)).compile(rest);
  const tries = typeof version !== "string" ? [latest, older] : /draft-0[3-7]/.test(version) ? [older] : [latest];
  let first: unknown;
  for (const attempt of tries) {
    try {
      return attempt();
    } catch (thrown) {
      first ??= thrown;
    }
  }
  const reason = (first as Error).message.replace(/^schema is invalid: /, "");
  throw usage(`${where}: not a JSON Schema: ${reason.replaceAll("data/", "/")}`, "See https://json-schema.org for what a schema may say.", first);
}

/** Whether a tool's input can have this schema as it is: an object, with nothing beside it that APIs refuse there. */
function plain(schema: Schema): boolean {
  const alone = ["anyOf", "oneOf", "allOf", "not", "$ref", "enum", "const", "if"].every((key) => !(key in schema));
  return alone && (schema["type"] === "object" || (schema["type"] === undefined && ("properties" in schema || Object.keys(schema).length === 0)));
}

function specOf({ $schema: _, $id: __, ...schema }: Schema): Json {
  return { ...schema, type: "object", properties: schema["properties"] ?? {} };
}

/** Any other schema as that of one property. What it refers to by `#/$defs/…` stays reachable from the top. */
function wrap({ $schema: _, $id: __, $defs, definitions, ...schema }: Schema): Json {
  const shared = { ...($defs === undefined ? {} : { $defs }), ...(definitions === undefined ? {} : { definitions }) };
  return { type: "object", properties: { value: schema }, required: ["value"], additionalProperties: false, ...shared };
}

function problemOf({ instancePath, keyword, message = "is wrong", params }: ErrorObject): string {
  const at = instancePath === "" ? "the answer" : instancePath;
  const { additionalProperty, unevaluatedProperty, allowedValues, allowedValue } = params as Readonly<Record<string, unknown>>;
  const extra = additionalProperty ?? unevaluatedProperty;
  if (extra !== undefined) return `${at} must not have ${JSON.stringify(extra)}`;
  if (keyword === "enum") return `${at} must be one of ${JSON.stringify(allowedValues)}`;
  if (keyword === "const") return `${at} must be ${JSON.stringify(allowedValue)}`;
  return `${at} ${message}`;
}
