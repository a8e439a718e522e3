// The seat: the kernel's one permanent tap for a plugin on a hook, with a slot behind it for the plugin's function. It activates the plugin
// on first fire, can be emptied, attributes every error and limits every wait, none of which tapable does.
import { ClawError } from "../errors.ts";
import { HOOKS, type HookName, type Hooks, STAGES, type Stage, TYPES } from "./hooks.ts";

type Tapped = { readonly fn: (value: unknown, scope: unknown) => unknown };
/** A seat: empty until its plugin taps, and again when it goes. */
type Place = { tap: Tapped["fn"] | undefined };
const GATES: ReadonlySet<HookName> = new Set(["callInput", "permit", "runner"]);
/** Hooks that cannot wait: a plugin that taps one is activated before the first turn. */
export const SYNC_HOOKS: readonly HookName[] = ["request", "part", "runner"];
type Known = Readonly<{ rank: number; status: Readonly<{ state: string }> }>;
type Plugins = Readonly<{ activate(plugin: string): Promise<void>; known(plugin: string): Known; failed(plugin: string, error: ClawError): void }>;
/** The hook table of a new kernel, and every plugin's seats. `activate` rejects when a plugin cannot be; `failed` hears of every failing tap. */
export function createSeats({ hookMs, activate, known, failed }: Plugins & { readonly hookMs: number }) {
  const hooks = Object.assign({}, ...HOOKS.map((hook) => ({ [hook]: made(TYPES[hook]) }))) as Hooks;
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
  /** Seats a plugin on a hook, once. Within a stage, rank is tap order, whenever a plugin comes. Nothing is activated only to be shut down. */
  function seat(plugin: string, hook: HookName, stage: Stage): Place {
    const key = `${plugin} ${hook}`;
    if (places.has(key)) return places.get(key)!;
    const place = places.set(key, { tap: undefined }).get(key)!;
    const [sync, gate, at] = [SYNC_HOOKS.includes(hook), GATES.has(hook), STAGES[stage] + known(plugin).rank / 1e6];
    let awake = sync;
    async function wait(given: () => unknown): Promise<unknown> {
      try {
        if (!awake && hook !== "shutdown") await activate(plugin);
        awake = hook !== "shutdown";
        return check(plugin, await limited(given(), hookMs, `${hook} of ${plugin}`));
      } catch (thrown) {
        return fail(plugin, hook, thrown);
      }
    }
    function run(value: unknown, scope: unknown): unknown {
      if (!awake) return wait(() => place.tap?.(value, scope));
      try {
        if (gate && !place.tap && known(plugin).status.state === "off") throw new Error("the plugin is off");
        const given = place.tap?.(value, scope);
        return given instanceof Promise && !sync ? wait(() => given) : check(plugin, given, sync);
      } catch (thrown) {
        return sync ? fail(plugin, hook, thrown) : wait(() => Promise.reject(thrown));
      }
    }
    (hooks[hook] as Hooks["draft"])[sync ? "tap" : "tapPromise"]({ name: plugin, stage: at }, run as never);
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
/** A hook of a tapable type. Tapable's own `compile` writes a function for each hook, which pays after some hundred calls: taps are walked. No `new`: bytecode is kept of calls. */
function made(type: (typeof TYPES)[HookName], bail = type === TYPES.route): object {
  const all = type === TYPES.shutdown ? together : type === TYPES.request ? through : walk;
  const compile = ({ taps }: { taps: Tapped[] }) => all.bind(undefined, [...taps], bail);
  return Object.assign((type as unknown as (args: string[]) => object)(["value", "scope"]), { compile });
}
const together = (taps: Tapped[], _: boolean, value: unknown, scope: unknown) => Promise.all(taps.map(({ fn }) => fn(value, scope)));
const through = (taps: Tapped[], _: boolean, value: unknown, scope: unknown) => taps.reduce((last, { fn }) => fn(last, scope) ?? last, value);
/** Calls taps one after another, until one has an opinion or each with what the one before made. One that answers at once costs no promise. */
async function walk(taps: Tapped[], bail: boolean, value: unknown, scope: unknown, last = bail ? undefined : value): Promise<unknown> {
  for (const { fn } of taps) {
    const said = fn(last ?? value, scope);
    last = (said instanceof Promise ? await said : said) ?? last;
    if (bail && last !== undefined) break;
  }
  return last;
}
/** Foreign work for at most `ms`, then it rejects with `CLAW_HOOK_TIMEOUT`. What is there at once is given back as it is. */
export function limited<T>(work: T, ms: number, what: string): T | Promise<Awaited<T>> {
  if (!(work instanceof Promise)) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new ClawError("CLAW_HOOK_TIMEOUT", `${what} did not settle within ${ms} ms`)), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
