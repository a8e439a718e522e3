// A person's inputs and what becomes of them, one after another: turns, lines for the shell, lines to remember. What waits, can steer the turn that runs.
import { type Block, type Host, type Input, type Shell, type TurnOutcome, wrap } from "claw";
import { failureOf, type GoOn } from "claw/kit";

/** One thing to do. `text` is what the person wrote. */
export type Work =
  | Readonly<{ kind: "turn"; text: string; blocks?: readonly Block[] }>
  /** Does something else, and may give the model something to know with the next input. */
  | Readonly<{ kind: "other"; text: string; run(shell: Shell): Promise<readonly Block[]> }>;

export interface ConversationOptions {
  readonly host: Host;
  readonly shell: Shell;
  /** Opens another session, in place of the one in front. */
  open(where: GoOn): Promise<Shell>;
  /** Something is waiting, or no longer is; work begins, or has ended. */
  changed(): void;
  /** A turn begins. */
  began(text: string): void;
  /** The session is to end with this exit code. */
  end(code: number): void;
}

export class Conversation {
  readonly #options: ConversationOptions;
  #shell: Shell;
  #queue: Work[] = [];
  /** Steering inputs that the loop has, and that are no message yet. */
  #handed: string[] = [];
  #context: readonly Block[] = [];
  #next: GoOn | undefined;
  #busy = false;
  #over = false;
  readonly #listening: readonly Disposable[];

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#shell = options.shell;
    const { bus } = options.host;
    this.#listening = [
      bus.on("loop.moved", ({ session, data }) => {
        if (session === this.#shell.session.id && data.from === "calling" && data.to === "deciding") this.#steer();
      }),
      bus.on("message.added", ({ session, data }) => {
        if (session !== this.#shell.session.id || data.message.role !== "user" || this.#handed.length === 0) return;
        const said = data.message.content.flatMap((block) => (block.type === "text" ? [block.text] : []));
        this.#handed = this.#handed.filter((text) => !said.includes(text));
        options.changed();
      }),
    ];
  }

  get shell(): Shell {
    return this.#shell;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** What waits, in the person's words. */
  get waiting(): readonly string[] {
    return [...this.#handed, ...this.#queue.map(({ text }) => text)];
  }
  add(work: Work): void {
    if (this.#over) return;
    this.#queue.push(work);
    this.#options.changed();
    if (!this.#busy) void this.#drain();
  }
  /** The last input that waits, and can still be changed: it then waits no more. */
  recall(): string | undefined {
    if (!this.recallable) return undefined;
    const work = this.#queue.pop();
    this.#options.changed();
    return work?.text;
  }
  get recallable(): boolean {
    return (this.#queue.at(-1)?.text ?? "") !== "";
  }
  /** Stops what runs. Gives what waited, which then waits no more. */
  stop(reason: string): readonly string[] {
    const left = this.#queue.splice(0).map(({ text }) => text);
    this.#shell.abort(reason);
    this.#options.changed();
    return left;
  }
  goOn(where: GoOn): void {
    this.#next = where;
    if (!this.#busy) void this.#drain();
  }
  /** Nothing is begun any more; what runs is stopped, and the session closed. */
  async close(reason: string): Promise<void> {
    this.#over = true;
    this.#queue = [];
    this.#shell.abort(reason);
    await this.#shell.close();
    for (const one of this.#listening) one[Symbol.dispose]();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    do {
      const work = this.#queue.shift();
      this.#options.changed();
      if (work !== undefined) await this.#do(work).catch((thrown: unknown) => this.#failed(thrown));
      if (this.#next !== undefined) await this.#change(this.#next).catch((thrown: unknown) => this.#failed(thrown));
    } while (this.#queue.length > 0 && !this.#over);
    this.#busy = false;
    this.#options.changed();
  }
  async #do(work: Work): Promise<void> {
    if (work.kind === "other") {
      this.#context = [...this.#context, ...(await work.run(this.#shell))];
      return;
    }
    this.#options.began(work.text);
    this.#ended(await this.#shell.submit(this.#input(work.text, work.blocks)));
  }
  /** A command takes no blocks: what the model is to know waits for the next input that is for it. */
  #input(text: string, blocks: readonly Block[] = []): Input {
    const known = text.startsWith("/") ? [] : this.#context;
    if (!text.startsWith("/")) this.#context = [];
    const all = [...known, ...blocks];
    return all.length === 0 ? { text } : { text, blocks: all };
  }
  #ended(outcome: TurnOutcome): void {
    // Another code is a command's verdict for a shell: a doctor that finds something wrong does not show one the door.
    if (outcome.kind === "exit" && outcome.code === 0) {
      this.#over = true;
      this.#options.end(outcome.code);
    } else if (outcome.kind === "failed") this.#failed(outcome.error);
  }
  async #change(where: GoOn): Promise<void> {
    this.#next = undefined;
    const before = this.#shell;
    this.#shell = await this.#options.open(where);
    this.#handed = [];
    await before.close();
  }
  #failed(thrown: unknown): void {
    const error = wrap(thrown, "CLAW_BUG");
    if (error.code !== "CLAW_ABORTED") this.#options.host.bus.emit("error.raised", failureOf(error));
  }
  /** Between two steps the loop takes what waits, up to the first thing that is more than words for the model. */
  #steer(): void {
    for (let work = this.#queue[0]; work?.kind === "turn" && !work.text.startsWith("/"); work = this.#queue[0]) {
      this.#queue.shift();
      this.#handed.push(work.text);
      this.#shell.steer(this.#input(work.text, work.blocks));
    }
    this.#options.changed();
  }
}
