// Command hooks: what users have run at certain points of a session. This file only places the taps; the work is loaded where there are hooks.
import { definePlugin, type TurnScope } from "claw";
import { refuseInput, ShellHooks } from "claw/kit";
import type { Book } from "./book.ts";
import type { Desk } from "./desk.ts";

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
    const perhaps = (scope: TurnScope): boolean => adding || scope.settings("hooks").length > 0;
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
    hooks.route.tap(async (input, scope) => {
      const desk = await deskOf(scope);
      // Commands still work: one of them may be the cure.
      const wrong = input.text.startsWith("/") ? undefined : await at?.book.refusal(scope);
      return wrong === undefined ? desk?.route(input, scope) : refuseInput("hooks", wrong);
    });
    const held = async <T>(scope: TurnScope, ask: (desk: Desk) => T): Promise<Awaited<T> | undefined> => {
      const desk = await deskOf(scope);
      return desk === undefined ? undefined : await ask(desk);
    };
    /** What its hooks say; at once, where it has none. */
    const asked = <T>(scope: TurnScope, ask: (desk: Desk) => T): Promise<Awaited<T> | undefined> | undefined =>
      without.has(scope.session.id) ? undefined : held(scope, ask);
    hooks.callInput.tap((call, scope) => asked(scope, (desk) => desk.before(call, scope)));
    hooks.permit.tap((call, scope) => asked(scope, (desk) => desk.permit(call, scope)));
    hooks.callResult.tap((result, scope) => asked(scope, (desk) => desk.after(result, scope)));
    hooks.next.tap((end, scope) => asked(scope, (desk) => desk.next(end, scope)));
    hooks.shutdown.tap(() => at?.desk.end());
    bus.on("session.closed", ({ session = "" }) => void without.delete(session));
    provide(ShellHooks, {
      list: async (scope) => (await load()).book.list(scope),
      problems: async (scope) => (await load()).book.problems(scope),
      judge: async (value, file) => (await import("./read.ts")).judge(value, file),
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
