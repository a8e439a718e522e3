// Sessions and their servers: which one a question goes to, started where there is none, and the service itself.
import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { ClawError, type TurnScope } from "claw";
import type { Lsp, LspAnswer, LspDiagnostic, LspPosition, LspServer, LspSymbol } from "claw/kit";
import { Client, type Limits } from "./client.ts";
import { boundsOf } from "./launch.ts";
import { adviceFor, type Definition, definitionFor, definitions, problemsOf } from "./servers.ts";
import { hoverOf, positionsOf, sorted, symbolsOf } from "./shapes.ts";

export interface DeskConfig extends Limits {
  /** After which a server that nobody asks ends. */
  readonly idleMs: number;
}

export class Desk implements Lsp {
  readonly #config: DeskConfig;
  /** The session that sub-agents' sessions belong to. */
  readonly #owner: (session: string) => string;
  readonly #servers = new Map<string, Map<string, Running>>();

  constructor(config: DeskConfig, owner: (session: string) => string) {
    [this.#config, this.#owner] = [config, owner];
  }
  list(scope: TurnScope): readonly LspServer[] {
    return this.#clients(scope).map(({ definition: { name }, root, busy, ready, sandbox }) => ({
      ...{ name, root, state: ready ? (busy ? "busy" : "ready") : "starting" },
      ...(sandbox === undefined ? {} : { sandbox }),
    }));
  }
  async locations(kind: "definition" | "references", at: LspPosition, scope: TurnScope): Promise<LspAnswer<LspPosition>> {
    const client = await this.#ready(at.path, scope);
    const more = kind === "references" ? { context: { includeDeclaration: true } } : {};
    const params = { ...placeOf(at), ...more };
    const answer = await client.ask(`textDocument/${kind}`, params, `${kind}Provider`, (one) => positionsOf(one).length === 0, scope.signal);
    return answered(client, positionsOf(answer));
  }
  async hover(at: LspPosition, scope: TurnScope): Promise<LspAnswer<string>> {
    const client = await this.#ready(at.path, scope);
    const answer = await client.ask("textDocument/hover", placeOf(at), "hoverProvider", (one) => hoverOf(one) === "", scope.signal);
    return answered(
      client,
      [hoverOf(answer)].filter((text) => text !== ""),
    );
  }
  async symbols(path: string, scope: TurnScope): Promise<LspAnswer<LspSymbol>> {
    const client = await this.#ready(path, scope);
    const params = { textDocument: { uri: Bun.pathToFileURL(path).href } };
    const none = (one: unknown): boolean => symbolsOf(one).length === 0;
    return answered(client, symbolsOf(await client.ask("textDocument/documentSymbol", params, "documentSymbolProvider", none, scope.signal), path));
  }
  async find(query: string, path: string | undefined, scope: TurnScope): Promise<LspAnswer<LspSymbol>> {
    const clients = path === undefined ? this.#running(scope) : [await this.#ready(path, scope)];
    await Promise.all(clients.map((client) => client.documents.refresh()));
    const none = (one: unknown): boolean => symbolsOf(one).length === 0;
    const asked = clients.map((client) => client.ask("workspace/symbol", { query }, "workspaceSymbolProvider", none, scope.signal));
    const answers = await Promise.allSettled(asked);
    const first = answers.find((answer) => answer.status === "rejected");
    if (first !== undefined && answers.every((answer) => answer.status === "rejected")) throw first.reason;
    const items = answers.flatMap((answer) => (answer.status === "fulfilled" ? symbolsOf(answer.value) : []));
    return together(clients, items);
  }
  async diagnostics(path: string | undefined, scope: TurnScope): Promise<LspAnswer<LspDiagnostic>> {
    if (path !== undefined) {
      const client = await this.#client(path, scope);
      const changed = [await client.documents.refresh(), await client.documents.sync(path)].includes(true);
      return answered(client, await client.diagnostics(path, !changed, this.#config.requestMs, scope.signal));
    }
    const clients = this.#running(scope);
    await Promise.all(clients.map((client) => client.documents.refresh()));
    const all = await Promise.all(clients.map((client) => client.known(this.#config.requestMs, scope.signal)));
    return together(clients, sorted(all.flat()));
  }
  /** What a server that runs says of a file just written; nothing where none runs, or it takes too long. Never rejects. */
  async afterEdit(path: string, created: boolean, ms: number, scope: TurnScope): Promise<readonly LspDiagnostic[]> {
    const extension = /\.[^./\\]+$/.exec(path)?.[0]?.toLowerCase() ?? "";
    const all = this.#clients(scope).filter(({ ready }) => ready);
    for (const client of all) client.documents.written(path, created);
    const client = all.find(({ definition, root }) => extension in definition.languages && within(root, path));
    if (client === undefined) return [];
    try {
      const changed = await client.documents.sync(path);
      return await client.diagnostics(path, !changed, ms, scope.signal);
    } catch {
      return [];
    }
  }
  /** Ends a session's servers. */
  leave(session: string): void {
    for (const { client, idle } of this.#servers.get(session)?.values() ?? []) {
      clearTimeout(idle);
      client.stop();
    }
    this.#servers.delete(session);
  }

  // --- internal ---

  #clients(scope: TurnScope): readonly Client[] {
    const all = this.#servers.get(this.#owner(scope.session.id))?.values() ?? [];
    return [...all].map(({ client }) => client).filter(({ gone }) => gone === undefined);
  }
  /** Throws `CLAW_TOOL_FAILED` when none runs. */
  #running(scope: TurnScope): readonly Client[] {
    const all = this.#clients(scope).filter(({ ready }) => ready);
    if (all.length > 0) return all;
    throw new ClawError("CLAW_TOOL_FAILED", "No language server runs yet.", { hint: "Name in path a file of the language that is meant." });
  }
  /** The server for a file, with the file and all that has changed told to it. */
  async #ready(path: string, scope: TurnScope): Promise<Client> {
    const client = await this.#client(path, scope);
    await client.documents.refresh();
    await client.documents.sync(path);
    return client;
  }
  async #client(path: string, scope: TurnScope): Promise<Client> {
    const definition = this.#definition(path, scope);
    const owner = this.#owner(scope.session.id);
    const servers = this.#servers.get(owner) ?? new Map<string, Running>();
    this.#servers.set(owner, servers);
    const running = [...servers.values()].find(({ client }) => client.definition.name === definition.name && within(client.root, path));
    const root = running?.client.root ?? rootOf(path, definition.markers, scope.session.cwd);
    const key = `${definition.name} ${root}`;
    let entry = servers.get(key);
    if (entry !== undefined && (entry.client.gone !== undefined || (entry.client.bounds !== "" && entry.client.bounds !== (await boundsOf(scope))))) {
      this.#drop(servers, key);
      entry = undefined;
    }
    if (entry === undefined) {
      if (servers.size >= MOST) this.#drop(servers, servers.keys().next().value ?? "");
      const client = new Client({ definition, root, limits: this.#config });
      // Children are the owner's: they outlive a sub-agent.
      const at = { ...scope, session: { ...scope.session, id: owner } };
      entry = { client, started: client.start(at) };
      entry.started.catch(() => servers.get(key)?.client === client && this.#drop(servers, key));
      servers.set(key, entry);
    }
    await orAborted(entry.started, scope.signal);
    clearTimeout(entry.idle);
    entry.idle = setTimeout(() => this.#drop(servers, key), this.#config.idleMs);
    entry.idle.unref();
    return entry.client;
  }
  #definition(path: string, scope: TurnScope): Definition {
    const problems = problemsOf(scope);
    const definition = definitionFor(path, definitions(scope));
    if (definition !== undefined) return definition;
    const hint = [adviceFor(path), ...problems].join("\n");
    throw new ClawError("CLAW_TOOL_FAILED", `There is no language server for files like ${path}.`, { hint });
  }
  #drop(servers: Map<string, Running>, key: string): void {
    const entry = servers.get(key);
    servers.delete(key);
    clearTimeout(entry?.idle);
    entry?.client.stop();
  }
}

// --- internal ---

interface Running {
  readonly client: Client;
  readonly started: Promise<void>;
  idle?: ReturnType<typeof setTimeout>;
}
/** Servers of one session. */
const MOST = 8;

function placeOf({ path, line, character }: LspPosition) {
  return { textDocument: { uri: Bun.pathToFileURL(path).href }, position: { line: line - 1, character: character - 1 } };
}

function answered<T>({ definition: { name }, busy }: Client, items: readonly T[]): LspAnswer<T> {
  return { items, server: name, busy };
}

function together<T>(clients: readonly Client[], items: readonly T[]): LspAnswer<T> {
  return { items, server: clients.map(({ definition }) => definition.name).join(", "), busy: clients.some(({ busy }) => busy) };
}

function within(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The outermost folder with a marker, from the file up to the session's folder: one server for all of a repository. */
function rootOf(path: string, markers: readonly string[], cwd: string): string {
  let root: string | undefined;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (markers.some((marker) => existsSync(join(folder, marker)))) root = folder;
    if (folder === cwd || folder === dirname(folder) || (!within(cwd, path) && root !== undefined)) break;
  }
  return root ?? (within(cwd, path) ? cwd : dirname(path));
}

async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new ClawError("CLAW_ABORTED", String(signal.reason)));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  await Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", abort));
}
