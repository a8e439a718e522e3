// The permission mode `plan`. What it says of a call stands in the table of `claw/kit`; this file only names its row.
import { definePlugin } from "claw";
import { byLevel } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("permission-mode", {
      name: "plan",
      summary: "Look around and plan: read inside the workspace and fetch; refuse everything else",
      decide: byLevel("plan"),
    });
  },
});
