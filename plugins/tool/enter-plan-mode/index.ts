// The tool `EnterPlanMode`: switches the running session to plan mode. The way back is `ExitPlanMode`.
import { definePlugin, defineTool } from "claw";
import { PlanMode } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "EnterPlanMode",
        description:
          "Switches to plan mode, in which nothing can be changed: to explore and make a plan before a large change. ExitPlanMode ends it.",
        input: v.strictObject({}),
        access: () => "none",
        subject: () => "",
        async run(_, scope) {
          const changed = await (await scope.use(PlanMode)).enter(scope);
          const next = "Look around, ask if need be, then call ExitPlanMode with the plan.";
          const text = changed ? `Plan mode is on: from your next message, only reading is allowed. ${next}` : `Plan mode was on already. ${next}`;
          return { content: [{ type: "text", text }], details: { changed, active: true } };
        },
      }),
    );
  },
});
