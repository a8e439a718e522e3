// The tool `TaskStop`: ends a background task with all its processes.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "TaskStop",
        description: "Ends a background task and every process it has started.",
        input: v.strictObject({ task_id: v.pipe(v.string(), v.minLength(1)) }),
        access: () => "write",
        subject: ({ task_id }) => task_id,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
