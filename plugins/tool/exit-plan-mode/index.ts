// The tool `ExitPlanMode`: leaves plan mode once the user has approved the plan.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "ExitPlanMode",
        description: "Shows the user the finished plan and asks to carry it out; ends plan mode when they agree. Only when changes are to follow.",
        input: v.strictObject({
          plan: v.optional(v.pipe(v.string(), v.maxLength(50_000), v.description("Markdown; your last text when absent"))),
        }),
        access: () => "none",
        subject: ({ plan = "" }) => plan,
        run: async ({ plan }, scope) => (await import("./run.ts")).run(plan, scope),
      }),
    );
  },
});
