// What code may touch while it runs: the plugin's life, a turn, a step, a call. Each scope extends the one before.
import type { Bus } from "../bus/events.ts";
import type { Contributions, Draft, Kind, Model, ToolCall } from "./contributions.ts";
import type { Json, Session } from "./message.ts";

/** A typed name for a service: two plugins meet through it, never by import. `~type` is never present at run time. */
export type ServiceToken<T> = Readonly<{ id: string; "~type"?: T }>;
/** Layers of settings, lowest precedence first. */
export type SettingSource = "user" | "project" | "local" | "environment" | "flag" | "managed";
/** What one layer says of a top-level key. `origin` is its file, flag or variable; `trusted` is false for a project nobody has vouched for. */
export type Setting = Readonly<{ value: unknown; source: SettingSource; origin: string; trusted: boolean }>;
/** Option values: `true` for a flag, a string, or strings when the option may be repeated. */
export type Options = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;
/** An environment, as it was when claw was started. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Lives as long as the plugin. `cwd` is where claw was started, in a turn the session's folder; `home` is claw's own and may not exist. */
export interface PluginScope extends Readonly<{ plugin: string; cwd: string; home: string; env: Env; options: Options; bus: Bus }> {
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
export type Selection = Readonly<{ provider: string; model: string; compactor: string; "permission-mode": string }>;
/** Lives as long as one turn. Without `ask` nobody can be asked, and every `ask` is a `deny`. */
export interface TurnScope extends PluginScope, Readonly<{ turn: number; session: Session; signal: AbortSignal; selection: Selection; ask?: Ask }> {
  /** Takes effect from the next step. */
  select(change: Partial<Selection>): void;
  /** What the next request would carry, without sending it. */
  draft(): Promise<Draft>;
}
/** Lives as long as one step: one provider request, to `model`, plus the calls it asks for. */
export interface StepScope extends TurnScope, Readonly<{ step: number; model: Model }> {}
/** Lives as long as one tool call. `progress` announces `call.progress`: a live tail for renderers, never for the model. */
export interface CallScope extends StepScope, Readonly<{ call: ToolCall; progress(update: Json): void }> {}

/** Asks the person at the session. Rejects only when `signal` aborts. */
export type Ask = Readonly<{ choose(question: Question, signal: AbortSignal): Promise<Answer> }>;
/** `text` is plain: whoever shows it makes it safe for its screen. No `choices`: free text. `rules` are what `session` and `always` would save. */
export type Question = Readonly<{ text: string; choices: readonly string[]; call?: ToolCall; rules?: readonly string[]; agent?: string }>;
/** `text` is the free answer, or with `no` the reason for the model. */
export type Answer = Readonly<{ choice: string; text?: string }>;
