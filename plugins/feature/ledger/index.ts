// The feature `ledger`: an entry for each request, in the session and by day, and a word when something broke the cached prefix.
import { definePlugin, Inspecting, type Request, type Session } from "claw";
import { costOf, dayOf, entryJson, LEDGER, Ledger, type LedgerEntry, type LostPrefix } from "claw/kit";
import * as v from "valibot";
import { createDays } from "./days.ts";
import { lostOf } from "./lost.ts";
import { type Change, changeBetween, sentOf } from "./prefix.ts";
import { MOST_TOLD, wordsOf } from "./words.ts";

/** What is known of an open session. `root` is the one that a person sees; `change` is what differs from the request before. */
interface Account {
  readonly root: string;
  readonly who: string;
  session?: Session;
  /** The last request and the one before it. */
  sent?: Request;
  before?: Request;
  by?: string;
  last?: LedgerEntry;
  folded?: string;
}

export default definePlugin({
  config: v.strictObject({ days: v.optional(v.boolean(), true) }),
  async setup(ctx) {
    const { bus, home, config, hooks } = ctx;
    const { plugins } = await ctx.use(Inspecting);
    const accounts = new Map<string, Account>();
    const failed = (error: Error): void =>
      bus.emit("notice.raised", { level: "warn", text: `What requests cost is not kept by day: ${error.message}` });
    const days = createDays(home, failed);
    const accountOf = (session: string): Account => {
      const account = accounts.get(session) ?? { root: session, who: "main" };
      accounts.set(session, account);
      return account;
    };
    const enter = (entry: LedgerEntry, session: Session | undefined): void => {
      // A store that fails is announced with the next message; what was paid is in memory all the same.
      void session?.note(LEDGER, entryJson(entry)).catch(() => undefined);
      // Who keeps no session wants nothing kept.
      if (config.days && session?.path !== undefined) days.add(dayOf(entry.at), entryJson(entry));
      bus.emit("ledger.entered", entry);
    };

    hooks.request.tap((request, { session }) => {
      const account = accountOf(session.id);
      account.session = session;
      // Compared only when something was lost: most requests begin as the one before.
      if (account.sent !== undefined) account.before = account.sent;
      account.sent = request;
      if (account.folded === undefined) delete account.by;
      else account.by = account.folded;
      delete account.folded;
      return undefined;
    }, "last");
    bus.on("step.ended", ({ session = "", at, data }) => {
      const account = accountOf(session);
      const { usage, model, price } = data;
      let change: Change | undefined;
      const lost = lostOf({ at, usage, price }, account.last, () => {
        change = account.before && account.sent && changeBetween(sentOf(account.before), sentOf(account.sent), account.by);
        return change && wordsOf(change, plugins());
      });
      const entry = { at, session: account.root, who: account.who, model, usage, cost: costOf(usage, data) ?? null, ...(lost && { lost }) };
      if (lost !== undefined && change?.asked === false) warn(lost);
      account.last = entry;
      enter(entry, accountOf(account.root).session ?? account.session);
    });
    bus.on("session.opened", ({ session, data: { parent, agent } }) => {
      if (session === undefined || parent === undefined) return;
      accounts.set(session, { root: accountOf(parent).root, who: `agent:${agent ?? "unnamed"}` });
    });
    bus.on("session.compacted", ({ session, data }) => {
      if (session !== undefined) accountOf(session).folded = data.by;
    });
    bus.on("session.closed", ({ session }) => void (session !== undefined && accounts.delete(session)));
    hooks.shutdown.tap(() => days.flush());
    ctx.provide(Ledger, {
      add(session, { who, model, usage }) {
        const root = accounts.get(session.id)?.root ?? session.id;
        const at = Date.now();
        enter({ at, session: root, who, model: model.id, usage, cost: costOf(usage, model) ?? null }, accounts.get(root)?.session ?? session);
      },
      day: days.read,
      days: days.list,
    });

    let told = 0;
    function warn({ tokens, cost, why }: LostPrefix): void {
      if (++told > MOST_TOLD) return;
      const price = cost === null ? "" : `, which cost $${cost.toFixed(4)} more`;
      bus.emit("notice.raised", {
        level: "warn",
        text: `The cached start of the conversation was lost, ${tokens} tokens were read again${price}: ${why}.`,
      });
    }
  },
});
