// The compactor `extract`: shortens history by lists taken from it. Local and deterministic, asks no model. The work is in extract.ts.
import { definePlugin, type Session, type TurnScope, type Usage } from "claw";
import { charactersOf, PER_TOKEN } from "./size.ts";

/** Of the model's window: how full it may get, and the most that is held back for the answer. */
const FULL = 0.8;
const RESERVE = 0.25;
const LIMIT = "CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS";
/** How often in a row a request that was too long is tried again, shorter. */
const TRIES = 3;

export default definePlugin({
  setup({ contribute, env, hooks, bus }) {
    const set = Number(env[LIMIT]);
    /** The usage that each session was last found too large by: until there is a newer one, asking again would only fold again. */
    const answered = new WeakMap<Session, Usage>();
    /** Sessions whose last request the provider found too long: how often in a row, and whether a fold is owed. */
    const overflows = new Map<string, { readonly count: number; readonly owed: boolean }>();
    const compact = async (session: Session, scope: TurnScope) => (await import("./extract.ts")).extract(session.messages, scope);

    for (const type of ["step.ended", "session.closed"] as const) bus.on(type, ({ session }) => void overflows.delete(session ?? ""));
    hooks.recover.tap(async ({ code }, scope) => {
      const { session, selection } = scope;
      const count = (overflows.get(session.id)?.count ?? 0) + 1;
      if (code !== "CLAW_PROVIDER_OVERFLOW" || selection.compactor !== "extract" || count > TRIES) return undefined;
      if ((await compact(session, scope)).dropped === 0) return undefined;
      overflows.set(session.id, { count, owed: true });
      return { again: true };
    });
    contribute("compactor", {
      name: "extract",
      due(session, model, usage) {
        const overflow = overflows.get(session.id);
        if (overflow?.owed === true) {
          overflows.set(session.id, { ...overflow, owed: false });
          return true;
        }
        if (answered.get(session) === usage) return false;
        const { messages } = session;
        const sent = usage.input + usage.output + usage.cacheRead + usage.cacheWrite;
        // What came after the last answer no provider has counted; after a resume, nothing has been counted.
        const fresh = sent === 0 ? messages : messages.slice(messages.findLastIndex((message) => message.role === "assistant") + 1);
        const size = sent + charactersOf(fresh) / PER_TOKEN;
        const roof = FULL * model.context - Math.min(model.maxOutput, RESERVE * model.context);
        const due = size > (Number.isSafeInteger(set) && set > 0 ? set : roof);
        if (due) answered.set(session, usage);
        return due;
      },
      compact,
    });
  },
});
