// The hook table: every point where a plugin can change the outcome, and the tapable type that says who wins.
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook, SyncWaterfallHook } from "tapable";
import type { Command, Decision, Draft, Finish, Input, Maybe, Message, Part, Request, ToolCall, ToolResult } from "../contracts/contributions.ts";
import type { CallScope, PluginScope, StepScope, TurnScope } from "../contracts/plugin.ts";
import type { ClawError } from "../errors.ts";

/** What becomes of an input. */
export type Route = Readonly<{ to: "prompt"; input: Input } | { to: "command"; command: Command; words: readonly string[] } | { to: "handled" }>;
/** Runs a call. Each `runner` tap wraps the one before and returns its own. */
export type Runner = (call: ToolCall, scope: CallScope) => Promise<ToolResult>;
/** Whether the loop takes another step. `reason` becomes that of the outcome `stopped`. */
export type Next = Readonly<{ again: true; add?: readonly Message[] }> | Readonly<{ again: false; reason: string }>;
/** A cure for a failed step: wait, then try it again, with another model if one is named. */
export type Recovery = Readonly<{ again: true; afterMs?: number; model?: string }> | Readonly<{ again: false }>;
/** How a step ended: how many calls it made, how many failed, how many of those were denied. */
export type StepEnd = Pick<Finish, "stop" | "usage"> & Readonly<{ calls: number; failed: number; denied: number; message: Message }>;
/** What a plugin writes for each hook. `undefined` is no opinion; arguments are never mutated. A failing tap denies the call in a gate, else is skipped. */
export interface Tap {
  /** Bail: the first plugin that recognises the input owns it. */
  route(input: Input, scope: TurnScope): Maybe<Route>;
  /** Waterfall: each adds to what the ones before built. */
  draft(draft: Draft, scope: StepScope): Maybe<Draft>;
  /** Sync waterfall, last touch on a request: nothing may stall between drafting and sending. */
  request(request: Request, scope: StepScope): Request | undefined;
  /** Sync waterfall: hundreds a second; skipped when nobody taps it. */
  part(part: Part, scope: StepScope): Part | undefined;
  /** Gate, waterfall. Rewrites a call's input; it is validated again after. */
  callInput(call: ToolCall, scope: StepScope): Maybe<ToolCall>;
  /** Gate, bail. First opinion wins: hard rules `first`, user rules `early`, plugins `normal`; then the active mode; nobody: ask. */
  permit(call: ToolCall, scope: StepScope): Maybe<Decision>;
  /** Gate, sync waterfall. Wraps the function that runs the call. */
  runner(runner: Runner, call: ToolCall): Runner | undefined;
  /** Waterfall: truncate, redact, append diagnostics, in order. What a tool throws is a failed result by then. */
  callResult(result: ToolResult, scope: CallScope): Maybe<ToolResult>;
  /** Bail: the first to insist decides. Default: again while there were calls. */
  next(end: StepEnd, scope: StepScope): Maybe<Next>;
  /** Bail: the first plugin with a cure. */
  recover(error: ClawError, scope: StepScope): Maybe<Recovery>;
  /** Parallel: flush and close; order does not matter, one deadline for all. */
  shutdown(scope: PluginScope): void | Promise<void>;
}
/** The name of a hook. */
export type HookName = keyof Tap;
/** Coarse order of taps; within a stage, bundled plugins by name, then others in the order of `config.plugins`. */
export const STAGES = { first: -200, early: -100, normal: 0, late: 100, last: 200 } as const;
/** The name of a stage. */
export type Stage = keyof typeof STAGES;
/** What a plugin sees of the hooks. */
export type Taps = { readonly [K in HookName]: { tap(fn: Tap[K], at?: Stage): Disposable } };
/** The tapable class behind each hook. */
export const TYPES = {
  ...{ route: AsyncSeriesBailHook, permit: AsyncSeriesBailHook, next: AsyncSeriesBailHook, recover: AsyncSeriesBailHook },
  ...{ draft: AsyncSeriesWaterfallHook, callInput: AsyncSeriesWaterfallHook, callResult: AsyncSeriesWaterfallHook },
  ...{ request: SyncWaterfallHook, part: SyncWaterfallHook, runner: SyncWaterfallHook, shutdown: AsyncParallelHook },
} as const;
/** The names of all hooks. */
export const HOOKS = Object.keys(TYPES) as readonly HookName[];
type Args<K extends HookName> = Required<Parameters<Tap[K]>>;
type Made<K extends HookName> = K extends "route" | "permit" | "next" | "recover"
  ? AsyncSeriesBailHook<Args<K>, Awaited<ReturnType<Tap[K]>>>
  : K extends "request" | "part" | "runner"
    ? SyncWaterfallHook<Args<K>>
    : AsyncSeriesWaterfallHook<Args<K>>;
/** Kernel-side: the real tapable objects. Plugins never see these, only `Taps`. */
export type Hooks = { readonly [K in HookName]: Made<K> };
