// The seat: the kernel's one permanent tap for a plugin on a hook, with a slot behind it for the plugin's function. It activates the plugin
// on first fire, can be emptied, attributes every error and limits every wait, none of which tapable does.
import { ClawError } from "../errors.ts";
import { HOOKS, type HookName, type Hooks, STAGES, type Stage, TYPES } from "./hooks.ts";

type Handler = (...args: readonly unknown[]) => unknown;
const GATES: ReadonlySet<HookName> = new Set(["callInput", "permit", "runner"]);
/** Hooks that cannot wait: a plugin that taps one is activated before the first turn. */
export const SYNC_HOOKS: readonly HookName[] = ["request", "part", "runner"];
type Plugins = Readonly<{ activate(plugin: string): Promise<void>; off(plugin: string): boolean; failed(plugin: string, error: ClawError): void }>;
/** The hook table of a new kernel, and every plugin's seats. `activate` rejects when a plugin cannot be; `failed` hears of every failing tap. */
export function createSeats({ hookMs, activate, off, failed }: Plugins & { readonly hookMs: number }) {
  const hooks = Object.fromEntries(HOOKS.map((hook) => [hook, Reflect.construct(TYPES[hook], [["value", "scope"]])])) as unknown as Hooks;
  const slots = new Map<string, Handler | undefined>();
  const authors = new WeakMap<object, string>();
  // tapable bails on `null` and `false` too, which no tap means.
  function check(plugin: string, value: unknown, sync = false): unknown {
    if (value === null || value === false) throw new Error(`a tap returned ${value}; undefined means no opinion`);
    if (sync && value instanceof Promise) throw new Error("a tap of this hook must not be async");
    if (typeof value === "object") authors.set(value, plugin);
    return value;
  }
  /** Reports a failing tap, and empties its slot. A gate keeps its tap and throws on, which denies the call. */
  function fail(plugin: string, hook: HookName, thrown: unknown): undefined {
    const code = thrown instanceof ClawError && thrown.code === "CLAW_HOOK_TIMEOUT" ? thrown.code : "CLAW_HOOK_FAILED";
    const message = `plugin ${plugin} failed in ${hook}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    const error = new ClawError(code, message, { plugin, hook, cause: thrown });
    failed(plugin, error);
    if (GATES.has(hook)) throw error;
    slots.set(`${plugin} ${hook}`, undefined);
  }
  /** Seats a plugin on a hook, once. Within a stage, seating order is tap order. */
  function seat(plugin: string, hook: HookName, stage: Stage): void {
    const [key, at] = [`${plugin} ${hook}`, { name: plugin, stage: STAGES[stage] }];
    if (slots.has(key)) return;
    slots.set(key, undefined);
    function fireSync(...args: unknown[]): unknown {
      try {
        if (GATES.has(hook) && !slots.get(key) && off(plugin)) throw new Error("the plugin is off");
        return check(plugin, slots.get(key)?.(...args), true);
      } catch (thrown) {
        return fail(plugin, hook, thrown);
      }
    }
    // Nothing is activated only to be shut down.
    let active = hook === "shutdown";
    async function fire(...args: unknown[]): Promise<unknown> {
      try {
        if (!active) await activate(plugin);
        active = true;
        const given = slots.get(key)?.(...args);
        return check(plugin, given instanceof Promise ? await limited(given, hookMs, `${hook} of ${plugin}`) : given);
      } catch (thrown) {
        return fail(plugin, hook, thrown);
      }
    }
    if (SYNC_HOOKS.includes(hook)) (hooks[hook] as Hooks["request"]).tap(at, fireSync as never);
    else (hooks[hook] as Hooks["draft"]).tapPromise(at, fire as never);
  }
  /** Puts a function into the slot of a seat. */
  function tap(plugin: string, hook: HookName, fn: Handler, stage: Stage): Disposable {
    const key = `${plugin} ${hook}`;
    seat(plugin, hook, stage);
    if (slots.get(key)) throw new ClawError("CLAW_CONTRIBUTION_DUPLICATE", `plugin ${plugin} taps ${hook} twice`, { plugin, hook });
    slots.set(key, fn);
    return { [Symbol.dispose]: () => void slots.set(key, undefined) };
  }
  /** `author` is the plugin whose tap gave this very value. */
  return { hooks, seat, tap, author: (value: object): string | undefined => authors.get(value) };
}
/** Awaits foreign code for at most `ms`, then rejects with `CLAW_HOOK_TIMEOUT`. */
export async function limited<T>(work: T | Promise<T>, ms: number, what: string): Promise<T> {
  if (!(work instanceof Promise)) return work;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new ClawError("CLAW_HOOK_TIMEOUT", `${what} did not settle within ${ms} ms`)), ms);
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
