// Whether a tool's schema can be sent: one that is no JSON Schema of 2020-12 gets the whole request refused, with every other tool in it. Pure.
import { type Fields, fields, plain } from "claw/kit";

/** Why it cannot; `undefined` when it can, also when there is none. */
export function schemaProblem(schema: unknown): string | undefined {
  if (schema === undefined || schema === null) return undefined;
  if (!fields(schema)) return "its schema is no object";
  if (JSON.stringify(schema).length > MOST_SCHEMA) return `its schema is larger than ${MOST_SCHEMA / 1_000} kB`;
  if ((schema["type"] ?? "object") !== "object") return "its input is no object";
  const { properties = {} } = schema;
  if (!fields(properties)) return "its properties are no object";
  const odd = Object.keys(properties).find((key) => !/^[\w.-]{1,64}$/.test(key));
  if (odd !== undefined) return `no request can name its property ${JSON.stringify(plain(odd).slice(0, 40))}`;
  return wrongIn(schema, schema, [], "");
}

// --- internal ---

const MOST_SCHEMA = 32_000;
const DEEPEST = 40;
const TYPES: readonly unknown[] = ["null", "boolean", "object", "array", "number", "string", "integer"];
/** Keywords by what stands there. */
const ONE: readonly string[] = [
  ..."items additionalProperties unevaluatedProperties unevaluatedItems propertyNames contains not if then else contentSchema".split(" "),
];
const MANY: readonly string[] = ["anyOf", "oneOf", "allOf", "prefixItems"];
const NAMED: readonly string[] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
const NUMBERS: readonly string[] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const COUNTS: readonly string[] = "minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains".split(" ");
const TEXTS: readonly string[] = ["$ref", "$id", "$anchor", "pattern", "format", "title", "description", "$comment"];

/** The first thing that no JSON Schema says. `above` are the schemas that `schema` stands in. */
function wrongIn(schema: unknown, root: Fields, path: readonly string[], key: string): string | undefined {
  const here = key === "" ? path : [...path, key];
  const wrong = (what: string): string => `its schema is none: ${plain([...here, what].join("/")).slice(0, 100)}`;
  if (typeof schema === "boolean") return undefined;
  if (!fields(schema)) return wrong("");
  if (here.length > DEEPEST) return "its schema is nested too deeply";
  const { type, required, enum: choices, $ref: ref } = schema;
  const types = Array.isArray(type) ? type : [type ?? "object"];
  if (types.length === 0 || new Set(types).size < types.length || types.some((one) => !TYPES.includes(one))) return wrong("type");
  if (required !== undefined && !distinctTexts(required)) return wrong("required");
  if (choices !== undefined && !Array.isArray(choices)) return wrong("enum");
  const odd =
    NUMBERS.find((name) => schema[name] !== undefined && typeof schema[name] !== "number") ??
    COUNTS.find((name) => schema[name] !== undefined && !(Number.isInteger(schema[name]) && Number(schema[name]) >= 0)) ??
    TEXTS.find((name) => schema[name] !== undefined && typeof schema[name] !== "string");
  if (odd !== undefined) return wrong(odd);
  if (typeof ref === "string" && !leadsTo(ref, root)) return wrong("$ref");
  return wrongBelow(schema, root, here);
}

function wrongBelow(schema: Fields, root: Fields, here: readonly string[]): string | undefined {
  for (const [name, value] of Object.entries(schema)) {
    const [one, many, named] = [ONE.includes(name), MANY.includes(name), NAMED.includes(name)];
    if (!one && !many && !named) continue;
    if ((many && (!Array.isArray(value) || value.length === 0)) || (named && !fields(value)))
      return `its schema is none: ${plain([...here, name].join("/")).slice(0, 100)}`;
    const inner: readonly (readonly [string, unknown])[] = one ? [["", value]] : Object.entries(value as Fields);
    for (const [key, below] of inner) {
      const found = wrongIn(below, root, [...here, name], key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function distinctTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string") && new Set(value).size === value.length;
}

/** Whether a reference leads to something in the schema itself. Anchors are taken on trust; nothing is ever fetched. */
function leadsTo(ref: string, root: Fields): boolean {
  if (!ref.startsWith("#")) return false;
  if (!ref.startsWith("#/")) return true;
  let at: unknown = root;
  for (const part of ref.slice(2).split("/")) {
    const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return false;
    at = (at as Fields)[name];
  }
  return true;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
