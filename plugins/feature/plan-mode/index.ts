// The plan mode service: what `EnterPlanMode` and `ExitPlanMode` share. The mode itself is a permission mode.
import { definePlugin } from "claw";
import { PlanMode } from "claw/kit";
import { createPlanMode } from "./mode.ts";

export default definePlugin({
  setup({ bus, provide }) {
    provide(PlanMode, createPlanMode(bus));
  },
});
