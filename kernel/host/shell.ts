// One opened session: its selection, its turns one after another, and what the loop needs of the host for it.
import { toJsonSchema } from "@valibot/to-json-schema";
import type { Bus } from "../bus/events.ts";
import type { Command, CommandOutcome, Draft, Input, Model, Provider, TurnOutcome } from "../contracts/contributions.ts";
import type { Host, OpenOptions, Shell } from "../contracts/host.ts";
import type { Json, Session, Usage } from "../contracts/message.ts";
import type { Selection, Setting, TurnScope } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import type { Equipped, LoopHost } from "../loop/loop.ts";
import { draftOf, NO_USAGE } from "../loop/step.ts";
import { runCommand, runTurn } from "../loop/turn.ts";
import type { Registry } from "./registry.ts";

/** What a shell is made of. `settings` are those of the session's folder. */
export interface ShellOptions
  extends Readonly<{ registry: Registry; host: Host; session: Session; selection: Selection; opened: OpenOptions }> {
  bus(turn?: number, step?: number): Bus;
  settings(key: string): readonly Setting[];
}

/** A shell over an opened session. */
export class SessionShell implements Shell, LoopHost {
  readonly session: Session;
  readonly bus: (turn?: number, step?: number) => Bus;
  readonly #made: ShellOptions;
  readonly #equipped = new Map<string, Promise<Equipped>>();
  readonly #steering: Input[] = [];
  #selection: Selection;
  #last: Usage = NO_USAGE;
  #turns = 0;
  #unsaved = false;
  #running: AbortController | undefined;
  constructor(made: ShellOptions) {
    this.#made = made;
    this.session = made.session;
    this.bus = made.bus;
    this.#selection = made.selection;
  }

  // --- Shell ---
  get selection(): Selection {
    return this.#selection;
  }
  select(change: Partial<Selection>): void {
    const mode = change["permission-mode"];
    const found = mode === undefined ? {} : { "permission-mode": this.#made.registry.find("permission-mode", mode).name };
    this.#selection = { ...this.#selection, ...change, ...found };
    this.bus().emit("selection.changed", this.#selection);
  }
  async submit(input: Input): Promise<TurnOutcome> {
    return this.#busy(async (signal) => {
      await this.#made.registry.start();
      const [number, last] = [++this.#turns, this.#last];
      const turn = {
        host: this,
        number,
        input,
        signal,
        last,
        bus: this.bus(number),
        step: 0,
        usage: NO_USAGE,
        outcome: { kind: "completed" } as const,
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
    this.bus().emit("session.closed", {});
  }

  // --- LoopHost ---
  get hooks() {
    return this.#made.registry.seats.hooks;
  }
  get system(): readonly string[] {
    return this.#made.opened.system ?? [];
  }
  tools(): readonly string[] {
    return this.#made.host.names("tool").filter((name) => this.#made.opened.tools?.includes(name) !== false);
  }
  equip(name: string): Promise<Equipped> {
    const known = this.#equipped.get(name) ?? this.#equip(name);
    this.#equipped.set(name, known);
    return known;
  }
  provider(): Promise<Provider> {
    return this.#made.host.get("provider", this.#selection.provider);
  }
  scope(turn: number, signal: AbortSignal): TurnScope {
    const { host, session, settings, opened } = this.#made;
    const ask = opened.ask === undefined ? {} : { ask: opened.ask };
    const own = { cwd: session.cwd, bus: this.bus(turn), settings, turn, session, signal, selection: this.#selection, ...ask };
    const { config: _, open: __, plugins: ___, activate: ____, layers: _____, warnings: ______, ...base } = host;
    const at: TurnScope = { ...base, ...own, select: (change) => this.select(change), draft: () => this.#draft(at) };
    return at;
  }
  author(value: object): string | undefined {
    return this.#made.registry.seats.author(value);
  }
  async keep(work: Promise<void>): Promise<void> {
    const raise = (level: "info" | "warn", text: string): void => this.bus().emit("notice.raised", { level, text });
    try {
      await work;
      if (this.#unsaved) raise("info", "The session is being saved again.");
      this.#unsaved = false;
    } catch (error) {
      if (!this.#unsaved) raise("warn", `The session could not be saved, and goes on in memory: ${(error as Error).message}`);
      this.#unsaved = true;
    }
  }
  steered(): readonly Input[] {
    return this.#steering.splice(0);
  }

  async #busy<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running !== undefined) throw new ClawError("CLAW_BUG", "a turn is running in this session already; steer it, or wait");
    this.#running = new AbortController();
    return work(this.#running.signal).finally(() => (this.#running = undefined));
  }
  async #draft(at: TurnScope): Promise<Draft> {
    const unknown: Model = { id: at.selection.model, context: 0, maxOutput: 0 };
    const provider = await this.provider();
    await this.#made.registry.start();
    return draftOf(this, { ...at, step: 0, model: await provider.resolve(at.selection.model).catch(() => unknown) });
  }
  async #equip(name: string): Promise<Equipped> {
    const { plugin } = this.#made.registry.find("tool", name);
    const tool = await this.#made.host.get("tool", name);
    const { $schema: _, ...derived } =
      tool.schema === undefined ? toJsonSchema(tool.input as Parameters<typeof toJsonSchema>[0], { errorMode: "ignore" }) : {};
    return { tool, plugin, spec: { name, description: tool.description, schema: tool.schema ?? (derived as Json) } };
  }
}
