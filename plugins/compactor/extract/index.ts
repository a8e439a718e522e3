// The compactor `extract`: shortens history by lists taken from it. Local and deterministic, asks no model. The work is in extract.ts.
import { definePlugin, type Session, type Usage } from "claw";
import { charactersOf, PER_TOKEN } from "./size.ts";

/** Of the model's window: how full it may get, and the most that is held back for the answer. */
const FULL = 0.8;
const RESERVE = 0.25;
const LIMIT = "CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS";

export default definePlugin({
  setup({ contribute, env }) {
    const set = Number(env[LIMIT]);
    /** The usage that each session was last found too large by: until there is a newer one, asking again would only fold again. */
    const answered = new WeakMap<Session, Usage>();
    contribute("compactor", {
      name: "extract",
      due(session, model, usage) {
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
      compact: async (session, scope) => (await import("./extract.ts")).extract(session.messages, scope),
    });
  },
});
