// Every event, by name. Hooks change, events tell: nobody waits for a listener, and none can alter an outcome.
import type { Access, Block, Decision, Json, Message, StopReason, ToolCall, TurnOutcome, Usage } from "../contracts/contributions.ts";
import type { Selection } from "../contracts/plugin.ts";
import type { LoopState } from "../loop/state.ts";

// Plugins add events by declaration merging: `declare module "claw" { interface EventMap { "todo.changed": { open: number } } }`.
/** What each event carries: plain JSON, so that a renderer can live in another process. Times are milliseconds, prices as in `Model`. */
export interface EventMap {
  "plugin.loaded": Readonly<{ plugin: string; ms: number }>;
  "plugin.failed": Readonly<{ plugin: string; hook?: string; code: string; message: string }>;
  "session.opened": Readonly<{ cwd: string; resumed: boolean; parent?: string; agent?: string }>;
  "session.closed": Readonly<Record<string, never>>;
  "session.compacted": Readonly<{ dropped: number; by: string }>;
  "selection.changed": Selection;
  "loop.moved": Readonly<{ from: LoopState; to: LoopState }>;
  "turn.started": Readonly<{ text: string }>;
  "turn.ended": Readonly<{ outcome: TurnOutcome["kind"]; reason?: string; code?: string }>;
  "step.started": Readonly<{ model: string }>;
  "step.ended": Readonly<{ stop: StopReason; usage: Usage; model: string; ms: number; price?: Usage }>;
  /** The step's partial text is void. When `again`, another `step.started` follows. */
  "step.failed": Readonly<{ code: string; message: string; again: boolean; afterMs?: number }>;
  "text.delta": Readonly<{ delta: string }>;
  "thinking.delta": Readonly<{ delta: string }>;
  "message.added": Readonly<{ message: Message }>;
  "call.started": Readonly<{ id: string; tool: string; access: Access; subject: string; input: Json }>;
  "call.progress": Readonly<{ id: string; update: Json }>;
  "call.ended": Readonly<{ id: string; tool: string; failed: boolean; ms: number; content: readonly Block[]; details?: Json }>;
  "permission.decided": Decided;
  "notice.raised": Readonly<{ level: "info" | "warn" | "error"; text: string }>;
  /** Diagnostics, shown with `--debug`; never a way to talk to the user. */
  "log.written": Readonly<{ message: string; data?: Json }>;
}
/** `by` is a plugin, `mode:NAME`, `user`, or `headless` when nobody could be asked. `rules` are to be saved as `answer` says. */
export type Decided = Pick<ToolCall, "id" | "tool" | "subject"> &
  Readonly<{ decision: Decision; by: string; answer?: string; rules?: readonly string[] }>;
/** Where an event comes from: a plugin or `claw`, and what it was doing. */
export type Stamp = Readonly<{ source: string; session?: string; turn?: number; step?: number }>;
/** An event as listeners get it. `seq` counts without gaps, `at` is milliseconds since 1970. */
export type Envelope<K extends keyof EventMap> = Stamp & Readonly<{ type: K; seq: number; at: number; data: EventMap[K] }>;
/** An event of any type. */
export type AnyEvent = { [K in keyof EventMap]: Envelope<K> }[keyof EventMap];
/** Fan-out is synchronous and in order; emitting from inside a listener queues. A listener that throws is reported; the others still run. */
export interface Bus {
  emit<K extends keyof EventMap>(type: K, data: EventMap[K]): void;
  on<K extends keyof EventMap>(type: K, listener: (event: Envelope<K>) => void): Disposable;
  onAny(listener: (event: AnyEvent) => void): Disposable;
}
