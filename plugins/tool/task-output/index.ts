// The tool `TaskOutput`: what a background task has written since the last look. Knows nothing of who started it.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "TaskOutput",
        description: "Returns what a background task has said since the last look, and whether it still runs.",
        input: v.strictObject({
          task_id: v.pipe(v.string(), v.minLength(1)),
          block: v.optional(v.pipe(v.boolean(), v.description("Wait for its end. Default true"))),
          timeout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600_000), v.description("How long to wait, in ms. Default 30000"))),
        }),
        access: () => "none",
        subject: ({ task_id }) => task_id,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
