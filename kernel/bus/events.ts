// Every event, by name. Hooks change, events tell: nobody waits for a listener, and none can alter an outcome.
import type { Access, Decision, StopReason, TurnOutcome } from "../contracts/contributions.ts";
import type { Block, Json, Message, Usage } from "../contracts/message.ts";
import type { Selection } from "../contracts/scopes.ts";
import type { LoopState } from "../loop/state.ts";

/**
 * Plugins add their own events by declaration merging: `declare module "claw" { interface EventMap { "todo.changed": { open: number } } }`.
 * Payloads are plain JSON so that a renderer can live in another process. Times are milliseconds, costs US dollars.
 */
export interface EventMap {
  "plugin.loaded": { readonly plugin: string; readonly ms: number };
  "plugin.failed": { readonly plugin: string; readonly hook?: string; readonly code: string; readonly message: string };
  "session.opened": { readonly cwd: string; readonly resumed: boolean; readonly parent?: string; readonly agent?: string };
  "session.closed": Record<string, never>;
  "session.compacted": { readonly dropped: number; readonly by: string };
  "selection.changed": Selection;
  "loop.moved": { readonly from: LoopState; readonly to: LoopState };
  "turn.started": { readonly text: string };
  "turn.ended": { readonly outcome: TurnOutcome["kind"]; readonly reason?: string; readonly code?: string; readonly usage: Usage };
  "step.started": { readonly model: string };
  "step.ended": { readonly stop: StopReason; readonly usage: Usage; readonly model: string; readonly ms: number; readonly cost?: number };
  /** The step's partial text is void. When `again`, another `step.started` follows. */
  "step.failed": { readonly code: string; readonly message: string; readonly again: boolean; readonly afterMs?: number };
  "text.delta": { readonly delta: string };
  "thinking.delta": { readonly delta: string };
  "message.added": { readonly message: Message };
  "call.started": { readonly id: string; readonly tool: string; readonly access: Access; readonly subject: string; readonly input: Json };
  "call.progress": { readonly id: string; readonly update: Json };
  "call.ended": {
    readonly id: string;
    readonly tool: string;
    readonly failed: boolean;
    readonly ms: number;
    readonly content: readonly Block[];
    readonly details?: Json;
  };
  /** `by` is a plugin, `mode:NAME`, `user`, or `headless` when nobody could be asked. `rules` are to be saved as `answer` says. */
  "permission.decided": {
    readonly id: string;
    readonly tool: string;
    readonly subject: string;
    readonly decision: Decision;
    readonly by: string;
    readonly answer?: string;
    readonly rules?: readonly string[];
  };
  "notice.raised": { readonly level: "info" | "warn" | "error"; readonly text: string };
  /** Diagnostics, shown with `--debug`; never a way to talk to the user. */
  "log.written": { readonly message: string; readonly data?: Json };
}

/** An event as listeners get it. `seq` counts without gaps, `at` is milliseconds since 1970, `source` is the plugin or `claw`. */
export interface Envelope<K extends keyof EventMap> {
  readonly type: K;
  readonly seq: number;
  readonly at: number;
  readonly source: string;
  readonly session?: string;
  readonly turn?: number;
  readonly step?: number;
  readonly data: EventMap[K];
}
export type AnyEvent = { [K in keyof EventMap]: Envelope<K> }[keyof EventMap];

/** Fan-out is synchronous and in order; emitting from inside a listener queues. A listener that throws is reported; the others still run. */
export interface Bus {
  emit<K extends keyof EventMap>(type: K, data: EventMap[K]): void;
  on<K extends keyof EventMap>(type: K, listener: (event: Envelope<K>) => void): Disposable;
  onAny(listener: (event: AnyEvent) => void): Disposable;
}
