// The hook table: every point where a plugin can change the outcome, and the tapable type that says who wins.
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook, SyncWaterfallHook } from "tapable";
import type { Command, Decision, Draft, Input, Part, Request, StopReason, ToolCall, ToolResult } from "../contracts/contributions.ts";
import type { Message, Usage } from "../contracts/message.ts";
import type { CallScope, PluginScope, StepScope, TurnScope } from "../contracts/scopes.ts";
import type { ClawError } from "../errors.ts";

/** What becomes of an input. */
export type Route =
  | Readonly<{ to: "prompt"; input: Input }>
  | Readonly<{ to: "command"; command: Command; words: readonly string[] }>
  | Readonly<{ to: "handled" }>;
/** Runs a call. Each `runner` tap wraps the one before and returns its own. */
export type Runner = (call: ToolCall, scope: CallScope) => Promise<ToolResult>;
/** Whether the loop takes another step. `reason` becomes that of the outcome `stopped`. */
export type Next = Readonly<{ again: true; add?: readonly Message[] }> | Readonly<{ again: false; reason: string }>;
/** A cure for a failed step: wait, then try it again, with another model if one is named. */
export type Recovery = Readonly<{ again: true; afterMs?: number; model?: string }> | Readonly<{ again: false }>;
/** How a step ended: how many calls it made, how many failed, how many of those were denied. */
export type StepEnd = Readonly<{ calls: number; failed: number; denied: number; stop: StopReason; usage: Usage; message: Message }>;

/** Kernel-side: the real tapable objects. Plugins never see these, only `Taps`. A failing tap of a gate denies the call; of another hook, it is skipped. */
export interface Hooks {
  /** The first plugin that recognises the input owns it. */
  readonly route: AsyncSeriesBailHook<[Input, TurnScope], Route | undefined>;
  /** Each adds to what the ones before built. */
  readonly draft: AsyncSeriesWaterfallHook<[Draft, StepScope]>;
  /** Last touch on a request; sync on purpose: nothing may stall between drafting and sending. */
  readonly request: SyncWaterfallHook<[Request, StepScope]>;
  /** Hundreds a second, so sync; skipped when nobody taps it. */
  readonly part: SyncWaterfallHook<[Part, StepScope]>;
  /** Gate. Rewrites a call's input; it is validated again after. */
  readonly callInput: AsyncSeriesWaterfallHook<[ToolCall, StepScope]>;
  /** Gate. First opinion wins: hard rules `first`, user rules `early`, plugins `normal`; then the active mode; nobody: ask. */
  readonly permit: AsyncSeriesBailHook<[ToolCall, StepScope], Decision | undefined>;
  /** Gate. Wraps the function that runs the call. */
  readonly runner: SyncWaterfallHook<[Runner, ToolCall]>;
  /** Truncate, redact, append diagnostics, in order. */
  readonly callResult: AsyncSeriesWaterfallHook<[ToolResult, CallScope]>;
  /** The first to insist decides. Default: again while there were calls. */
  readonly next: AsyncSeriesBailHook<[StepEnd, StepScope], Next | undefined>;
  /** The first plugin with a cure. */
  readonly recover: AsyncSeriesBailHook<[ClawError, StepScope], Recovery | undefined>;
  /** Flush and close; order does not matter, one deadline for all. */
  readonly shutdown: AsyncParallelHook<[PluginScope]>;
}
export type HookName = keyof Hooks;
type MaybePromise<T> = T | Promise<T>;
/** The function a plugin writes for a hook. It returns `undefined` for "no opinion" or "unchanged", and never mutates an argument. */
export type Tap<K extends HookName> =
  Hooks[K] extends AsyncSeriesBailHook<infer A extends unknown[], infer R>
    ? (...args: A) => MaybePromise<R | undefined>
    : Hooks[K] extends AsyncSeriesWaterfallHook<infer A extends unknown[]>
      ? (...args: A) => MaybePromise<A[0] | undefined>
      : Hooks[K] extends SyncWaterfallHook<infer A extends unknown[]>
        ? (...args: A) => A[0] | undefined
        : Hooks[K] extends AsyncParallelHook<infer A extends unknown[]>
          ? (...args: A) => MaybePromise<void>
          : never;
/** What a plugin sees of the hooks. */
export type Taps = { readonly [K in HookName]: { tap(fn: Tap<K>, at?: Stage): Disposable } };
/** Coarse order of taps; within a stage, the order of `config.plugins`, then of name. */
export type Stage = keyof typeof STAGES;
export const STAGES = { first: -200, early: -100, normal: 0, late: 100, last: 200 } as const;
/** Makes the tapable object behind each hook. */
export const TYPES: { readonly [K in HookName]: () => Hooks[K] } = {
  route: () => new AsyncSeriesBailHook(["input", "scope"]),
  draft: () => new AsyncSeriesWaterfallHook(["draft", "scope"]),
  request: () => new SyncWaterfallHook(["request", "scope"]),
  part: () => new SyncWaterfallHook(["part", "scope"]),
  callInput: () => new AsyncSeriesWaterfallHook(["call", "scope"]),
  permit: () => new AsyncSeriesBailHook(["call", "scope"]),
  runner: () => new SyncWaterfallHook(["runner", "call"]),
  callResult: () => new AsyncSeriesWaterfallHook(["result", "scope"]),
  next: () => new AsyncSeriesBailHook(["end", "scope"]),
  recover: () => new AsyncSeriesBailHook(["error", "scope"]),
  shutdown: () => new AsyncParallelHook(["scope"]),
};
