// The seat: the kernel's one permanent tap for a plugin on a hook, with a slot behind it for the plugin's function. It activates the
// plugin on first fire, can be emptied, attributes every error and limits every wait, none of which tapable does.
import { ClawError } from "../errors.ts";
import { type HookName, type Hooks, STAGES, type Stage, type Taps, TYPES } from "./hooks.ts";

type Handler = (...args: readonly unknown[]) => unknown;
type Type = new (args: string[]) => unknown;
const HOOKS = Object.keys(TYPES) as readonly HookName[];
const GATES: ReadonlySet<HookName> = new Set(["callInput", "permit", "runner"]);
/** Hooks that cannot wait: a plugin that taps one is activated before the first turn. */
export const SYNC_HOOKS: readonly HookName[] = ["request", "part", "runner"];
/** What seats need of the host: `activate` rejects when a plugin cannot be; `failed` hears of every failing tap. */
export type SeatOptions = Readonly<{ hookMs: number; activate(plugin: string): Promise<void>; failed(error: ClawError): void }>;

/** The hook table of a kernel, and every plugin's seats. */
export class Seats {
  readonly hooks = Object.fromEntries(
    HOOKS.map((hook) => [hook, new (TYPES[hook] as unknown as Type)(["value", "scope"])]),
  ) as unknown as Hooks;
  readonly #slots = new Map<string, Handler | undefined>();
  readonly #authors = new WeakMap<object, string>();
  readonly #options: SeatOptions;
  constructor(options: SeatOptions) {
    this.#options = options;
  }

  /** Seats a plugin on a hook. Within a stage, seating order is tap order. */
  seat(plugin: string, hook: HookName, stage: Stage): void {
    this.#slots.set(`${plugin} ${hook}`, undefined);
    const at = { name: plugin, stage: STAGES[stage] };
    if (SYNC_HOOKS.includes(hook)) (this.hooks[hook] as Hooks["request"]).tap(at, (...args) => this.#fireSync(plugin, hook, args) as never);
    else (this.hooks[hook] as Hooks["draft"]).tapPromise(at, (...args) => this.#fire(plugin, hook, args) as never);
  }
  /** What `plugin` taps with, each hook once. Tapping a hook it has no seat on calls `unseated` first. */
  taps(plugin: string, unseated: (hook: HookName, stage: Stage) => void): Taps {
    const tap = (hook: HookName, fn: Handler, stage: Stage = "normal"): Disposable => {
      const key = `${plugin} ${hook}`;
      if (!this.#slots.has(key)) unseated(hook, stage);
      if (this.#slots.get(key) !== undefined)
        throw new ClawError("CLAW_CONTRIBUTION_DUPLICATE", `plugin ${plugin} taps ${hook} twice`, { plugin, hook });
      this.#slots.set(key, fn);
      return { [Symbol.dispose]: () => void this.#slots.set(key, undefined) };
    };
    return Object.fromEntries(HOOKS.map((hook) => [hook, { tap: (fn: Handler, at?: Stage) => tap(hook, fn, at) }])) as unknown as Taps;
  }
  /** The plugin whose tap gave this very value. */
  author(value: object): string | undefined {
    return this.#authors.get(value);
  }

  #fireSync(plugin: string, hook: HookName, args: readonly unknown[]): unknown {
    try {
      return this.#check(plugin, this.#slots.get(`${plugin} ${hook}`)?.(...args), true);
    } catch (thrown) {
      return this.#fail(plugin, hook, thrown);
    }
  }
  async #fire(plugin: string, hook: HookName, args: readonly unknown[]): Promise<unknown> {
    try {
      await this.#options.activate(plugin);
      return this.#check(
        plugin,
        await limited(this.#slots.get(`${plugin} ${hook}`)?.(...args), this.#options.hookMs, `${hook} of ${plugin}`),
      );
    } catch (thrown) {
      return this.#fail(plugin, hook, thrown);
    }
  }
  /** tapable bails on `null` and `false` too, which no tap means. */
  #check(plugin: string, value: unknown, sync = false): unknown {
    if (value === null || value === false) throw new Error(`a tap returned ${value}; undefined means no opinion`);
    if (sync && value instanceof Promise) throw new Error("a tap of this hook must not be async");
    if (typeof value === "object") this.#authors.set(value, plugin);
    return value;
  }
  /** Reports a failing tap, and empties its slot. A gate keeps its tap and throws on, which denies the call. */
  #fail(plugin: string, hook: HookName, thrown: unknown): undefined {
    const code = thrown instanceof ClawError && thrown.code === "CLAW_HOOK_TIMEOUT" ? thrown.code : "CLAW_HOOK_FAILED";
    const message = `plugin ${plugin} failed in ${hook}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    const error = new ClawError(code, message, { plugin, hook, cause: thrown });
    this.#options.failed(error);
    if (GATES.has(hook)) throw error;
    this.#slots.set(`${plugin} ${hook}`, undefined);
  }
}

/** Awaits foreign code for at most `ms`, then rejects with `CLAW_HOOK_TIMEOUT`. */
export async function limited<T>(work: T | Promise<T>, ms: number, what: string): Promise<T> {
  if (!(work instanceof Promise)) return work;
  const late = Promise.withResolvers<never>();
  const error = new ClawError("CLAW_HOOK_TIMEOUT", `${what} did not settle within ${ms} ms; is a promise never resolved?`);
  const timer = setTimeout(() => late.reject(error), ms);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
