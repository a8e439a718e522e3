// What a turn under way is made of, for the files that do its work.
import type { Bus } from "../bus/events.ts";
import type { Finish, Input, Model, Provider, Request, Tool, ToolSpec, TurnOutcome } from "../contracts/contributions.ts";
import type { Message, Session, Usage } from "../contracts/message.ts";
import type { StepScope, TurnScope } from "../contracts/scopes.ts";
import type { ClawError } from "../errors.ts";
import type { Hooks, StepEnd } from "../hooks/hooks.ts";
import type { Calls } from "./call.ts";

/** A tool as the loop has it: under the name the model uses, with its plugin. */
export interface Equipped {
  readonly tool: Tool;
  readonly plugin: string;
  readonly spec: ToolSpec;
}
/** What the loop needs of whoever holds it: one session's side of the host. */
export interface LoopHost {
  readonly hooks: Hooks;
  readonly session: Session;
  /** System parts that come before all others. */
  readonly system: readonly string[];
  /** Names of the tools this session may use. */
  tools(): readonly string[];
  /** Throws `CLAW_CONTRIBUTION_MISSING`. */
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
  /** Usage of forks that ended since the last call. */
  forked(): Usage;
}
/** One turn under way. */
export interface Turn {
  readonly host: LoopHost;
  readonly number: number;
  readonly signal: AbortSignal;
  readonly bus: Bus;
  readonly input: Input;
  step: number;
  usage: Usage;
  outcome: TurnOutcome;
  /** The last request's usage, of this turn or the one before: what compactors judge by. */
  last: Usage;
  model?: Model;
  scope?: StepScope;
  request?: Request;
  calls?: Calls;
  finish?: Finish;
  end?: StepEnd;
  error?: ClawError;
}

/** Appends to the session and announces it. */
export async function add(turn: Turn, message: Message, about?: { readonly usage: Usage; readonly model: string }): Promise<void> {
  await turn.host.keep(turn.host.session.append(message, about));
  turn.bus.emit("message.added", { message });
}
