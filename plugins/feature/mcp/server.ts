// One server of a folder: connecting within a limit, what it offers, its calls, and coming back when it was lost. Knows no session and no kernel.
import { basename } from "node:path";
import { ClawError, type Json, wrap } from "claw";
import { type Fields, fields, headOf, type McpServer, plain } from "claw/kit";
import type { Definition } from "./definitions.ts";
import type { Reach } from "./entry.ts";
import { listTools, paged, type RemoteTool } from "./listing.ts";
import { type Asking, type Dial, failed, Peer } from "./rpc.ts";
import type { Confine } from "./stdio.ts";

export interface ServerOptions {
  readonly definition: Definition;
  readonly reach: Reach;
  readonly cwd: string;
  /** The whole environment of a child. */
  readonly env: Readonly<Record<string, string>>;
  /** Claw's own folder, where logins are kept. */
  readonly home: string;
  /** Puts a child into the sandbox, when its entry says so. */
  readonly confine?: Confine;
  readonly connectMs: number;
  readonly callMs: number;
  readonly version: string;
  /** It stands otherwise, or offers something else. */
  changed(server: Server): void;
  /** It asks the person something. */
  elicit(server: Server, params: Fields): Promise<Json>;
  log(message: string): void;
}

export class Server {
  readonly at: ServerOptions;
  /** Sessions that hold it open. */
  readonly users = new Set<string>();
  state: Exclude<McpServer["state"], "off"> = "idle";
  problem: string | undefined;
  hint: string | undefined;
  tools: readonly RemoteTool[] = [];
  instructions = "";
  title: string | undefined;
  resources = false;
  prompts = false;
  ms: number | undefined;
  calls = 0;
  #peer: Peer | undefined;
  #connecting: Promise<void> | undefined;
  #closed = false;
  /** Attempts in a row that led to nothing lasting. */
  #attempts = 0;
  #readySince = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #refreshing: ReturnType<typeof setTimeout> | undefined;

  constructor(at: ServerOptions) {
    this.at = at;
  }
  get name(): string {
    return this.at.definition.name;
  }
  /** Connects unless it is connected; never rejects, `state` says what came of it. */
  connect(): Promise<void> {
    if (this.state === "ready" || this.#closed) return Promise.resolve();
    clearTimeout(this.#retry);
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }
  /** A request of a tool or resource. Connects first when need be. Throws `CLAW_TOOL_FAILED` or `CLAW_ABORTED`. */
  async request(method: string, params: Fields, asking: Partial<Asking>): Promise<Fields> {
    await Promise.race([this.connect(), aborted(asking.signal)]);
    const { callMs = this.at.callMs } = this.at.definition;
    if (this.#peer === undefined || this.state !== "ready") {
      throw failed(
        `MCP server ${this.name} is not connected: ${this.problem ?? "it was closed"}`,
        this.hint === undefined ? {} : { hint: this.hint },
      );
    }
    return this.#peer.request(method, params, { idleMs: callMs, mostMs: Math.max(callMs, callMs * MOST_FOLD), ...asking });
  }
  /** All that a method lists, page by page. */
  async all(method: string, key: string, asking: Partial<Asking> = {}, most = 1_000): Promise<readonly Fields[]> {
    return paged((params) => this.request(method, params, { idleMs: this.at.connectMs, ...asking }), key, most);
  }
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#refreshing);
    this.state = "idle";
    await this.#peer?.close();
  }

  // --- internal ---

  async #connect(): Promise<void> {
    this.state = "connecting";
    this.#attempts++;
    this.at.changed(this);
    const started = performance.now();
    const peer = new Peer({
      name: this.name,
      answer: (method, params) => this.#answer(method, params),
      heard: (method, params) => this.#heard(method, params),
      lost: (why) => this.#lost(peer, why),
    });
    try {
      const patience = AbortSignal.timeout(this.at.connectMs);
      const late = (): never => {
        throw failed(`it did not answer within ${this.at.connectMs} ms`, { hint: "Raise connectMs of @claw/feature-mcp if it needs longer." });
      };
      this.#peer = peer;
      peer.use(await Promise.race([dial(this.at, peer), aborted(patience).catch(late)]));
      await Promise.race([this.#greet(peer), aborted(patience).catch(late)]);
      if (this.#closed) return await peer.close();
      this.ms = Math.round(performance.now() - started);
      this.#readySince = performance.now();
      this.#stand("ready");
    } catch (thrown) {
      await peer.close();
      if (this.#closed) return;
      const { message, info } = wrap(thrown, "CLAW_TOOL_FAILED");
      this.#fail(message.replace(`MCP server ${this.name}: `, ""), info.hint, lasting(info.status));
    }
  }
  async #greet(peer: Peer): Promise<void> {
    const asking = { idleMs: this.at.connectMs + 1_000 };
    const clientInfo = { name: "claw", title: "claw", version: this.at.version };
    const capabilities = { roots: { listChanged: false }, elicitation: {} };
    const hello = await peer.request("initialize", { protocolVersion: VERSIONS[0], capabilities, clientInfo }, asking);
    const version = String(hello["protocolVersion"] ?? "");
    if (!VERSIONS.includes(version)) throw failed(`it speaks protocol ${JSON.stringify(plain(version).slice(0, 40))}, not ${VERSIONS.join(", ")}`);
    peer.agreed(version);
    peer.notify("notifications/initialized");
    const able = fields(hello["capabilities"]) ? hello["capabilities"] : {};
    const info = fields(hello["serverInfo"]) ? hello["serverInfo"] : {};
    this.title = headOf(
      plain(`${info["title"] ?? info["name"] ?? ""} ${info["version"] ?? ""}`)
        .replace(/\s+/g, " ")
        .trim(),
      100,
    ).toWellFormed();
    this.instructions = typeof hello["instructions"] === "string" ? hello["instructions"] : "";
    this.resources = fields(able["resources"]);
    this.prompts = fields(able["prompts"]);
    this.tools = fields(able["tools"]) ? await listTools((params) => peer.request("tools/list", params, asking)) : [];
  }
  async #answer(method: string, params: Fields): Promise<Json | undefined> {
    if (method === "ping") return {};
    if (method === "roots/list") return { roots: [{ uri: Bun.pathToFileURL(this.at.cwd).href, name: basename(this.at.cwd) }] };
    return method === "elicitation/create" ? this.at.elicit(this, params) : undefined;
  }
  #heard(method: string, params: Fields): void {
    if (method === "notifications/tools/list_changed") this.#refresh();
    else if (method === "notifications/message") this.at.log(headOf(plain(JSON.stringify(params["data"] ?? null)), 1_000).toWellFormed());
  }
  /** However often it says so, its tools are asked for only now and then. */
  #refresh(): void {
    if (this.state !== "ready") return;
    this.#refreshing ??= setTimeout(async () => {
      const peer = this.#peer;
      try {
        if (peer === undefined) return;
        const tools = await listTools((params) => peer.request("tools/list", params, { idleMs: this.at.connectMs }));
        if (this.#peer === peer && this.state === "ready") this.tools = tools;
      } catch (thrown) {
        this.at.log(thrown instanceof Error ? thrown.message : String(thrown));
      } finally {
        this.#refreshing = undefined;
        this.at.changed(this);
      }
    }, REFRESH_MS);
    this.#refreshing.unref();
  }
  #lost(peer: Peer, why: string): void {
    // While it connects, whoever connects is told.
    if (this.#peer !== peer || this.state !== "ready") return;
    if (performance.now() - this.#readySince > LASTING_MS) this.#attempts = 0;
    this.#fail(why, undefined, false);
    void peer.close();
  }
  #fail(problem: string, hint: string | undefined, lasts: boolean): void {
    this.problem = headOf(plain(problem), 1_500).toWellFormed();
    this.hint = hint;
    this.#stand("failed");
    if (lasts || this.#attempts >= MOST_ATTEMPTS || this.users.size === 0) return;
    this.#retry = setTimeout(() => void this.connect(), FIRST_RETRY_MS * 2 ** (this.#attempts - 1));
    this.#retry.unref();
  }
  #stand(state: "ready" | "failed"): void {
    this.state = state;
    if (state === "ready") [this.problem, this.hint] = [undefined, undefined];
    this.at.changed(this);
  }
}

// --- internal ---

/** Newest first. */
const VERSIONS: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
const MOST_ATTEMPTS = 5;
const FIRST_RETRY_MS = 500;
/** One that lived longer than this has not failed to start. */
const LASTING_MS = 10_000;
const REFRESH_MS = 300;
/** How much longer than its limit a call may take in all, while it tells of progress. */
const MOST_FOLD = 10;

/** Whether trying again would change nothing: no such program, no right to enter, no such place. */
function lasting(status: number | undefined): boolean {
  return status !== undefined && status < 500 && status !== 408 && status !== 429;
}

async function dial({ reach, cwd, env, home, connectMs, confine }: ServerOptions, peer: Peer): Promise<Awaited<ReturnType<Dial>>> {
  if (reach.transport === "stdio") {
    const { openStdio } = await import("./stdio.ts");
    const about = { command: reach.command, args: reach.args, cwd: reach.cwd ?? cwd, env: { ...env, ...reach.env } };
    return openStdio(confine === undefined ? about : { ...about, confine }, peer);
  }
  const { Bearer } = await import("./bearer.ts");
  // A token that the entry gives is the user's word.
  const bearer = Object.keys(reach.headers).some((name) => name.toLowerCase() === "authorization") ? undefined : new Bearer(home, reach.url);
  if (reach.transport === "http") return (await import("./http.ts")).openHttp(bearer === undefined ? reach : { ...reach, bearer }, peer);
  const token = await bearer?.token();
  const headers = token === undefined ? reach.headers : { ...reach.headers, authorization: `Bearer ${token}` };
  return (await import("./sse.ts")).openSse({ url: reach.url, headers }, peer, connectMs);
}

/** Rejects when the signal aborts; else never settles. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new ClawError("CLAW_ABORTED", String(signal?.reason)));
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
