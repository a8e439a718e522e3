// The compactor `extract`: shortens history by lists taken from it. Local and deterministic, asks no model. The work is in extract.ts.
import { definePlugin } from "claw";
import { createFoldGauge, foldable } from "claw/kit";

export default definePlugin({
  setup(ctx) {
    const gauge = createFoldGauge(ctx);
    ctx.hooks.recover.tap(({ code }, { session, selection }) => {
      if (code !== "CLAW_PROVIDER_OVERFLOW" || selection.compactor !== "extract") return undefined;
      return gauge.overflowed(session, (attempt) => foldable(session.messages, attempt)) ? { again: true } : undefined;
    });
    ctx.contribute("compactor", {
      name: "extract",
      due: gauge.due,
      async compact(session, scope) {
        const fold = await (await import("./extract.ts")).extract(session.messages, scope, gauge.attempt(session));
        gauge.folded(session, fold);
        return fold;
      },
    });
  },
});
