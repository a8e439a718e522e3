// The feature `retry`: steps that failed for a passing reason are tried again, then with another model if one is named.
import { definePlugin } from "claw";
import * as v from "valibot";
import { createRetry } from "./retry.ts";

const Milliseconds = v.pipe(v.number(), v.minValue(0));

export default definePlugin({
  config: v.strictObject({
    tries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    firstTries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 4),
    fallbackTries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 3),
    baseMs: v.optional(Milliseconds, 500),
    capMs: v.optional(Milliseconds, 32_000),
    maxRetryAfterMs: v.optional(Milliseconds, 1_800_000),
    maxElapsedMs: v.optional(Milliseconds, 1_800_000),
  }),
  setup({ bus, config, hooks, options }) {
    const named = options["fallback-model"];
    const retry = createRetry(config, typeof named === "string" ? named : undefined, () => performance.now(), Math.random);
    hooks.recover.tap((error, scope) => {
      const attended = scope.ask !== undefined;
      const cure = retry.recover({ session: scope.session.id, error, model: scope.selection.model, attended });
      if (cure?.again && cure.model !== undefined)
        scope.bus.emit("notice.raised", { level: "warn", text: `${scope.selection.model} does not answer: going on with ${cure.model}` });
      return cure;
    });
    bus.on("step.ended", ({ session }) => session !== undefined && retry.succeeded(session));
    bus.on("turn.started", ({ session }) => session !== undefined && retry.renewed(session));
    bus.on("session.closed", ({ session }) => session !== undefined && retry.closed(session));
  },
});
