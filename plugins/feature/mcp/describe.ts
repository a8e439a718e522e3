// A server for people and programs: how it stands, and what it has. Starts none.
import { ClawError } from "claw";
import type { McpServer } from "claw/kit";
import type { Definition } from "./definitions.ts";
import type { Server } from "./server.ts";
import type { Shelf } from "./shelf.ts";

/** `running` is the session's server of that name, whoever it belongs to. */
export function describe(one: Definition, running: Server | undefined, shelf: Shelf): McpServer {
  const server = one.off === undefined ? running : undefined;
  const { name, transport, target, source, origin, trusted, shadowedBy } = one;
  const problem = one.off ?? server?.problem;
  return {
    ...{ name, transport, target, source, origin, trusted },
    state: server?.state ?? "off",
    tools: server === undefined ? [] : shelf.describe(server),
    resources: server?.resources ?? false,
    prompts: server?.prompts ?? false,
    calls: server?.calls ?? 0,
    ...(shadowedBy === undefined ? {} : { shadowedBy }),
    ...(problem === undefined ? {} : { problem }),
    ...(server?.title ? { title: server.title } : {}),
    ...(server?.ms === undefined ? {} : { ms: server.ms }),
  };
}

/** By its name, or its part of the tools' names. Throws `CLAW_TOOL_INPUT_INVALID`. */
export function findServer(seat: Holding, name: string): Server {
  const server = seat.servers.get(name) ?? [...seat.servers.values()].find((one) => one.at.definition.slug === name);
  if (server !== undefined) return server;
  const off = seat.definitions.find((one) => one.name === name)?.off;
  const known = [...seat.servers.keys()].join(", ") || "none";
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", off === undefined ? `There is no MCP server ${name}.` : `The MCP server ${name} is off: ${off}.`, {
    hint: `Known: ${known}.`,
  });
}

// --- internal ---

type Holding = Readonly<{ servers: ReadonlyMap<string, Server>; definitions: readonly Definition[] }>;
