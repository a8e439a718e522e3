// Checkpoints: before a call may change files, what they are is kept; the work is in keeper.ts and restore.ts.
import { definePlugin, type StepScope, type ToolCall } from "claw";
import { Checkpoints } from "claw/kit";
import * as v from "valibot";
import type { Keeper } from "./keeper.ts";

export default definePlugin({
  config: v.strictObject({ enabled: v.optional(v.boolean(), true) }),
  setup({ config, hooks, bus, home, provide }) {
    /** Sub-agents' sessions, with the one they work for. */
    const parents = new Map<string, string>();
    let made: Promise<Keeper> | undefined;
    const keeper = (): Promise<Keeper> => (made ??= import("./keeper.ts").then(({ Keeper }) => new Keeper(home, (session) => top(parents, session))));

    hooks.permit.tap(
      (call, scope) => (config.enabled && (call.access === "write" || call.access === "execute") ? keep(call, scope) : undefined),
      "first",
    );
    async function keep(call: ToolCall, scope: StepScope): Promise<undefined> {
      try {
        await (await keeper()).before(call, scope);
      } catch (thrown) {
        // A call is never held up by what only keeps it from being final.
        scope.bus.emit("log.written", { message: `checkpoint: ${thrown instanceof Error ? thrown.message : String(thrown)}` });
      }
    }
    bus.on("session.opened", ({ session, data }) => {
      if (session !== undefined && data.parent !== undefined && data.agent !== undefined) parents.set(session, data.parent);
    });
    bus.on("turn.ended", ({ session }) => {
      if (session !== undefined && made !== undefined) void made.then((one) => one.ended(session));
    });
    bus.on("session.closed", ({ session }) => {
      if (session === undefined) return;
      parents.delete(session);
      if (made !== undefined) void made.then((one) => one.closed(session));
    });
    hooks.shutdown.tap(async () => (await made)?.settled(), "early");
    provide(Checkpoints, {
      list: async (scope) => (await keeper()).list(scope),
      preview: async (entry, scope) => (await keeper()).preview(entry, scope),
      restore: async (entry, scope) => (await keeper()).restore(entry, scope),
      redo: async (scope) => (await keeper()).redo(scope),
    });
  },
});

/** The session that a sub-agent's works for in the end. */
function top(parents: ReadonlyMap<string, string>, session: string): string {
  let at = session;
  for (let depth = 0; depth < MOST_LEVELS; depth++) at = parents.get(at) ?? at;
  return at;
}
const MOST_LEVELS = 16;
