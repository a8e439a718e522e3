// The seat: the kernel's one permanent tap for a plugin on a hook. It activates the plugin on first fire, can be emptied, attributes
// every error and limits every wait, none of which tapable does.
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook, SyncWaterfallHook } from "tapable";
import { ClawError } from "../errors.ts";
import type { HookName, Hooks, Stage, Tap, Taps } from "./hooks.ts";

type Flow = "bail" | "waterfall" | "sync" | "all";
const FLOWS: { readonly [K in HookName]: Flow } = {
  route: "bail",
  draft: "waterfall",
  request: "sync",
  part: "sync",
  callInput: "waterfall",
  permit: "bail",
  runner: "sync",
  callResult: "waterfall",
  next: "bail",
  recover: "bail",
  shutdown: "all",
};
const GATES: ReadonlySet<HookName> = new Set(["callInput", "permit", "runner"]);
const STAGES: { readonly [S in Stage]: number } = { first: -200, early: -100, normal: 0, late: 100, last: 200 };
type Handler = (...args: readonly unknown[]) => unknown;

/** Hooks that cannot wait: a plugin that taps one is activated before the first turn. */
export const SYNC_HOOKS: readonly HookName[] = ["request", "part", "runner"];

/** How seats reach the host. */
export interface SeatOptions {
  readonly hookMs: number;
  /** Resolves when the plugin is active; rejects when it could not be. */
  activate(plugin: string): Promise<void>;
  /** Hears of every failing tap, once. */
  failed(error: ClawError): void;
}
/** All seats of a kernel. */
export interface Seats {
  readonly hooks: Hooks;
  /** Seats a plugin on a hook. Within a stage, seating order is tap order. */
  seat(plugin: string, hook: HookName, stage: Stage): void;
  /** What `plugin` taps with. Tapping a hook it has no seat on calls `unseated` first. */
  taps(plugin: string, unseated: (hook: HookName, stage: Stage) => void): Taps;
  /** The plugin whose tap returned this very value. */
  author(value: object): string | undefined;
}

/** The hook table of a new kernel, and its seats. */
export function createSeats(options: SeatOptions): Seats {
  const hooks = createHooks();
  const handlers = new Map<string, Set<Handler>>();
  const authors = new WeakMap<object, string>();

  function fail(plugin: string, hook: HookName, thrown: unknown): ClawError {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const code = thrown instanceof ClawError && thrown.code === "CLAW_HOOK_TIMEOUT" ? thrown.code : "CLAW_HOOK_FAILED";
    const error = new ClawError(code, `plugin ${plugin} failed in ${hook}: ${text}`, { plugin, hook, cause: thrown });
    if (!GATES.has(hook)) handlers.get(`${plugin} ${hook}`)?.clear();
    options.failed(error);
    return error;
  }
  function check(plugin: string, hook: HookName, value: unknown): unknown {
    if (value === null || value === false) throw new Error(`a tap returned ${value}; undefined means no opinion`);
    if (FLOWS[hook] === "bail" && typeof value === "object") authors.set(value, plugin);
    return value;
  }
  function fireSync(plugin: string, hook: HookName, args: readonly unknown[]): unknown {
    let value = args[0];
    for (const handler of handlers.get(`${plugin} ${hook}`) ?? []) {
      try {
        const given = check(plugin, hook, handler(value, ...args.slice(1)));
        if (given instanceof Promise) throw new Error("a tap of this hook must not be async");
        value = given ?? value;
      } catch (thrown) {
        const error = fail(plugin, hook, thrown);
        if (GATES.has(hook)) throw error;
      }
    }
    return value;
  }
  async function fire(plugin: string, hook: HookName, args: readonly unknown[]): Promise<unknown> {
    try {
      await options.activate(plugin);
    } catch (error) {
      if (GATES.has(hook)) throw error;
      return undefined;
    }
    let value = args[0];
    for (const handler of handlers.get(`${plugin} ${hook}`) ?? []) {
      try {
        const given = check(plugin, hook, await limited(handler(value, ...args.slice(1)), options.hookMs, `${hook} of ${plugin}`));
        if (FLOWS[hook] === "waterfall") value = given ?? value;
        else if (given !== undefined && FLOWS[hook] === "bail") return given;
      } catch (thrown) {
        const error = fail(plugin, hook, thrown);
        if (GATES.has(hook)) throw error;
      }
    }
    return FLOWS[hook] === "waterfall" ? value : undefined;
  }
  return {
    hooks,
    seat(plugin, hook, stage) {
      handlers.set(`${plugin} ${hook}`, new Set());
      const at = { name: plugin, stage: STAGES[stage] };
      if (FLOWS[hook] === "sync") (hooks[hook] as Hooks["request"]).tap(at, (...args) => fireSync(plugin, hook, args) as never);
      else (hooks[hook] as Hooks["draft"]).tapPromise(at, (...args) => fire(plugin, hook, args) as never);
    },
    taps(plugin, unseated) {
      const tap = (hook: HookName, fn: Handler, stage: Stage = "normal"): Disposable => {
        if (!handlers.has(`${plugin} ${hook}`)) unseated(hook, stage);
        const seat = handlers.get(`${plugin} ${hook}`);
        seat?.add(fn);
        return { [Symbol.dispose]: () => void seat?.delete(fn) };
      };
      const names = Object.keys(FLOWS) as HookName[];
      return Object.fromEntries(
        names.map((hook) => [hook, { tap: (fn: Tap<HookName>, at?: Stage) => tap(hook, fn as Handler, at) }]),
      ) as unknown as Taps;
    },
    author: (value) => authors.get(value),
  };
}

/** Awaits foreign code for at most `ms`, then rejects with `CLAW_HOOK_TIMEOUT`. */
export async function limited<T>(work: T | Promise<T>, ms: number, what: string): Promise<T> {
  if (!(work instanceof Promise)) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ClawError("CLAW_HOOK_TIMEOUT", `${what} did not settle within ${ms} ms; is a promise never resolved?`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

// --- internal ---

function createHooks(): Hooks {
  return {
    route: new AsyncSeriesBailHook(["input", "scope"]),
    draft: new AsyncSeriesWaterfallHook(["draft", "scope"]),
    request: new SyncWaterfallHook(["request", "scope"]),
    part: new SyncWaterfallHook(["part", "scope"]),
    callInput: new AsyncSeriesWaterfallHook(["call", "scope"]),
    permit: new AsyncSeriesBailHook(["call", "scope"]),
    runner: new SyncWaterfallHook(["runner", "call"]),
    callResult: new AsyncSeriesWaterfallHook(["result", "scope"]),
    next: new AsyncSeriesBailHook(["end", "scope"]),
    recover: new AsyncSeriesBailHook(["error", "scope"]),
    shutdown: new AsyncParallelHook(["scope"]),
  };
}
