// One server that runs: the handshake, what it asks and tells, questions to it. Whose it is, is the desk's affair.
import { ClawError, type TurnScope } from "claw";
import { type Fields, fields, headOf, type LspDiagnostic, plain } from "claw/kit";
import { Documents } from "./documents.ts";
import { answerTo, hello } from "./hello.ts";
import { boundsOf, type Launched, launch } from "./launch.ts";
import { Refusal, Rpc } from "./rpc.ts";
import type { Definition } from "./servers.ts";
import { diagnosticsOf, pathOf, sorted } from "./shapes.ts";

export interface Limits {
  /** For the handshake. */
  readonly startMs: number;
  /** For one answer, and for a server that is still reading the project. */
  readonly requestMs: number;
}
export interface ClientOptions {
  readonly definition: Definition;
  readonly root: string;
  readonly limits: Limits;
}

export class Client {
  readonly definition: Definition;
  readonly root: string;
  readonly #limits: Limits;
  readonly #rpc: Rpc;
  readonly documents: Documents;
  readonly #told = new Map<string, Told>();
  readonly #tasks = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #process: Launched | undefined;
  /** When it was first asked something. */
  #opened: number | undefined;
  #capabilities: Fields = {};
  /** What commands could do when it was started. */
  bounds = "";
  /** Why it is no more. */
  gone: string | undefined;
  ready = false;

  constructor({ definition, root, limits }: ClientOptions) {
    [this.definition, this.root, this.#limits] = [definition, root, limits];
    this.#rpc = new Rpc({
      name: definition.name,
      write: async (message) => this.#process?.write(message),
      answer: (method, params) => answerTo(method, params, definition, root),
      heard: (method, params) => this.#heard(method, params),
      broken: (why) => this.stop(why),
    });
    this.documents = new Documents(this.#rpc, definition.languages);
  }
  get sandbox(): string | undefined {
    return this.#process?.sandbox;
  }
  get busy(): boolean {
    return this.#tasks.size > 0;
  }
  /** Throws `CLAW_TOOL_FAILED` when it cannot be started or does not speak. */
  async start(scope: TurnScope): Promise<void> {
    try {
      this.bounds = await boundsOf(scope);
      this.#process = await launch(this.definition, this.root, scope, (text) => this.#rpc.read(text));
      void this.#process.ended.then(
        ({ code, signal: by, stderr = "" }) => {
          const said = headOf(plain(stderr).trim().split("\n").slice(-5).join("\n"), 1_000).toWellFormed();
          this.#over(`it ended ${by === null ? `with code ${code}` : `by ${by}`}${said === "" ? "" : `: ${said}`}`);
        },
        (thrown: unknown) => this.#over(thrown instanceof Error ? thrown.message : String(thrown)),
      );
      // It goes on when the turn that wanted it is aborted: the next one will.
      const { signal } = new AbortController();
      const answer = await this.#rpc.request("initialize", hello(this.definition, this.root), { signal, ms: this.#limits.startMs });
      this.#capabilities = fields(answer) && fields(answer["capabilities"]) ? answer["capabilities"] : {};
      this.#rpc.notify("initialized", {});
      if (this.definition.settings !== undefined) this.#rpc.notify("workspace/didChangeConfiguration", { settings: this.definition.settings });
      this.ready = true;
    } catch (thrown) {
      this.stop("it could not be started");
      if (thrown instanceof Refusal) throw new ClawError("CLAW_TOOL_FAILED", `The language server ${this.definition.name}: ${thrown.message}`);
      throw thrown;
    }
  }
  /**
   * An answer, asked for again when the server was still reading the project: for the first time then, or had none, as `empty` tells. Throws `CLAW_TOOL_FAILED` for a refusal, and
   * when the server cannot do such a thing at all.
   */
  async ask(method: string, params: Fields, ability: string, empty: (answer: unknown) => boolean, signal: AbortSignal): Promise<unknown> {
    const can = this.#capabilities[ability];
    if (can === undefined || can === false || can === null) {
      throw new ClawError("CLAW_TOOL_FAILED", `The language server ${this.definition.name} has no answer to ${method}.`);
    }
    const until = performance.now() + this.#limits.requestMs;
    // What it says of a project that it has only begun to read may be half of it.
    if (this.#opened === undefined) {
      this.#opened = performance.now();
      await this.#until(() => this.busy, BEGIN_MS, signal);
    }
    const loading = performance.now() - this.#opened < LOADING_MS;
    if (loading) await this.#until(() => !this.busy, until - performance.now(), signal);
    for (let last = false; ; ) {
      try {
        const answer = await this.#rpc.request(method, params, { signal, ms: this.#limits.requestMs });
        if (last || !this.busy || !(loading || empty(answer))) return answer;
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown;
        const again = AGAIN.has(thrown.code) && !last;
        if (!again) throw new ClawError("CLAW_TOOL_FAILED", `The language server ${this.definition.name}: ${thrown.message}`);
      }
      await this.#until(() => !this.busy, until - performance.now(), signal);
      last = true;
    }
  }
  /** Of a file that has been synced; `fresh` when the server has not been told anything since it last spoke of it. Waits at most `ms`. */
  async diagnostics(path: string, fresh: boolean, ms: number, signal: AbortSignal): Promise<readonly LspDiagnostic[]> {
    const since = this.#told.get(path)?.count ?? 0;
    const asked = fields(this.#capabilities["diagnosticProvider"]) ? await this.#pull(path, ms, signal) : undefined;
    if (asked !== undefined) return sorted([...asked, ...apart(this.#told.get(path)?.items ?? [], asked)]);
    const version = this.documents.version(path);
    const heard = (): boolean => {
      const told = this.#told.get(path);
      return told !== undefined && (fresh || told.count > since) && (told.version ?? version) >= version;
    };
    // A server may have nothing to say of a file that is well.
    const most = Math.min(ms, TOLD_MS);
    const until = performance.now() + most;
    await this.#until(heard, most, signal);
    // The first word is often of the syntax only.
    for (let count = -1; !fresh && heard() && count !== this.#told.get(path)?.count; ) {
      count = this.#told.get(path)?.count ?? 0;
      const more = (): boolean => (this.#told.get(path)?.count ?? 0) !== count;
      await this.#until(more, Math.min(QUIET_MS, until - performance.now()), signal);
    }
    return this.#told.get(path)?.items ?? [];
  }
  /** Of all files that it was told of. */
  async known(ms: number, signal: AbortSignal): Promise<readonly LspDiagnostic[]> {
    const told = [...this.#told.values()].flatMap(({ items }) => items);
    if (!fields(this.#capabilities["diagnosticProvider"])) return sorted(told);
    const open = this.documents.paths().slice(-MOST_PULLED);
    const asked = (await Promise.all(open.map((path) => this.#pull(path, ms, signal)))).flatMap((items) => items ?? []);
    return sorted([...asked, ...apart(told, asked)]);
  }
  stop(why = "it was stopped"): void {
    this.#over(why);
    this.#process?.stop();
  }

  // --- internal ---

  #over(why: string): void {
    this.gone ??= why;
    this.#rpc.close(this.gone);
    this.#wake();
  }
  async #pull(path: string, ms: number, signal: AbortSignal): Promise<readonly LspDiagnostic[] | undefined> {
    try {
      const params = { textDocument: { uri: Bun.pathToFileURL(path).href } };
      const answer = await this.#rpc.request("textDocument/diagnostic", params, { signal, ms });
      return fields(answer) ? diagnosticsOf(answer["items"], path) : [];
    } catch (thrown) {
      if (thrown instanceof Refusal) return undefined;
      throw thrown;
    }
  }
  #heard(method: string, params: Fields): void {
    if (method === "textDocument/publishDiagnostics") {
      const path = pathOf(params["uri"]);
      const count = (this.#told.get(path)?.count ?? 0) + 1;
      const version = typeof params["version"] === "number" ? { version: params["version"] } : {};
      this.#told.delete(path);
      this.#told.set(path, { items: diagnosticsOf(params["diagnostics"], path), count, ...version });
      const [oldest] = this.#told.keys();
      if (this.#told.size > MOST_TOLD && oldest !== undefined) this.#told.delete(oldest);
    } else if (method === "$/progress") {
      const token = String(params["token"]);
      const kind = fields(params["value"]) ? params["value"]["kind"] : undefined;
      if (kind === "begin" && this.#tasks.size < MOST_TOLD) this.#tasks.add(token);
      if (kind === "end") this.#tasks.delete(token);
    } else return;
    this.#wake();
  }
  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
  /** Waits for news that make it so, the server's end, the abort, or the time. */
  async #until(so: () => boolean, ms: number, signal: AbortSignal): Promise<void> {
    if (so() || ms <= 0 || signal.aborted || this.gone !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = (): void => {
      if (so() || signal.aborted || this.gone !== undefined) resolve();
    };
    this.#waiting.add(check);
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", check, { once: true });
    await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", check);
    this.#waiting.delete(check);
  }
}

// --- internal ---

interface Told {
  readonly items: readonly LspDiagnostic[];
  readonly version?: number;
  readonly count: number;
}
const QUIET_MS = 400;
const TOLD_MS = 8_000;
/** How long after the first file it may take until it says that it reads the project; and how long afterwards that is worth waiting for. */
const BEGIN_MS = 100;
const LOADING_MS = 60_000;
/** Files whose state is asked for at once. */
const MOST_PULLED = 30;
const MOST_TOLD = 2_000;
/** Content was modified; the server cancelled it; it is not initialized yet. */
const AGAIN: ReadonlySet<number> = new Set([-32801, -32802, -32002]);
/** Those of `more` that `all` has not: a server may tell some by itself. */
function apart(more: readonly LspDiagnostic[], all: readonly LspDiagnostic[]): readonly LspDiagnostic[] {
  const key = ({ path, line, message }: LspDiagnostic): string => `${path} ${line} ${message}`;
  const known = new Set(all.map(key));
  return more.filter((one) => !known.has(key(one)));
}
