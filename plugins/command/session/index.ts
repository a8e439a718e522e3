// The command `session`: what can be done with kept sessions. The work is in run.ts.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "session",
        summary: "List, show, rename, fork, search, repair, import and delete sessions, or switch to one",
        args: v.pipe(
          v.array(v.string()),
          v.check(([action = "list"]) => ACTIONS.includes(action), `say: ${ACTIONS.join(", ")}`),
        ),
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});

const ACTIONS: readonly string[] = ["list", "show", "switch", "fork", "rename", "delete", "search", "repair", "import", "export", "exists"];
