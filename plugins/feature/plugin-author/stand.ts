// Stand-ins: what the kernel and other plugins hold of a plugin that changes. Each hands on to the version that runs, so that a tool that the model knows
// stays the same tool, with the same place in the request, while its code is another.
import { ClawError, type Contributions, type Kind, type PluginContext } from "claw";

/** The contributions and services of one hosted plugin. */
export class Stands {
  readonly #ctx: PluginContext<Readonly<Record<string, unknown>>>;
  readonly #items = new Map<string, Stand>();
  readonly #services = new Map<string, Stand>();
  constructor(ctx: PluginContext<Readonly<Record<string, unknown>>>) {
    this.#ctx = ctx;
  }
  /** Contributes `item`, or puts it in the place of what had its name. */
  put<K extends Kind>(kind: K, item: Contributions[K]): void {
    const key = `${kind} ${item.name}`;
    const stand = this.#items.get(key);
    if (stand === undefined) {
      const made: Stand = { current: item, gone: false };
      this.#items.set(key, made);
      this.#ctx.contribute(kind, proxy(made, key) as Contributions[K]);
      return;
    }
    [stand.current, stand.gone] = [item, false];
    // A renderer that shows a session goes on showing it.
    if (stand.opened !== undefined) void (item as Contributions["renderer"]).open(...stand.opened);
  }
  /** A name stays, since requests may have it; what is behind it says that it is gone. */
  retire(kind: Kind, name: string): void {
    const stand = this.#items.get(`${kind} ${name}`);
    if (stand !== undefined) stand.gone = true;
  }
  retireAllBut(known: ReadonlySet<string>): void {
    for (const [key, stand] of this.#items) stand.gone = !known.has(key);
  }
  serve(token: { readonly id: string }, service: object): void {
    const stand = this.#services.get(token.id);
    if (stand !== undefined) {
      stand.current = service;
      return;
    }
    const made: Stand = { current: service, gone: false };
    this.#services.set(token.id, made);
    this.#ctx.provide(token, proxy(made, token.id));
  }
}

// --- internal ---

interface Stand {
  current: object;
  gone: boolean;
  opened?: Parameters<Contributions["renderer"]["open"]>;
}
/** What does the work of a contribution: not to be done by one that is gone. */
const WORK: ReadonlySet<string | symbol> = new Set(["run", "stream", "compact", "open", "decide"]);

function proxy(stand: Stand, key: string): object {
  const refuse = (): never => {
    throw new ClawError("CLAW_CONTRIBUTION_MISSING", `${key} was taken away while claw runs`, { hint: "Start again." });
  };
  const handler: ProxyHandler<object> = {
    get(_, name) {
      const value: unknown = Reflect.get(stand.current, name);
      if (typeof value !== "function") return value;
      if (stand.gone && WORK.has(name)) return refuse;
      return (...args: unknown[]): unknown => {
        if (name === "open" && key.startsWith("renderer ")) stand.opened = args as unknown as NonNullable<Stand["opened"]>;
        return Reflect.apply(value, stand.current, args);
      };
    },
    has: (_, name) => Reflect.has(stand.current, name),
    ownKeys: () => Reflect.ownKeys(stand.current),
    getOwnPropertyDescriptor: (_, name) => {
      const found = Reflect.getOwnPropertyDescriptor(stand.current, name);
      return found && { ...found, configurable: true };
    },
  };
  return new Proxy({}, handler);
}
