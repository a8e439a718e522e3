// The permission mode `danger-full-access`. What it says of a call stands in the table of `claw/kit`; this file only names its row.
import { definePlugin } from "claw";
import { byLevel } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("permission-mode", {
      name: "danger-full-access",
      summary: "Allow everything that no rule denies",
      decide: byLevel("danger-full-access"),
    });
  },
});
