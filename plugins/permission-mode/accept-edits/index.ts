// The permission mode `accept-edits`. What it says of a call stands in the table of `claw/kit`; this file only names its row.
import { definePlugin } from "claw";
import { byLevel } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("permission-mode", {
      name: "accept-edits",
      summary: "Edit inside the workspace without asking; ask for everything else",
      decide: byLevel("accept-edits"),
    });
  },
});
