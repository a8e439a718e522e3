// Command hooks: what users have run at certain points of a session. This file only places the taps; the work is loaded where there are hooks.
import { existsSync } from "node:fs";
import { definePlugin, type TurnScope } from "claw";
import { ShellHooks } from "claw/kit";
import type { Book } from "./book.ts";
import type { Desk } from "./desk.ts";
import { foreignFiles } from "./files.ts";

export default definePlugin({
  setup({ bus, hooks, provide }) {
    let loaded: Promise<{ readonly desk: Desk; readonly book: Book }> | undefined;
    let at: { readonly desk: Desk; readonly book: Book } | undefined;
    const load = (): NonNullable<typeof loaded> => {
      loaded ??= Promise.all([import("./desk.ts"), import("./sessions.ts"), import("./book.ts")]).then(([{ Desk }, { Sessions }, { createBook }]) => {
        const book = createBook((text) => bus.emit("notice.raised", { level: "warn", text }));
        at = { book, desk: new Desk(new Sessions(bus, book), book) };
        return at;
      });
      return loaded;
    };
    let adding = false;
    /** Whether there can be any: what is not there need not be read. */
    const perhaps = (scope: TurnScope): boolean =>
      adding || scope.settings("hooks").length > 0 || foreignFiles(scope).some((path) => existsSync(path));
    /** Sessions that have no hooks at all: their taps cost nothing. */
    const without = new Set<string>();
    const deskOf = async (scope: TurnScope): Promise<Desk | undefined> => {
      if (without.has(scope.session.id)) return undefined;
      if (at === undefined && !perhaps(scope)) {
        without.add(scope.session.id);
        return undefined;
      }
      const { desk, book } = at ?? (await load());
      if (await book.has(scope)) return desk;
      without.add(scope.session.id);
      return undefined;
    };
    hooks.route.tap(async (input, scope) => (await deskOf(scope))?.route(input, scope));
    hooks.callInput.tap(async (call, scope) => (await deskOf(scope))?.before(call, scope));
    hooks.permit.tap(async (call, scope) => (await deskOf(scope))?.permit(call, scope));
    hooks.callResult.tap(async (result, scope) => (await deskOf(scope))?.after(result, scope));
    hooks.next.tap(async (end, scope) => (await deskOf(scope))?.next(end, scope));
    hooks.shutdown.tap(() => at?.desk.end());
    bus.on("session.closed", ({ session = "" }) => void without.delete(session));
    provide(ShellHooks, {
      list: async (scope) => (await load()).book.list(scope),
      problems: async (scope) => (await load()).book.problems(scope),
      async rehearse(event, subject, payload, scope) {
        const { book } = await load();
        return (await import("./together.ts")).rehearse({ event, subject, payload }, scope, book);
      },
      verdict: (call) => at?.desk.verdict(call),
      add(set) {
        without.clear();
        adding = true;
        let [added, gone]: [Disposable | undefined, boolean] = [undefined, false];
        void load().then(({ book }) => {
          if (!gone) added = book.add(set);
        });
        return {
          [Symbol.dispose]() {
            gone = true;
            added?.[Symbol.dispose]();
          },
        };
      },
    });
  },
});
