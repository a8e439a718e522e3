// Hosting a plugin that changes: its folder is watched, each version is set up apart, and takes the place of the last only when that went well. The kernel
// sees one plugin, whose contributions and services stand for those of the version that runs.
import { watch } from "node:fs";
import { createRequire } from "node:module";
import { sep } from "node:path";
import { ClawError, type Contributions, type HookName, type Kind, type Plugin, type PluginContext, type Stage, type Tap, wrap } from "claw";
import { discover, HANDOVER } from "claw/kit";
import * as v from "valibot";
import { Stands } from "./stand.ts";

type Context = PluginContext<Readonly<Record<string, unknown>>>;

/** Runs the plugin of `folder` as that of `ctx`. Throws what its first version throws; later ones that fail are told, and change nothing. */
export async function host(folder: string, ctx: Context): Promise<void> {
  const declared = manifestOf(folder);
  const kept = new Map<string, unknown>();
  const stands = new Stands(ctx);
  let running = await prepare(folder, ctx, kept, stands);
  await running.start();
  const say = (level: "info" | "warn", text: string): void => ctx.bus.emit("notice.raised", { level, text });
  const reload = async (): Promise<void> => {
    const started = performance.now();
    try {
      const next = await prepare(folder, ctx, kept, stands);
      await running.stop(ctx);
      running = next;
      await running.start();
      const ms = Math.round(performance.now() - started);
      ctx.bus.emit("plugin.reloaded", { plugin: ctx.plugin, ms });
      say("info", `${ctx.plugin} was loaded again (${ms} ms)`);
      if (manifestOf(folder) !== declared) say("warn", `${ctx.plugin}: the manifest changed; start again for its options, hooks and doors`);
    } catch (thrown) {
      say("warn", `${ctx.plugin} was not loaded again, the last version runs on: ${wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED").message}`);
    }
  };
  let queue = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watcher = watch(folder, { recursive: true, persistent: false }, (_, file) => {
    if (file !== null && IGNORED.test(String(file))) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      queue = queue.then(reload);
    }, SETTLE_MS);
    timer.unref();
  });
  watcher.on("error", (error) => say("warn", `${folder} is not watched any more: ${error.message}`));
}

declare module "claw" {
  interface EventMap {
    /** A plugin under `claw plugin dev` runs in a new version. */
    "plugin.reloaded": { readonly plugin: string; readonly ms: number };
  }
}

// --- internal ---

/** An editor writes a file in several steps. */
const SETTLE_MS = 30;
const IGNORED = /(^|[\\/])(node_modules|\.git)([\\/]|$)|\.test\.[cm]?[jt]s$|~$|\.sw.$|\.tgz$/;

/** One version of a plugin: set up, but with no effect before `start`. */
interface Version {
  start(): Promise<void>;
  /** Takes its taps and listeners away, and tells it that it ends, as at the end of claw. */
  stop(ctx: Context): Promise<void>;
}
interface Tapped {
  readonly hook: HookName;
  readonly fn: Tap[HookName];
  readonly stage: Stage | undefined;
}

async function prepare(folder: string, ctx: Context, kept: Map<string, unknown>, stands: Stands): Promise<Version> {
  const loadable = discover(folder, folder, folder, fresh);
  const { default: plugin } = await loadable.load();
  if (typeof plugin?.setup !== "function") throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", "it has no default export made by definePlugin");
  const live = new DisposableStack();
  const staged: (() => void)[] = [];
  const taps: Tapped[] = [];
  let started = false;
  const now = (work: () => void): void => void (started ? work() : staged.push(work));
  const known = new Set<string>();
  const context = {
    ...ctx,
    config: configOf(plugin, ctx),
    [HANDOVER]: kept,
    bus: {
      emit: ctx.bus.emit,
      on: (type: never, listener: never) => live.use(ctx.bus.on(type, listener)),
      onAny: (listener: never) => live.use(ctx.bus.onAny(listener)),
    },
    contribute: <K extends Kind>(kind: K, item: Contributions[K]): Disposable => {
      known.add(`${kind} ${item.name}`);
      now(() => stands.put(kind, item));
      return { [Symbol.dispose]: () => stands.retire(kind, item.name) };
    },
    provide: (token: { readonly id: string }, service: object): Disposable => {
      now(() => stands.serve(token, service));
      return { [Symbol.dispose]: () => {} };
    },
    hooks: new Proxy(ctx.hooks, {
      get: (_, hook: HookName) => ({
        tap: (fn: Tap[HookName], stage?: Stage): Disposable => {
          taps.push({ hook, fn, stage });
          now(() => void live.use(ctx.hooks[hook].tap(fn as never, stage)));
          return { [Symbol.dispose]: () => {} };
        },
      }),
    }),
  } as unknown as Context;
  try {
    await plugin.setup(context as PluginContext<never>);
  } catch (thrown) {
    live.dispose();
    throw thrown;
  }
  return {
    async start() {
      started = true;
      for (const work of staged) work();
      stands.retireAllBut(known);
    },
    async stop(scope) {
      const ending = taps.filter(({ hook }) => hook === "shutdown").map(({ fn }) => (fn as Tap["shutdown"])(scope));
      await Promise.race([Promise.allSettled(ending), Bun.sleep(500)]);
      live.dispose();
    },
  };
}

function configOf(plugin: Plugin, { config, plugin: name }: Context): unknown {
  const { success, output, issues } = v.safeParse(plugin.config ?? v.optional(v.strictObject({})), config);
  if (success) return output;
  throw new ClawError("CLAW_CONFIG_INVALID", `plugins.${name} → ${v.getDotPath(issues[0]) ?? ""}: ${issues[0].message}`);
}

/** Imports a module anew, and all of the same folder that it imports. */
async function fresh(path: string): Promise<{ readonly default: Plugin }> {
  const { cache } = createRequire(import.meta.url);
  const inside = path.slice(0, path.lastIndexOf(sep) + 1);
  for (const key of Object.keys(cache)) if (key.startsWith(inside) && !key.includes(`${sep}node_modules${sep}`)) delete cache[key];
  return import(Bun.pathToFileURL(path).href);
}

/** What of the manifest is only read at the start. */
function manifestOf(folder: string): string {
  try {
    const { hooks, options, provides, needs, settings, contributes } = discover(folder, folder, folder).manifest ?? { api: 1 };
    return JSON.stringify({ hooks, options, provides, needs, settings, commands: contributes?.command });
  } catch {
    return "";
  }
}
