// The seat: the kernel's one permanent tap for a plugin on a hook, with a slot behind it for the plugin's function. It activates the plugin
// on first fire, can be emptied, attributes every error and limits every wait, none of which tapable does.
import { ClawError } from "../errors.ts";
import { HOOKS, type HookName, type Hooks, STAGES, type Stage, TYPES } from "./hooks.ts";

/** A seat: empty until its plugin taps, and again when it goes. */
type Place = { tap: ((value: unknown, scope: unknown) => unknown) | undefined };
const GATES: ReadonlySet<HookName> = new Set(["callInput", "permit", "runner"]);
/** Hooks that cannot wait: a plugin that taps one is activated before the first turn. */
export const SYNC_HOOKS: readonly HookName[] = ["request", "part", "runner"];
type Plugins = Readonly<{ activate(plugin: string): Promise<void>; off(plugin: string): boolean; failed(plugin: string, error: ClawError): void }>;
/** The hook table of a new kernel, and every plugin's seats. `activate` rejects when a plugin cannot be; `failed` hears of every failing tap. */
export function createSeats({ hookMs, activate, off, failed }: Plugins & { readonly hookMs: number }) {
  const hooks = Object.fromEntries(HOOKS.map((hook) => [hook, Reflect.construct(TYPES[hook], [["value", "scope"]])])) as unknown as Hooks;
  const places = new Map<string, Place>();
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
    seat(plugin, hook, "normal").tap = undefined;
  }
  /** Seats a plugin on a hook, once. Within a stage, seating order is tap order. Nothing is activated only to be shut down. */
  function seat(plugin: string, hook: HookName, stage: Stage): Place {
    const key = `${plugin} ${hook}`;
    if (places.has(key)) return places.get(key)!;
    const place = places.set(key, { tap: undefined }).get(key)!;
    const [sync, gate] = [SYNC_HOOKS.includes(hook), GATES.has(hook)];
    let awake = sync || hook === "shutdown";
    async function wait(given: () => unknown): Promise<unknown> {
      try {
        if (!awake) await activate(plugin);
        awake = true;
        return check(plugin, await limited(given(), hookMs, `${hook} of ${plugin}`));
      } catch (thrown) {
        return fail(plugin, hook, thrown);
      }
    }
    function run(value: unknown, scope: unknown): unknown {
      if (!awake) return wait(() => place.tap?.(value, scope));
      try {
        if (gate && !place.tap && off(plugin)) throw new Error("the plugin is off");
        const given = place.tap?.(value, scope);
        return given instanceof Promise && !sync ? wait(() => given) : check(plugin, given, sync);
      } catch (thrown) {
        return sync ? fail(plugin, hook, thrown) : wait(() => Promise.reject(thrown));
      }
    }
    /** Tapable is called back, not handed a promise: a tap that answers at once, as nearly all do, costs none. */
    function fire(value: unknown, scope: unknown, done: (error?: unknown, value?: unknown) => void): void {
      const given = run(value, scope);
      if (given instanceof Promise) given.then((settled) => done(undefined, settled), done);
      else done(undefined, given);
    }
    (hooks[hook] as Hooks["draft"])[sync ? "tap" : "tapAsync"]({ name: plugin, stage: STAGES[stage] }, (sync ? run : fire) as never);
    return place;
  }
  /** Puts a function into a seat. */
  function tap(plugin: string, hook: HookName, fn: Place["tap"], stage: Stage): Disposable {
    const place = seat(plugin, hook, stage);
    if (place.tap) throw new ClawError("CLAW_CONTRIBUTION_DUPLICATE", `plugin ${plugin} taps ${hook} twice`, { plugin, hook });
    place.tap = fn;
    return { [Symbol.dispose]: () => void Object.assign(place, { tap: undefined }) };
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
