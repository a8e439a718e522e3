// The permission mode `read-only`. What it says of a call stands in the table of `claw/kit`; this file only names its row.
import { definePlugin } from "claw";
import { byLevel } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("permission-mode", {
      name: "read-only",
      summary: "Read inside the workspace and fetch; refuse everything else",
      decide: byLevel("read-only"),
    });
  },
});
