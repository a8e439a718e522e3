// Inside the child: what a plugin adds is kept instead of contributed, and its tools and commands are run with a scope of this process.
import { toJsonSchema } from "@valibot/to-json-schema";
import {
  type CallScope,
  ClawError,
  type Command,
  type Host,
  type Json,
  type Kind,
  type Model,
  type PluginContext,
  type Provider,
  type Selection,
  type Session,
  type Tool,
  type TurnScope,
} from "claw";
import { createSession } from "claw/kit";
import * as v from "valibot";
import type { Fields } from "./wire.ts";

/** What a plugin has added, by kind and name. */
export interface Captured {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly commands: ReadonlyMap<string, Command>;
  /** The context that the plugin gets. */
  over<C>(ctx: PluginContext<C>): PluginContext<C>;
  /** The same, but for providers: these are the host's. */
  lent(get: PluginContext<unknown>["get"]): PluginContext<unknown>["get"];
  /** For the host. */
  told(): Json;
}
/** A provider of the host, by name. */
export type Borrow = (name: string) => Provider;
export interface InsideOptions {
  readonly captured: Captured;
  readonly host: Host;
  readonly plugin: string;
  readonly tell: Readonly<{
    progress(id: number, update: Json): void;
    abortable(id: number, work: (signal: AbortSignal) => Promise<Json>): Promise<Json>;
  }>;
}
type Answer = (params: Fields, id: number) => Promise<Json>;

export function capture(borrow: Borrow): Captured {
  const tools = new Map<string, Tool>();
  const commands = new Map<string, Command>();
  const leftOut = new Set<string>();
  const nothing: Disposable = { [Symbol.dispose]: () => {} };
  const keep = <T extends { readonly name: string }>(all: Map<string, T>, item: T): Disposable => {
    all.set(item.name, item);
    return { [Symbol.dispose]: () => void all.delete(item.name) };
  };
  const refuse = (what: string): Disposable => {
    leftOut.add(what);
    return nothing;
  };
  const contribute = ((kind: string, item: { readonly name: string }): Disposable => {
    if (kind === "tool") return keep(tools, item as Tool);
    return kind === "command" ? keep(commands, item as Command) : refuse(`${kind} ${item.name}`);
  }) as PluginContext<unknown>["contribute"];
  const hooks = new Proxy({}, { get: (_, hook) => ({ tap: () => refuse(`hook ${String(hook)}`) }) }) as PluginContext<unknown>["hooks"];
  const lent: Captured["lent"] = (get) =>
    ((kind: Kind, name: string) => (kind === "provider" ? Promise.resolve(borrow(name)) : get(kind, name))) as PluginContext<unknown>["get"];
  const provide = ({ id }: { readonly id: string }): Disposable => refuse(`service ${id}`);
  return {
    tools,
    commands,
    over: (ctx) => ({ ...ctx, contribute, hooks, provide, get: lent(ctx.get) }),
    lent,
    told: () => ({
      tools: [...tools.values()].map(({ name, description, schema, input }) => ({ name, description, schema: schema ?? schemaOf(input) })),
      commands: [...commands.values()].map(({ name, summary }) => ({ name, summary })),
      leftOut: [...leftOut].slice(0, 50),
    }),
  };
}

export function answersOf({ captured, host, plugin, tell }: InsideOptions): Readonly<Record<"judge" | "run" | "command", Answer>> {
  const toolOf = (name: unknown): Tool => {
    const tool = captured.tools.get(String(name));
    if (tool === undefined) throw new ClawError("CLAW_TOOL_FAILED", `plugin ${plugin} has no tool ${String(name)} any more`);
    return tool;
  };
  return {
    async judge({ tool: name, input }) {
      const tool = toolOf(name);
      const { success, output, issues = [] } = v.safeParse(tool.input, input);
      if (!success) {
        return {
          issues: issues
            .slice(0, 20)
            .map((issue) => ({ message: issue.message, ...(v.getDotPath(issue) !== null && { path: String(v.getDotPath(issue)) }) })),
        };
      }
      return { access: tool.access(output), subject: tool.subject(output), paths: [...(tool.paths?.(output) ?? [])] };
    },
    async run(params, id) {
      const tool = toolOf(params["tool"]);
      const input = v.parse(tool.input, params["input"]);
      return tell.abortable(id, async (signal) => {
        const scope: CallScope = {
          ...turnScope(params, host, plugin, signal),
          ...{ step: Number(params["step"]), model: params["model"] as Model, call: { ...Object(params["call"]), input } },
          progress: (update) => tell.progress(id, update),
        };
        return JSON.parse(JSON.stringify(await tool.run(input, scope)));
      });
    },
    async command(params, id) {
      const command = captured.commands.get(String(params["command"]));
      if (command === undefined) throw new ClawError("CLAW_TOOL_FAILED", `plugin ${plugin} has no command ${String(params["command"])} any more`);
      const { success, output, issues } = v.safeParse(command.args, params["words"]);
      if (!success) throw new ClawError("CLAW_USAGE", `${command.name}: ${issues[0].message}`);
      return tell.abortable(id, async (signal) => JSON.parse(JSON.stringify(await command.run(output, turnScope(params, host, plugin, signal)))));
    },
  };
}

// --- internal ---

function schemaOf(input: v.GenericSchema): Json {
  const { $schema: _, ...schema } = toJsonSchema(input as Parameters<typeof toJsonSchema>[0], { errorMode: "ignore" });
  return schema as Json;
}

/** A session of the same name and folder, without its messages: those are not the plugin's to read. */
function turnScope(params: Fields, host: Host, plugin: string, signal: AbortSignal): TurnScope {
  const { env, home, options, bus, use, names, get, spec, settings } = host;
  const session: Session = createSession({ id: String(params["session"]), cwd: String(params["sessionCwd"]), entries: [], keep: () => {} });
  const never = (what: string) => (): never => {
    throw new ClawError("CLAW_TOOL_FAILED", `${what} is not for an isolated plugin`);
  };
  return {
    ...{ plugin, cwd: String(params["cwd"]), env, home, options, bus, use, names, get, spec, settings, session, signal },
    ...{ turn: Number(params["turn"]), selection: params["selection"] as unknown as Selection, select: never("changing the selection") },
    draft: async () => never("the draft of a request")(),
  };
}
