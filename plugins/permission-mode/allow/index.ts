// The permission mode `allow`. What it says of a call stands in the table of `claw/kit`; this file only names its row.
import { definePlugin } from "claw";
import { byLevel } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("permission-mode", {
      name: "allow",
      summary: "Allow everything but protected files and deny rules",
      decide: byLevel("allow"),
    });
  },
});
