// What is known of the sessions that have hooks: how far each is, and its end. Hears the bus; runs the hooks of what was only announced.
import type { Bus, StepScope, TurnScope, Usage } from "claw";
import type { Book } from "./book.ts";
import { type Occasion, runTogether, type Together } from "./together.ts";

/** A session that has hooks. */
export interface Known {
  scope: TurnScope;
  begun: boolean;
  /** Steps that hooks insisted on in this turn. */
  stops: number;
  turn: number;
  /** Why the turn is to end. */
  over?: string;
  usage?: Usage;
  idle?: ReturnType<typeof setTimeout>;
}

export class Sessions {
  /** What hooks said of calls that have no result yet. */
  readonly verdicts = new Map<string, Together>();
  readonly #book: Book;
  readonly #known = new Map<string, Known>();
  readonly #agents = new Map<string, string>();
  readonly #endings = new Set<Promise<void>>();

  constructor(bus: Bus, book: Book) {
    this.#book = book;
    bus.on("session.opened", ({ session, data: { parent, agent } }) => {
      if (session !== undefined && parent !== undefined) this.#agents.set(session, agent ?? "general-purpose");
    });
    bus.on("session.compacted", ({ session = "" }) => {
      const known = this.#known.get(session);
      if (known !== undefined) this.aside({ event: "PostCompact", subject: "auto", payload: { trigger: "auto" } }, known.scope);
    });
    bus.on("call.ended", ({ data: { id } }) => void this.verdicts.delete(id));
    bus.on("permission.decided", ({ data: { id, decision } }) => decision.verdict === "deny" && this.verdicts.delete(id));
    bus.on("turn.started", ({ session = "" }) => clearTimeout(this.#known.get(session)?.idle));
    bus.on("turn.ended", ({ session = "" }) => this.#rest(session));
    bus.on("session.closed", ({ session = "" }) => this.#ended(session));
  }

  of(scope: TurnScope | StepScope): Known {
    const known = this.#known.get(scope.session.id) ?? { scope, begun: false, stops: 0, turn: scope.turn };
    this.#known.set(scope.session.id, known);
    if (known.turn !== scope.turn) [known.stops, known.turn] = [0, scope.turn];
    known.scope = scope;
    return known;
  }

  /** The name of the agent that the session is run by, when it is a sub-agent's. */
  agentOf({ session }: TurnScope): string | undefined {
    return this.#agents.get(session.id);
  }

  run(occasion: Occasion, scope: TurnScope): Promise<Together> {
    const agent = this.agentOf(scope);
    const about = agent === undefined ? {} : { agent_id: scope.session.id, agent_type: agent };
    return runTogether({ ...occasion, payload: { ...about, ...occasion.payload } }, scope, this.#book);
  }

  /** Nobody waits for it, and the turn's end does not end it. */
  aside(occasion: Occasion, scope: TurnScope): void {
    void this.run(occasion, { ...scope, signal: new AbortController().signal }).catch(() => undefined);
  }

  /** Resolves when the hooks of sessions that end have run. */
  async end(): Promise<void> {
    for (const session of [...this.#known.keys()]) this.#ended(session);
    await Promise.all(this.#endings);
  }

  #rest(session: string): void {
    const known = this.#known.get(session);
    if (known?.scope.ask === undefined || this.#agents.has(session)) return;
    clearTimeout(known.idle);
    const payload = { notification_type: "idle_prompt", message: "claw is waiting for your input" };
    known.idle = setTimeout(() => this.aside({ event: "Notification", subject: "idle_prompt", payload }, known.scope), IDLE_MS);
    known.idle.unref();
  }

  #ended(session: string): void {
    const known = this.#known.get(session);
    const done = (): void => this.#book.forget(session);
    clearTimeout(known?.idle);
    this.#known.delete(session);
    if (this.#agents.delete(session) || known?.begun !== true) {
      done();
      return;
    }
    const scope = { ...known.scope, signal: AbortSignal.timeout(2_000) };
    const ending: Promise<void> = import("./ending.ts")
      .then(({ endSession }) => endSession("other", scope, this.#book))
      .catch(() => undefined)
      .finally(() => {
        this.#endings.delete(ending);
        done();
      });
    this.#endings.add(ending);
  }
}

// --- internal ---

/** So long after a turn a person who sits there is told that claw waits. */
const IDLE_MS = 60_000;
