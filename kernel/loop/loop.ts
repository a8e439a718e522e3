// What a turn under way is made of, for the files that do its work.
import type { Bus } from "../bus/events.ts";
import type { Finish, Input, Model, Provider, Request, Tool, ToolSpec, TurnOutcome } from "../contracts/contributions.ts";
import type { Message, Session, Usage } from "../contracts/message.ts";
import type { StepScope, TurnScope } from "../contracts/scopes.ts";
import type { ClawError } from "../errors.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { Calls } from "./call.ts";

/** A tool under the name the model uses, with its plugin. */
export type Equipped = Readonly<{ tool: Tool; plugin: string; spec: ToolSpec }>;
/** What the loop needs of whoever holds it: one session's side of the host. `system` parts come before all others. */
export interface LoopHost extends Readonly<{ hooks: Hooks; session: Session; system: readonly string[] }> {
  /** Names of the tools this session may use. */
  tools(): readonly string[];
  equip(name: string): Promise<Equipped>;
  provider(): Promise<Provider>;
  bus(turn: number, step?: number): Bus;
  /** A fresh scope with the selection of this moment. */
  scope(turn: number, signal: AbortSignal): TurnScope;
  /** The plugin whose tap gave this value. */
  author(value: object): string | undefined;
  /** Awaits an append; a store that fails is announced, not thrown: the session goes on in memory. */
  keep(work: Promise<void>): Promise<void>;
  /** Input that arrived since the last call. */
  steered(): readonly Input[];
}
/** One turn under way. `last` is the usage of the last request, of this turn or the one before: what compactors judge by. */
export interface Turn extends Readonly<{ host: LoopHost; number: number; signal: AbortSignal; bus: Bus; input: Input }> {
  step: number;
  usage: Usage;
  last: Usage;
  outcome: TurnOutcome;
  model?: Model;
  scope?: StepScope;
  request?: Request;
  calls?: Calls;
  finish?: Finish;
  error?: ClawError;
}

/** Appends to the session and announces it. */
export async function add(turn: Turn, message: Message, about?: Readonly<{ usage: Usage; model: string }>): Promise<void> {
  await turn.host.keep(turn.host.session.append(message, about));
  turn.bus.emit("message.added", { message });
}
