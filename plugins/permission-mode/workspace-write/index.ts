// The permission mode `workspace-write`. What it says of a call stands in the table of `claw/kit`; this file only names its row.
import { definePlugin } from "claw";
import { byLevel } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("permission-mode", {
      name: "workspace-write",
      summary: "Read and write inside the workspace; ask for everything else",
      decide: byLevel("workspace-write"),
    });
  },
});
