// One isolated plugin at work: its child is started at first use and anew when it has gone, each call has a limit, and an abort reaches it.
import { ClawError, type Json, type PluginContext, wrap } from "claw";
import type { IsolatedPlugin } from "claw/kit";
import { type Launched, launch } from "./launch.ts";
import { lender } from "./model.ts";
import { type Rights, rightsOf, settle } from "./place.ts";
import { reach } from "./reach.ts";
import { type Told, told } from "./shapes.ts";
import { createPeer, type Fields, type Peer } from "./wire.ts";

export interface Limits {
  readonly unconfined: boolean;
  readonly callMs: number;
  readonly restarts: number;
}
/** One crossing. `progress` hears what the plugin tells of it. */
export interface Crossing {
  readonly signal: AbortSignal;
  readonly progress?: (update: Json) => void;
}
export interface Cell {
  readonly rights: Rights;
  /** Starts the child, when there is none, and gives what it says it adds. */
  describe(): Promise<Told>;
  /** Throws what the plugin throws, and `CLAW_TOOL_FAILED` or `CLAW_ABORTED` when its child ends, hangs or cannot be started. */
  cross(method: string, params: Fields, crossing: Crossing): Promise<Json>;
  close(): Promise<void>;
}

/** Throws `CLAW_PLUGIN_LOAD_FAILED` when the plugin declares what cannot be held. */
export function createCell(plugin: IsolatedPlugin, ctx: PluginContext<unknown>, limits: Limits): Cell {
  const rights = rightsOf(plugin, ctx);
  let live: Promise<Live> | undefined;
  let ends = 0;
  let closed = false;
  const begin = async (): Promise<Live> => {
    if (closed) throw new ClawError("CLAW_ABORTED", "claw is closing");
    if (ends > limits.restarts) {
      throw new ClawError("CLAW_TOOL_FAILED", `plugin ${plugin.name} has ended its process ${ends} times and is not started again until claw is.`);
    }
    return start(plugin, rights, ctx, limits, drop).catch((thrown: unknown) => {
      ends++;
      throw thrown;
    });
  };
  const drop = (one: Live): void => {
    if (one.dropped) return;
    one.dropped = true;
    if (one.blamed) ends++;
    live = undefined;
  };
  const get = (): Promise<Live> => {
    live ??= begin().catch((thrown: unknown) => {
      live = undefined;
      throw thrown;
    });
    return live;
  };
  return {
    rights,
    describe: async () => (await get()).told,
    async cross(method, params, { signal, progress }) {
      if (signal.aborted) throw new ClawError("CLAW_ABORTED", String(signal.reason));
      const one = await get();
      if (signal.aborted) throw new ClawError("CLAW_ABORTED", String(signal.reason));
      let request = 0;
      const over = Promise.withResolvers<never>();
      over.promise.catch(() => {});
      // Told first: one that listens ends in its own way. One that does not is ended, and what else it had in hand with it.
      const stop = (why: ClawError, blamed: boolean): void => {
        one.peer.notify("abort", { id: request, reason: why.message });
        grace ??= setTimeout(() => {
          one.blamed &&= blamed;
          one.reason = new ClawError("CLAW_TOOL_FAILED", `the process of plugin ${plugin.name} was ended: another call in it did not stop`);
          drop(one);
          over.reject(why);
          void one.child.end();
        }, GRACE_MS);
      };
      let grace: ReturnType<typeof setTimeout> | undefined;
      const abort = (): void => stop(new ClawError("CLAW_ABORTED", String(signal.reason)), false);
      const late = new ClawError(
        "CLAW_TOOL_FAILED",
        `plugin ${plugin.name} did not answer within ${limits.callMs / 1_000} s, and its process was ended.`,
      );
      const limit = setTimeout(() => stop(late, true), limits.callMs);
      signal.addEventListener("abort", abort, { once: true });
      try {
        const answer = one.peer.request(method, params, (id) => {
          request = id;
          if (progress !== undefined) one.listeners.set(id, progress);
        });
        answer.catch(() => {});
        return await Promise.race([answer, over.promise]);
      } finally {
        clearTimeout(limit);
        clearTimeout(grace);
        signal.removeEventListener("abort", abort);
        one.listeners.delete(request);
      }
    },
    async close() {
      closed = true;
      await (await live?.catch(() => undefined))?.child.end();
    },
  };
}

// --- internal ---

/** A child that runs. `blamed`: that it ends is its own doing. `reason` is why claw has ended it. */
interface Live {
  readonly peer: Peer;
  readonly child: Launched;
  readonly told: Told;
  readonly listeners: Map<number, (update: Json) => void>;
  blamed: boolean;
  /** No more is asked of it. */
  dropped: boolean;
  reason?: ClawError;
}
/** How long a plugin that was told to stop may take. */
const GRACE_MS = 400;
/** The least between two words of progress. */
const PROGRESS_MS = 20;
/** How long a child may take until it has loaded its plugin: less than a plugin may take to be activated. */
const START_MS = 9_000;

async function start(plugin: IsolatedPlugin, rights: Rights, ctx: PluginContext<unknown>, limits: Limits, gone: (one: Live) => void): Promise<Live> {
  await plugin.check?.();
  const place = await settle(plugin, rights, ctx, limits.unconfined);
  const listeners: Live["listeners"] = new Map();
  const state: { one?: Live } = {};
  let last = Number.NEGATIVE_INFINITY;
  const lent = lender(rights, ctx, (id, part) => peer.notify("part", { id, part }));
  const peer: Peer = createPeer(
    (line) => child.write(line),
    { ...reach(rights), ...lent.answers },
    {
      ...lent.notes,
      progress({ id, update = null }) {
        // More than anybody can see is dropped: a flood must not be the host's.
        const now = performance.now();
        if (now - last < PROGRESS_MS) return;
        last = now;
        listeners.get(Number(id))?.(update);
      },
    },
  );
  const child = launch(place.box, place.marked, {
    take: (chunk) => peer.take(chunk),
    ended(how) {
      const { one } = state;
      lent.close();
      const crash = new ClawError("CLAW_TOOL_FAILED", `the process of plugin ${plugin.name} ${how}`, { hint: "It is started anew at its next use." });
      peer.lose(one?.reason ?? crash);
      if (one !== undefined) gone(one);
    },
  });
  const timer = setTimeout(() => {
    peer.lose(new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${plugin.name} did not load within ${START_MS / 1_000} s, and its process was ended`));
    void child.end();
  }, START_MS);
  try {
    const { name, version, entry: _, manifest } = plugin;
    const { settings: keys = [] } = manifest;
    const settings = Object.fromEntries(keys.map((key) => [key, ctx.settings(key).findLast(({ trusted }) => trusted)?.value ?? null]));
    const params = {
      name,
      version,
      entry: place.entry,
      slice: ctx.config,
      settings,
      programs: rights.programs,
      hosts: rights.hosts,
      unconfined: limits.unconfined,
    };
    const one: Live = {
      peer,
      child,
      listeners,
      told: told(await peer.request("start", JSON.parse(JSON.stringify(params)))),
      blamed: true,
      dropped: false,
    };
    state.one = one;
    return one;
  } catch (thrown) {
    void child.end();
    const { message, info } = wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED");
    const text = message.includes(plugin.name) ? message : `plugin ${plugin.name}: ${message}`;
    throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", text, { plugin: plugin.name, cause: thrown, ...(info.hint !== undefined && { hint: info.hint }) });
  } finally {
    clearTimeout(timer);
  }
}
