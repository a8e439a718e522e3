// One opened session: its selection, and its turns one after another.
import type { Bus } from "../bus/events.ts";
import type {
  Command,
  CommandOutcome,
  Draft,
  Finish,
  Input,
  Model,
  Provider,
  Request,
  Tool,
  ToolSpec,
  TurnOutcome,
} from "../contracts/contributions.ts";
import type { Message, Session, Usage } from "../contracts/message.ts";
import type { OpenOptions, Shell } from "../contracts/plugin.ts";
import type { PluginScope, Selection, StepScope, TurnScope } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { Calls } from "./call.ts";
import { draftOf, NO_USAGE } from "./step.ts";
import { runCommand, runTurn } from "./turn.ts";

/** A tool under the name the model uses, with its plugin. */
export type Equipped = Readonly<{ tool: Tool; plugin: string; spec: ToolSpec }>;
/** What a session needs of the host. `scope` has the settings of the session's folder; `author` is the plugin whose tap gave a value. */
export interface LoopHost extends Readonly<{ scope: PluginScope; hooks: Hooks }> {
  author(value: object): string | undefined;
  /** The real name of a permission mode; throws `CLAW_CONTRIBUTION_MISSING`. */
  mode(name: string): string;
  equip(name: string): Promise<Equipped>;
  /** Activates what cannot wait for first use. */
  start(): Promise<void>;
  bus(turn?: number, step?: number): Bus;
}
/** One turn under way. `last` is the usage of the last request, of this turn or the one before: what compactors judge by. */
export interface Turn extends Readonly<{ shell: SessionShell; number: number; signal: AbortSignal; bus: Bus; input: Input }> {
  step: number;
  usage: Usage;
  last: Usage;
  outcome: TurnOutcome;
  scope?: StepScope;
  request?: Request;
  calls?: Calls;
  finish?: Finish;
  error?: ClawError;
}

/** A shell over an opened session. */
export class SessionShell implements Shell {
  readonly host: LoopHost;
  readonly session: Session;
  readonly opened: OpenOptions;
  selection: Selection;
  #steering: Input[] = [];
  #last: Usage = NO_USAGE;
  #turns = 0;
  #unsaved = false;
  #running: AbortController | undefined;
  constructor(host: LoopHost, session: Session, selection: Selection, opened: OpenOptions) {
    [this.host, this.session, this.opened, this.selection] = [host, session, opened, selection];
  }

  select(change: Partial<Selection>): void {
    const { "permission-mode": mode = this.selection["permission-mode"] } = change;
    this.selection = { ...this.selection, ...change, "permission-mode": this.host.mode(mode) };
    this.host.bus().emit("selection.changed", this.selection);
  }
  submit(input: Input): Promise<TurnOutcome> {
    return this.#busy(async (signal) => {
      await this.host.start();
      const number = ++this.#turns;
      const bus = this.host.bus(number);
      const turn: Turn = {
        shell: this,
        number,
        input,
        signal,
        bus,
        last: this.#last,
        step: 0,
        usage: NO_USAGE,
        outcome: { kind: "completed" },
      };
      const outcome = await runTurn(turn);
      this.#last = turn.last;
      return outcome;
    });
  }
  steer(input: Input): void {
    this.#steering.push(input);
  }
  abort(reason: string): void {
    this.#running?.abort(reason);
  }
  run(command: Command, words: readonly string[]): Promise<CommandOutcome> {
    return this.#busy((signal) => runCommand(command, words, this.scope(this.#turns, signal)));
  }
  async close(): Promise<void> {
    this.abort("closed");
    await this.keep(this.session.close());
    this.host.bus().emit("session.closed", {});
  }

  /** Names of the tools this session may use. */
  tools(): readonly string[] {
    return this.host.scope.names("tool").filter((name) => this.opened.tools?.includes(name) !== false);
  }
  provider(): Promise<Provider> {
    return this.host.scope.get("provider", this.selection.provider);
  }
  /** A scope with the selection of this moment. */
  scope(turn: number, signal: AbortSignal): TurnScope {
    const { session, selection, opened } = this;
    const ask = opened.ask === undefined ? {} : { ask: opened.ask };
    const own = { cwd: session.cwd, bus: this.host.bus(turn), turn, session, signal, selection, ...ask };
    const at: TurnScope = { ...this.host.scope, ...own, select: (change) => this.select(change), draft: () => this.#draft(at) };
    return at;
  }
  /** Input that arrived since the last call. */
  steered(): readonly Input[] {
    return this.#steering.splice(0);
  }
  /** Appends to the session and announces it. */
  async add(bus: Bus, message: Message, about?: Readonly<{ usage: Usage; model: string }>): Promise<void> {
    await this.keep(this.session.append(message, about));
    bus.emit("message.added", { message });
  }
  /** Awaits an append; a store that fails is announced, not thrown: the session goes on in memory. */
  async keep(work: Promise<void>): Promise<void> {
    const failed = await work.then(
      () => undefined,
      (error: Error) => error.message,
    );
    const text =
      failed === undefined ? "The session is being saved again." : `The session could not be saved, and goes on in memory: ${failed}`;
    if (this.#unsaved !== (failed !== undefined))
      this.host.bus().emit("notice.raised", { level: failed === undefined ? "info" : "warn", text });
    this.#unsaved = failed !== undefined;
  }

  async #busy<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running !== undefined) throw new ClawError("CLAW_BUG", "a turn is running in this session already; steer it, or wait");
    this.#running = new AbortController();
    return work(this.#running.signal).finally(() => (this.#running = undefined));
  }
  async #draft(at: TurnScope): Promise<Draft> {
    const unknown: Model = { id: at.selection.model, context: 0, maxOutput: 0 };
    const provider = await this.provider();
    await this.host.start();
    return draftOf(this, { ...at, step: 0, model: await provider.resolve(at.selection.model).catch(() => unknown) });
  }
}
