// The tools of all servers, as contributions: added when a server first offers them, taken back when none does. The first description stays.
import type { CallScope, Json, PluginContext, ToolResult } from "claw";
import { plain } from "claw/kit";
import type { RemoteTool } from "./listing.ts";
import type { Server } from "./server.ts";
import { accessOf, bytesOf, makeTool, type Named, nameTools } from "./tool.ts";

/** Runs the tool of that name for a session, on that session's own server. */
export type RunTool = (name: string, input: Json, scope: CallScope) => Promise<ToolResult>;

export class Shelf {
  readonly #contribute: PluginContext<unknown>["contribute"];
  readonly #run: RunTool;
  readonly #most: number;
  readonly #placed = new Map<string, { readonly undo: Disposable; readonly servers: Set<Server> }>();
  /** By name, what a tool was when it was first offered: kernel, permissions and the model go by it until claw ends. */
  readonly #first = new Map<string, RemoteTool>();
  readonly #named = new WeakMap<Server, Named>();

  constructor(contribute: PluginContext<unknown>["contribute"], run: RunTool, most: number) {
    this.#contribute = contribute;
    this.#run = run;
    this.#most = most;
  }
  /** The names of a server's tools. A server that is lost keeps them: a call brings it back. */
  names(server: Server): readonly string[] {
    return [...(this.#named.get(server)?.tools.keys() ?? [])];
  }
  /** What a server calls the tool of that name, if it has it. */
  remote(server: Server, name: string): string | undefined {
    return this.#named.get(server)?.tools.get(name)?.name;
  }
  /** For people: each tool with what it claims and takes. */
  describe(server: Server) {
    return [...(this.#named.get(server)?.tools ?? [])].map(([name, now]) => {
      const remote = this.#first.get(name) ?? now;
      const tool = makeTool(name, remote, nothing);
      return { name, remote: plain(now.name), description: tool.description, access: accessOf(remote), bytes: bytesOf(tool) };
    });
  }
  /** Brings what is offered in line with the server. Gives what a person should know: tools left out, or not what they were. */
  update(server: Server): readonly string[] {
    const { definition } = server.at;
    const named = nameTools(definition.slug, server.tools, this.#most);
    this.#named.set(server, named);
    for (const [name, { servers }] of this.#placed) if (servers.has(server) && !named.tools.has(name)) this.#release(name, server);
    const changed: string[] = [];
    for (const [name, remote] of named.tools) {
      const first = this.#first.get(name) ?? remote;
      this.#first.set(name, first);
      if (!Bun.deepEquals(first, remote)) changed.push(plain(remote.name));
      const placed = this.#placed.get(name);
      if (placed !== undefined) placed.servers.add(server);
      else {
        const tool = makeTool(name, first, (input, scope) => this.#run(name, input, scope));
        this.#placed.set(name, { undo: this.#contribute("tool", tool), servers: new Set([server]) });
      }
    }
    return [
      ...(named.left.length === 0 ? [] : [`${named.left.length} of its tools are left out: ${some(named.left)}`]),
      ...(changed.length === 0
        ? []
        : [`it describes otherwise than before: ${some(changed)}. What it said first counts until claw is started again`]),
    ];
  }
  /** The server is gone for good. */
  drop(server: Server): void {
    for (const name of this.names(server)) this.#release(name, server);
    this.#named.delete(server);
  }

  // --- internal ---

  #release(name: string, server: Server): void {
    const placed = this.#placed.get(name);
    placed?.servers.delete(server);
    if (placed === undefined || placed.servers.size > 0) return;
    placed.undo[Symbol.dispose]();
    this.#placed.delete(name);
  }
}

// --- internal ---

const nothing = async (): Promise<ToolResult> => ({ content: [] });

function some(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
