// Sessions and their servers: who holds which open, what the model is told of them, and the service. Connecting is server.ts.
import {
  type Bus,
  type CallScope,
  type Draft,
  type Input,
  type Json,
  type PluginContext,
  type StepScope,
  type ToolResult,
  type TurnScope,
  wrap,
} from "claw";
import { MCP_RESOURCE_TOOLS, type Mcp, type McpOffer, type McpPrompt, type McpResource, type McpServer } from "claw/kit";
import pack from "claw/package.json" with { type: "json" };
import { Calls } from "./calls.ts";
import { confineTo } from "./confine.ts";
import { callResult, resourceResult } from "./content.ts";
import { type Definition, definitions } from "./definitions.ts";
import { describe, findServer } from "./describe.ts";
import { childEnvironment } from "./environment.ts";
import { instructionsPart } from "./part.ts";
import { promptsOf, usePrompt } from "./prompts.ts";
import { resourcesOf } from "./resources.ts";
import { failed } from "./rpc.ts";
import { Server } from "./server.ts";
import { Shelf } from "./shelf.ts";
import { visible } from "./tool.ts";

export interface DeskConfig {
  readonly waitMs: number;
  readonly connectMs: number;
  readonly callMs: number;
  readonly keep: number;
  readonly tools: number;
}
/** What one session has. */
interface Seat {
  readonly bus: Bus;
  readonly definitions: readonly Definition[];
  /** By name. */
  readonly servers: ReadonlyMap<string, Server>;
  /** The tools that only this session's servers brought, in the order they came: each stays where it was. */
  readonly order: string[];
  /** Instructions as they were first told, by server. */
  readonly said: Map<string, string>;
  /** Problems the person has been told of. */
  readonly told: Set<string>;
  waited: boolean;
}
export class Desk implements Omit<Mcp, "offer"> {
  readonly #config: DeskConfig;
  readonly #offers: Iterable<McpOffer>;
  readonly #shelf: Shelf;
  readonly #seats = new Map<string, Promise<Seat>>();
  readonly #servers = new Map<string, Server>();
  readonly #ending = new Set<Promise<void>>();
  readonly #calls = new Calls();

  constructor({ contribute }: PluginContext<unknown>, config: DeskConfig, offers: Iterable<McpOffer>) {
    this.#config = config;
    this.#offers = offers;
    this.#shelf = new Shelf(contribute, (name, input, scope) => this.#call(name, input, scope), config.tools);
  }
  /** Before a turn: servers are started; the first request waits for them a little, later ones never. Throws `CLAW_USAGE`. */
  async enter(scope: TurnScope): Promise<void> {
    const seat = await this.#seat(scope);
    const work = Promise.all([...seat.servers.values()].map((server) => server.connect()));
    if (seat.waited) return;
    seat.waited = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#config.waitMs);
    scope.signal.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([work, promise]).finally(() => clearTimeout(timer));
  }
  /** Only what this session's servers offer, after all other tools, in the order it came. */
  async draft(draft: Draft, scope: StepScope): Promise<Draft> {
    // A command made the prompt, so no turn was entered: servers start, and join later. `step` is 0 where nothing is sent.
    if (scope.step > 0 && !this.#seats.has(scope.session.id)) this.connect(scope).catch(() => {});
    const seat = await this.#seats.get(scope.session.id)?.catch(() => undefined);
    const ready = [...(seat?.servers.values() ?? [])];
    const resources = ready.some((server) => server.resources) ? MCP_RESOURCE_TOOLS : [];
    const own = new Set([...ready.flatMap((server) => this.#shelf.names(server)), ...resources]);
    const others = draft.tools.filter((tool) => !tool.startsWith("mcp__") && !MCP_RESOURCE_TOOLS.includes(tool));
    const offered = draft.tools.filter((tool) => own.has(tool));
    const order = seat?.order ?? [];
    order.push(...offered.filter((tool) => !order.includes(tool)));
    const tools = [...others, ...order.filter((tool) => offered.includes(tool))];
    const said = seat?.said ?? new Map<string, string>();
    for (const server of ready) if (server.state === "ready" && !said.has(server.name)) said.set(server.name, visible(server.instructions));
    const part = offered.length === 0 ? "" : instructionsPart(said);
    return { ...draft, tools, system: part === "" ? draft.system : [...draft.system, part] };
  }
  async list(scope: TurnScope): Promise<readonly McpServer[]> {
    const seat = await this.#seat(scope);
    return seat.definitions.map((one) => describe(one, seat.servers.get(one.name), this.#shelf));
  }
  async connect(scope: TurnScope, name?: string): Promise<readonly McpServer[]> {
    const seat = await this.#seat(scope);
    const servers = name === undefined ? [...seat.servers.values()] : [findServer(seat, name)];
    await Promise.race([
      Promise.all(servers.map((server) => server.connect())),
      new Promise<void>((done) => scope.signal.addEventListener("abort", () => done(), { once: true })),
    ]);
    return seat.definitions
      .filter((one) => name === undefined || one.name === name)
      .map((one) => describe(one, seat.servers.get(one.name), this.#shelf));
  }
  async resources(scope: TurnScope, name?: string): Promise<Readonly<{ resources: readonly McpResource[]; problems: readonly string[] }>> {
    const seat = await this.#seat(scope);
    const servers = name === undefined ? [...seat.servers.values()] : [findServer(seat, name)];
    return resourcesOf(servers, scope.signal);
  }
  async prompts(scope: TurnScope, name?: string): Promise<Readonly<{ prompts: readonly McpPrompt[]; problems: readonly string[] }>> {
    const seat = await this.#seat(scope);
    const servers = name === undefined ? [...seat.servers.values()] : [findServer(seat, name)];
    const lists = await Promise.allSettled(servers.map((server) => promptsOf(server, scope.signal)));
    const prompts = lists.flatMap((list) => (list.status === "fulfilled" ? list.value.map(({ remote: _, ...prompt }) => prompt) : []));
    return { prompts, problems: lists.flatMap((list) => (list.status === "rejected" ? [wrap(list.reason, "CLAW_TOOL_FAILED").message] : [])) };
  }
  /** What the prompt `name` makes of an input; `undefined` where it is no server's of the session. */
  async prompt(name: string, rest: string, input: Input, scope: TurnScope): Promise<Input | undefined> {
    const seat = await this.#seat(scope);
    const server = [...seat.servers.values()].find((one) => name.toLowerCase().startsWith(`mcp__${one.at.definition.slug}__`.toLowerCase()));
    return server && usePrompt(server, name, rest, input, this.#config.keep, scope);
  }
  async read(name: string, uri: string, scope: CallScope): Promise<ToolResult> {
    const server = findServer(await this.#seat(scope), name);
    const result = await this.#calls.during(server, scope, (asking) => server.request("resources/read", { uri }, asking));
    return resourceResult(result, { server: server.name, keep: this.#config.keep, scope });
  }
  async login(name: string, scope: TurnScope): Promise<string> {
    const server = findServer(await this.#seat(scope), name);
    const { reach } = server.at;
    if (reach.transport === "stdio") throw failed(`MCP server ${name} runs here, and has no login of claw's.`);
    const issuer = await (await import("./login.ts")).login(name, reach, scope);
    await server.connect();
    return issuer;
  }
  async logout(name: string, scope: TurnScope): Promise<boolean> {
    const { reach } = findServer(await this.#seat(scope), name).at;
    return reach.transport !== "stdio" && (await import("./tokens.ts")).writeGrant(scope.home, reach.url, undefined);
  }
  /** The session is over: servers that nobody else holds end. */
  async leave(session: string): Promise<void> {
    const seat = await this.#seats.get(session)?.catch(() => undefined);
    this.#seats.delete(session);
    for (const server of seat?.servers.values() ?? []) {
      server.users.delete(session);
      if (server.users.size === 0) this.#end(server);
    }
  }
  async close(): Promise<void> {
    this.#seats.clear();
    for (const server of this.#servers.values()) this.#end(server);
    await Promise.all(this.#ending);
  }

  // --- internal ---

  #seat(scope: TurnScope): Promise<Seat> {
    const { id } = scope.session;
    const known = this.#seats.get(id);
    if (known !== undefined) return known;
    const made = this.#sit(scope);
    this.#seats.set(id, made);
    // A mistake on the command line is told by each turn anew.
    made.catch(() => this.#seats.delete(id));
    return made;
  }
  async #sit(scope: TurnScope): Promise<Seat> {
    const found = await definitions(scope, this.#offers);
    const env = await childEnvironment(scope);
    const servers = new Map<string, Server>();
    for (const one of found) {
      if (one.off !== undefined || one.reach === undefined) continue;
      const server = this.#server(one, one.reach, scope, env);
      server.users.add(scope.session.id);
      servers.set(one.name, server);
    }
    const seat: Seat = { bus: scope.bus, definitions: found, servers, order: [], said: new Map(), told: new Set(), waited: false };
    const silent = found.filter(({ trusted }) => !trusted);
    if (silent.length > 0) {
      const where = [...new Set(silent.map(({ origin }) => origin))].join(", ");
      this.#tell(seat, `MCP servers named in ${where} are left out: nobody has trusted this folder (--trust).`);
    }
    for (const one of found) if (one.problem !== undefined && one.trusted) this.#tell(seat, `MCP server ${one.name} (${one.origin}): ${one.problem}`);
    return seat;
  }
  /** One for all sessions of a folder that mean the very same. */
  #server(definition: Definition, reach: NonNullable<Definition["reach"]>, scope: TurnScope, env: Readonly<Record<string, string>>): Server {
    const { cwd, session } = scope;
    const boxed = reach.transport === "stdio" && reach.sandbox === true;
    // A sandbox is one session's.
    const key = JSON.stringify([cwd, definition.name, definition.slug, reach, boxed ? session.id : ""]);
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const { connectMs, callMs } = this.#config;
    const server = new Server({
      ...{ definition, reach, cwd, env, home: scope.home, connectMs, callMs, version: pack.version },
      ...(boxed ? { confine: confineTo(scope) } : {}),
      changed: (changed) => void this.#changed(changed),
      elicit: (asking, params) => this.#calls.elicit(asking, params),
      log: (message) => void this.#each(server, (seat) => seat.bus.emit("log.written", { message: `mcp ${definition.name}: ${message}` })),
    });
    this.#servers.set(key, server);
    return server;
  }
  #end(server: Server): void {
    for (const [key, one] of this.#servers) if (one === server) this.#servers.delete(key);
    this.#shelf.drop(server);
    const ended: Promise<void> = server.close().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
  async #changed(server: Server): Promise<void> {
    const news = server.state === "ready" ? this.#shelf.update(server) : [];
    const problem = server.problem === undefined ? {} : { problem: server.problem };
    await this.#each(server, (seat) => {
      seat.bus.emit("mcp.changed", { server: server.name, state: server.state, tools: server.tools.length, ...problem });
      for (const text of news) this.#tell(seat, `MCP server ${server.name}: ${text}.`);
      if (server.state !== "failed") return;
      this.#tell(seat, [`MCP server ${server.name} is not there: ${server.problem}`, server.hint].filter(Boolean).join("\n"));
    });
  }
  async #each(server: Server, tell: (seat: Seat) => void): Promise<void> {
    for (const id of server.users) {
      const seat = await this.#seats.get(id)?.catch(() => undefined);
      if (seat !== undefined) tell(seat);
    }
  }
  #tell(seat: Seat, text: string): void {
    if (seat.told.has(text)) return;
    seat.told.add(text);
    seat.bus.emit("notice.raised", { level: "warn", text });
  }
  async #call(name: string, input: Json, scope: CallScope): Promise<ToolResult> {
    const seat = await this.#seat(scope);
    for (const server of seat.servers.values()) {
      const remote = this.#shelf.remote(server, name);
      if (remote === undefined) continue;
      server.calls++;
      const result = await this.#calls.during(server, scope, (asking) => server.request("tools/call", { name: remote, arguments: input }, asking));
      return callResult(result, { server: server.name, keep: this.#config.keep, scope });
    }
    throw failed(`No MCP server of this session offers ${name} any more.`);
  }
}
