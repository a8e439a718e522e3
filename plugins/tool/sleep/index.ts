// The tool `Sleep`: waits, beside whatever else runs, and ends with the turn.
import { setTimeout } from "node:timers/promises";
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

/** Five minutes: who has longer to wait looks in between. */
const LONGEST = 300_000;

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "Sleep",
        description: "Waits for duration_ms milliseconds, at most 300000, while other calls go on. Better than sleep in a shell.",
        input: v.strictObject({
          duration_ms: v.pipe(v.number(), v.minValue(0), v.maxValue(LONGEST, `at most ${LONGEST}; call again to wait on`)),
        }),
        access: () => "none",
        subject: ({ duration_ms }) => `${duration_ms} ms`,
        async run({ duration_ms }, { signal }) {
          const started = performance.now();
          await setTimeout(duration_ms, undefined, { signal });
          const waited = Math.round(performance.now() - started);
          return { content: [{ type: "text", text: `Waited ${waited} ms.` }], details: { duration_ms, waited } };
        },
      }),
    );
  },
});
