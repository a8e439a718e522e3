// Facts of tools for people and programs: whose each is, what it needs, what it costs in a request. Runs no tool.
import { type Access, ClawError, Inspecting, type Json, type PluginStatus, type Tool, type ToolSpec, type TurnScope } from "claw";
import { safeParse } from "valibot";
import { Deferral } from "./deferral.ts";
import { type Level, NEEDED, reachOf } from "./levels.ts";
import { specBytes } from "./spec-bytes.ts";

/** `sent` with the next request, `deferred` until it is found, `left out` by rules, options or its own plugin, or `broken`. */
export type ToolState = "sent" | "deferred" | "left out" | "broken";
export interface ToolFacts {
  readonly name: string;
  /** Its plugin; absent for one whose plugin has no manifest. */
  readonly plugin?: string;
  /** `bundled`, or the path of its plugin. */
  readonly source?: string;
  readonly state: ToolState;
  /** What calls of it may do, the least first: more than one where that depends on the input. */
  readonly access: readonly Access[];
  /** The least permission level that runs its farthest-reaching call without asking, within the workspace. */
  readonly level: Level;
  readonly spec: ToolSpec;
  /** Of name, description and schema in a request. */
  readonly bytes: number;
  /** Why it is broken. */
  readonly problem?: string;
}

/** All tools, by name. Activates their plugins. */
export async function listTools(scope: TurnScope): Promise<readonly ToolFacts[]> {
  const owners = ownersOf((await scope.use(Inspecting)).plugins());
  const sent = new Set((await scope.draft()).tools);
  const deferred = new Set(await deferredOf(scope));
  const names = scope.names("tool").toSorted((a, b) => a.localeCompare(b, "en"));
  return Promise.all(
    names.map(async (name): Promise<ToolFacts> => {
      const owner = owners.get(name);
      const from = owner === undefined ? {} : { plugin: owner.name, source: owner.source };
      const tool = await scope.get("tool", name).catch((thrown: unknown) => String(thrown instanceof Error ? thrown.message : thrown));
      if (typeof tool === "string") {
        const spec: ToolSpec = { name, description: "", schema: {} };
        return { name, ...from, state: "broken", access: [], level: NEEDED.execute, spec, bytes: 0, problem: tool };
      }
      const spec = await scope.spec(name);
      const access = accessOf(tool, spec.schema);
      const level = NEEDED[reachOf(access.at(-1) ?? "execute", [])];
      const state = sent.has(name) ? "sent" : deferred.has(name) ? "deferred" : "left out";
      return { name, ...from, state, access, level, spec, bytes: specBytes(spec) };
    }),
  );
}

/** About how many tokens so many bytes of JSON and English are. */
export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / 4);
}

// --- internal ---

const ACCESS: readonly Access[] = ["none", "read", "network", "write", "execute"];

/** By the names that tools have in the host: one that was taken has its plugin's in front. */
function ownersOf(plugins: readonly PluginStatus[]): ReadonlyMap<string, PluginStatus> {
  const owners = new Map<string, PluginStatus>();
  for (const plugin of plugins) {
    for (const one of plugin.manifest.contributes?.tool ?? []) {
      const name = typeof one === "string" ? one : one.name;
      const other = `${plugin.name.replace(/^@/, "").replace(/[^A-Za-z0-9-]+/g, "_")}__${name}`;
      owners.set(owners.has(name) ? other : name, plugin);
    }
  }
  return owners;
}

async function deferredOf(scope: TurnScope): Promise<readonly string[]> {
  try {
    return (await scope.use(Deferral)).deferred(scope.session.id);
  } catch (thrown) {
    if (thrown instanceof ClawError) return [];
    throw thrown;
  }
}

/** What the tool says of calls with nothing but what they must have, and with all they can have. A tool that says nothing may do anything. */
function accessOf(tool: Tool, schema: Json): readonly Access[] {
  const said = new Set<Access>();
  for (const full of [false, true]) {
    try {
      const sample = sampleOf(schema, full);
      const { success, output } = safeParse(tool.input, sample);
      said.add(tool.access(success ? output : sample));
    } catch {
      said.add("execute");
    }
  }
  return ACCESS.filter((access) => said.has(access));
}

function sampleOf(schema: Json | undefined, full: boolean, depth = 0): unknown {
  const { type, properties = {}, required = [], enum: choices, const: fixed, anyOf, items } = (schema ?? {}) as Shape;
  if (fixed !== undefined) return fixed;
  if (choices !== undefined) return choices[0];
  if (anyOf !== undefined) return sampleOf(anyOf[0], full, depth + 1);
  if (depth > 4) return "x";
  if (type === "object") {
    const names = full ? Object.keys(properties) : required;
    return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name], full, depth + 1)]));
  }
  if (type === "array") return [sampleOf(items, full, depth + 1)];
  if (type === "number" || type === "integer") return 1;
  return type === "boolean" ? true : "x";
}

type Shape = Readonly<{
  type?: string;
  properties?: Readonly<Record<string, Json>>;
  required?: readonly string[];
  enum?: readonly Json[];
  const?: Json;
  anyOf?: readonly Json[];
  items?: Json;
}>;
