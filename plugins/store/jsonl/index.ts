// The store `jsonl`: one append-only file a session under claw's home. The work is in store.ts, and in manage.ts what the service does.
import { definePlugin } from "claw";
import { Sessions } from "claw/kit";
import { record, restore } from "./circumstances.ts";
import { listSessions, openSession } from "./store.ts";

export default definePlugin({
  setup({ contribute, provide, hooks, home, bus }) {
    // What is lost is told even where nobody watches.
    const say = (text: string, lost: boolean): void => bus.emit("notice.raised", { level: lost ? "error" : "warn", text });
    const manage = () => import("./manage.ts");
    /** Sessions that are open here, with whether they went on from before and nobody has looked at that yet. */
    const open = new Map<string, boolean>();
    /** What was last noted of each: looking closer at every step would cost more than the step. */
    const noted = new Map<string, string>();
    contribute("store", {
      name: "jsonl",
      async open(options) {
        const session = await openSession(home, options, say);
        if (options.parent === undefined) open.set(session.id, options.ref !== undefined);
        return session;
      },
      list: (cwd) => listSessions(home, cwd),
    });
    hooks.route.tap(async (_, scope) => {
      if (open.get(scope.session.id) !== true) return undefined;
      open.set(scope.session.id, false);
      await restore(scope);
      return undefined;
    }, "first");
    hooks.next.tap((_, scope) => {
      const { id } = scope.session;
      const selection = Object.values(scope.selection).join("\0");
      if (!open.has(id) || noted.get(id) === selection) return undefined;
      noted.set(id, selection);
      return record(scope).then(() => undefined);
    }, "first");
    bus.on("session.closed", ({ session }) => {
      if (session === undefined) return;
      open.delete(session);
      noted.delete(session);
    });
    provide(Sessions, {
      list: async (cwd) => (await manage()).list(home, cwd),
      read: async (ref, cwd) => (await manage()).read(home, ref, cwd),
      rename: async (ref, cwd, title) => (await manage()).rename(home, ref, cwd, title),
      delete: async (ref, cwd) => (await manage()).remove(home, ref, cwd),
      repair: async (ref, cwd) => (await import("./repair.ts")).repair(home, ref, cwd),
      search: async (words, options) => (await import("./search.ts")).search(home, words, options),
      add: async (session) => (await manage()).add(home, session),
    });
  },
});
