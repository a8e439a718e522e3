// The command `trust`: what a folder would do, and whether it may.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Words = v.union(
  [
    v.strictTuple([]),
    v.strictTuple([v.picklist(["show", "list", "add", "remove"])]),
    v.strictTuple([v.picklist(["show", "add", "remove"]), v.string()]),
  ],
  "say: show [DIR], list, add [DIR], or remove [DIR]",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "trust",
        summary: "Show what a folder's own settings would do; trust it, or no longer",
        args: Words,
        async run([verb = "show", folder = "."], scope) {
          const verbs = await import("./run.ts");
          return verb === "list" ? verbs.list(scope) : verbs[verb](folder, scope);
        },
      }),
    );
  },
});
