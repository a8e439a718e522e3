// The compactor `summary`: cuts old results first, then has a model write down what went. The work is in compact.ts; no result too large for the window gets in.
import { definePlugin } from "claw";
import { createFoldGauge, foldable } from "claw/kit";
import { fitting } from "./results.ts";

export default definePlugin({
  setup(ctx) {
    const gauge = createFoldGauge(ctx);
    ctx.hooks.callResult.tap((result, { model }) => fitting(result, model), "last");
    ctx.hooks.recover.tap(({ code }, { session, selection, bus }) => {
      if (code !== "CLAW_PROVIDER_OVERFLOW" || selection.compactor !== "summary") return undefined;
      if (gauge.overflowed(session, (attempt) => foldable(session.messages, attempt))) return { again: true };
      bus.emit("notice.raised", { level: "warn", text: STUCK });
      return undefined;
    });
    ctx.contribute("compactor", {
      name: "summary",
      due: gauge.due,
      async compact(session, scope) {
        const fold = await (await import("./compact.ts")).compact(session, scope, gauge.attempt(session));
        gauge.folded(session, fold);
        return fold;
      },
    });
  },
});

/** The session itself goes on: the next fold takes what was too long this time. */
const STUCK =
  "The request is too long for the model, and cannot be shortened further. Say less at once, or take a model with a larger window; the session goes on.";
