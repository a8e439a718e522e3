// A server's tool as the model gets it: name, description, schema and access, made safe to send and honest. Pure but for the call itself.
import { type Access, type CallScope, defineTool, type Json, type Tool, type ToolResult } from "claw";
import { clipLine, fields, headOf, plain } from "claw/kit";
import * as v from "valibot";
import type { RemoteTool } from "./listing.ts";
import { schemaProblem } from "./schema.ts";

/** A server's tools by the names that model and rules use, and those that cannot be offered, each with why. */
export interface Named {
  readonly tools: ReadonlyMap<string, RemoteTool>;
  readonly left: readonly string[];
}

/** `mcp__<slug>__<tool>`, at most 64 characters, each only once. No more than `most`. */
export function nameTools(slug: string, remote: readonly RemoteTool[], most: number): Named {
  const tools = new Map<string, RemoteTool>();
  const left: string[] = [];
  for (const tool of remote) {
    const shown = headOf(plain(tool.name), 80).toWellFormed();
    const problem = schemaProblem(tool.schema);
    if (problem !== undefined) left.push(`${shown} (${problem})`);
    else if (tools.size >= most) left.push(shown);
    else {
      const whole = `mcp__${slug}__${tool.name.replace(/[^A-Za-z0-9_-]/g, "_")}`;
      const clear = whole.length <= LONGEST && !tools.has(whole);
      const name = clear ? whole : `${whole.slice(0, LONGEST - 8)}_${Bun.hash.crc32(tool.name).toString(36)}`;
      if (!tools.has(name)) tools.set(name, tool);
    }
  }
  return { tools, left };
}

/**
 * What its annotations claim. Silence means the worst, as the protocol has it: may change things, may destroy, reaches outside. `readOnlyHint` is
 * `read` in a closed world, else `network`. Only what says that it neither destroys nor reaches outside is `write`.
 */
export function accessOf({ annotations }: Pick<RemoteTool, "annotations">): Access {
  const { readOnlyHint: reads, destructiveHint: destroys, openWorldHint: open } = annotations;
  if (reads === true && destroys !== true) return open === false ? "read" : "network";
  return reads !== true && destroys === false && open === false ? "write" : "execute";
}

/** `run` is given what the model sent. */
export function makeTool(name: string, remote: RemoteTool, run: (input: Json, scope: CallScope) => Promise<ToolResult>): Tool {
  const access = accessOf(remote);
  return defineTool({
    name,
    description: describe(remote),
    input: Input,
    schema: schemaOf(remote.schema),
    access: () => access,
    subject: (input) => clipLine(Object.keys(input).length === 0 ? "" : JSON.stringify(input), 1_000),
    run: (input, scope) => run(input as Json, scope),
  });
}

/** Text from outside for the model: no control characters, nothing invisible that could hide words from a person. */
export function visible(text: string): string {
  return plain(text).replace(HIDDEN, "").toWellFormed();
}

/** A value from outside as one such line, at most so long. */
export function shownLine(value: unknown, most: number): string {
  return headOf(
    visible(String(value ?? ""))
      .replace(/\s+/g, " ")
      .trim(),
    most,
  );
}

/** The bytes that a tool takes of each request. */
export function bytesOf({ name, description, schema }: Tool): number {
  return Buffer.byteLength(JSON.stringify({ name, description, schema }));
}

// --- internal ---

const LONGEST = 64;
const MOST_DESCRIPTION = 2_000;
/** Tag characters and variation selectors spell out text that nobody sees; zero-width characters part words that rules look for. */
const HIDDEN = /[\u{E0000}-\u{E01EF}\u200b\u2060-\u2064\ufeff]/gu;
const Input = v.record(v.string(), v.unknown());

function describe({ name, description }: RemoteTool): string {
  const text = visible(description).trim();
  if (text === "") return `The server does not describe its tool ${headOf(visible(name), 80)}.`;
  return text.length <= MOST_DESCRIPTION ? text : `${headOf(text, MOST_DESCRIPTION)} [cut]`;
}

/** Alternatives at the top are more than requests can say: what is common stands, the server judges the rest. */
function schemaOf(schema: unknown): Json {
  const { $schema: _, oneOf: _one, anyOf: _any, allOf: _all, ...rest } = fields(schema) ? schema : {};
  return clean({ properties: {}, ...rest, type: "object" }) as Json;
}

/** Strings made visible, wherever they are. */
function clean(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) return value.map(clean);
  return fields(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [visible(key), clean(inner)])) : value;
}
