// What code may touch while it runs: the plugin's life, a turn, a step, a call. Each scope extends the one before.
import type { Bus } from "../bus/events.ts";
import type { Contributions, Draft, Kind, Model, ToolCall, TurnOutcome } from "./contributions.ts";
import type { Json, Session, Usage } from "./message.ts";

/** A typed name for a service. Two plugins meet through the token, never by import. */
export interface ServiceToken<T> {
  readonly id: string;
  /** Phantom: carries `T` for inference, never present at run time. */
  readonly "~type"?: T;
}

/** Layers of settings, lowest precedence first. */
export type SettingSource = "user" | "project" | "local" | "environment" | "flag" | "managed";
/** What one layer says of a top-level key. `origin` is its file, flag or variable; `trusted` is false for a project nobody has vouched for. */
export interface Setting {
  readonly value: unknown;
  readonly source: SettingSource;
  readonly origin: string;
  readonly trusted: boolean;
}
/** Option values: `true` for a flag, a string, or strings when the option may be repeated. */
export type Options = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

/** Lives as long as the plugin. */
export interface PluginScope {
  readonly plugin: string;
  /** The folder claw was started in; in a turn, the session's folder. Absolute. */
  readonly cwd: string;
  /** claw's own folder. Absolute; may not exist. */
  readonly home: string;
  /** The environment claw was started with: a snapshot. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of command line options, by their long name. */
  readonly options: Options;
  readonly bus: Bus;
  /** Another plugin's service; activates its plugin. Throws `CLAW_SERVICE_MISSING`. */
  use<T>(token: ServiceToken<T>): Promise<T>;
  /** Names come from manifests, so listing activates nothing. */
  names(kind: Kind): readonly string[];
  /** The contribution, by name or alias; activates its plugin. Throws `CLAW_CONTRIBUTION_MISSING`, naming the nearest. */
  get<K extends Kind>(kind: K, name: string): Promise<Contributions[K]>;
  /** What each layer says of a top-level settings key, lowest precedence first. */
  settings(key: string): readonly Setting[];
}

/** The one active contribution of each exclusive kind, for one session. */
export interface Selection {
  readonly provider: string;
  readonly model: string;
  readonly compactor: string;
  readonly "permission-mode": string;
}

/** Lives as long as one turn: one user input until the loop is idle again. */
export interface TurnScope extends PluginScope {
  readonly turn: number;
  readonly session: Session;
  readonly signal: AbortSignal;
  readonly selection: Selection;
  /** Present when a person can be asked. Absent when headless, and then every `ask` is a `deny`. */
  readonly ask?: Ask;
  /** Takes effect from the next step. */
  select(change: Partial<Selection>): void;
  /** What the next request would carry, without sending it. */
  draft(): Promise<Draft>;
  /** A nested turn in a fresh session with at most this turn's rights: how sub-agents are built. Its usage counts in this turn. */
  fork(options: ForkOptions): Promise<ForkOutcome>;
}
/** `name` is who works there, for events and questions. `tools` may only narrow. */
export interface ForkOptions {
  readonly prompt: string;
  readonly name: string;
  readonly system?: readonly string[];
  readonly tools?: readonly string[];
  readonly model?: string;
}
/** What a fork came to: `text` is its last message's. */
export interface ForkOutcome {
  readonly outcome: TurnOutcome;
  readonly text: string;
  readonly usage: Usage;
  readonly session: string;
}

/** Lives as long as one step: one provider request plus the calls it asks for. `model` is the one this step speaks to. */
export interface StepScope extends TurnScope {
  readonly step: number;
  readonly model: Model;
}
/** Lives as long as one tool call. */
export interface CallScope extends StepScope {
  readonly call: ToolCall;
  /** Announces `call.progress`: a live tail for renderers, never for the model. */
  progress(update: Json): void;
}

/** Asks the person at the session. Rejects only when `signal` aborts. */
export interface Ask {
  choose(question: Question, signal: AbortSignal): Promise<Answer>;
}
/** `text` is plain: whoever shows it makes it safe for its screen. No `choices`: free text. `rules` are what `session` and `always` would save. */
export interface Question {
  readonly text: string;
  readonly choices: readonly string[];
  readonly call?: ToolCall;
  readonly rules?: readonly string[];
  readonly agent?: string;
}
/** `text` is the free answer, or with `no` the reason for the model. */
export interface Answer {
  readonly choice: string;
  readonly text?: string;
}
