// The permission mode `prompt`. What it says of a call stands in the table of `claw/kit`; this file only names its row.
import { definePlugin } from "claw";
import { byLevel } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("permission-mode", {
      name: "prompt",
      summary: "Ask for everything that does not only read inside the workspace",
      decide: byLevel("prompt"),
    });
  },
});
