// The MCP service: servers of the Model Context Protocol, what they offer and how they stand. Provided by feature/mcp.
import { type Access, type CallScope, defineService, type Json, type ServiceToken, type SettingSource, type ToolResult, type TurnScope } from "claw";

/** `idle`: not started yet. `off`: never will be, `problem` says why. A `failed` one is tried again, also by the next call. */
export type McpState = "idle" | "connecting" | "ready" | "failed" | "off";
/** A tool of a server: `name` is what model and rules call it, `remote` what the server does. `bytes` are what it takes of each request. */
export type McpTool = Readonly<{ name: string; remote: string; description: string; access: Access; bytes: number }>;
/** A server that some settings, file, flag or plugin names. All text in it is from outside, made harmless for a terminal. */
export interface McpServer {
  readonly name: string;
  readonly state: McpState;
  readonly transport: "stdio" | "http" | "sse";
  /** The command line as it was written, or the address; without what looks secret. */
  readonly target: string;
  readonly source: SettingSource | "plugin";
  /** The file, flag or plugin that names it. */
  readonly origin: string;
  /** False for a project's, where nobody has vouched for the folder: then it is `off`. */
  readonly trusted: boolean;
  /** The origin that gives this name another meaning. */
  readonly shadowedBy?: string;
  readonly problem?: string;
  /** What the server calls itself, with its version. */
  readonly title?: string;
  readonly tools: readonly McpTool[];
  readonly resources: boolean;
  readonly prompts: boolean;
  /** What connecting took. */
  readonly ms?: number;
  readonly calls: number;
}
/** A resource of a server. The `uri` of a template has parts in braces to be filled in. */
export interface McpResource {
  readonly server: string;
  readonly uri: string;
  readonly name: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly bytes?: number;
  readonly template: boolean;
}
/** A prompt of a server. In a session the user calls it as `/` and its name, with a word for each of its arguments. */
export interface McpPrompt {
  readonly server: string;
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly Readonly<{ name: string; description?: string; required: boolean }>[];
}
/** Servers that come with a plugin, as `.mcp.json` has them under `mcpServers`. `variables` are for `${NAME}` in them, before the environment's. */
export interface McpOffer {
  readonly plugin: string;
  readonly origin: string;
  readonly servers: Readonly<Record<string, Json>>;
  readonly variables?: Readonly<Record<string, string>>;
}
export interface Mcp {
  /** Every server that is named, the ones that never run too. Starts none. */
  list(scope: TurnScope): Promise<readonly McpServer[]>;
  /** Starts those of the session, or the one of that `name`, and waits until each is ready or has failed. Never rejects for a server. */
  connect(scope: TurnScope, name?: string): Promise<readonly McpServer[]>;
  /** What servers offer to read. `problems` has a line for each that would not say. Throws `CLAW_TOOL_INPUT_INVALID` for a server there is not. */
  resources(scope: TurnScope, server?: string): Promise<Readonly<{ resources: readonly McpResource[]; problems: readonly string[] }>>;
  /** What servers offer to be called by the user; `problems` as of `resources`. */
  prompts(scope: TurnScope, server?: string): Promise<Readonly<{ prompts: readonly McpPrompt[]; problems: readonly string[] }>>;
  /** Reads a resource: capped, what is no text as a file. Throws `CLAW_TOOL_INPUT_INVALID` or `CLAW_TOOL_FAILED`. */
  read(server: string, uri: string, scope: CallScope): Promise<ToolResult>;
  /**
   * Logs the person in at a server with an address, by their browser, and connects it; gives who issued the token. A notice says where to go.
   * Throws `CLAW_TOOL_INPUT_INVALID`, `CLAW_TOOL_FAILED` or `CLAW_ABORTED`.
   */
  login(name: string, scope: TurnScope): Promise<string>;
  /** Forgets the login; says whether there was one. */
  logout(name: string, scope: TurnScope): Promise<boolean>;
  /** The door for plugins that bring servers. What is offered counts for sessions that begin after. */
  offer(offer: McpOffer): Disposable;
}
/** Provided by `@claw/feature-mcp`. */
export const Mcp: ServiceToken<Mcp> = defineService<Mcp>("claw.mcp@1");
/** Tools that are of use only where a server has resources: `feature/mcp` leaves them out elsewhere. */
export const MCP_RESOURCE_TOOLS: readonly string[] = ["ListMcpResources", "ReadMcpResource"];
