// The command `memory`: the instruction files that sessions of this folder go by. Finding them is feature/memory-files' affair.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const File = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((word) => !word.startsWith("--"), "takes no options"),
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "memory",
        summary: "List the instruction files in force with size and source; show or edit one",
        args: v.union(
          [v.strictTuple([]), v.strictTuple([v.picklist(["list", "edit"])]), v.strictTuple([v.picklist(["show", "edit"]), File])],
          "say list, show FILE, or edit [FILE]",
        ),
        async run([action = "list", file], scope) {
          if (action === "edit") return (await import("./edit.ts")).edit(file, scope);
          const run = await import("./run.ts");
          return file === undefined ? run.list(scope) : run.show(file, scope);
        },
      }),
    );
  },
});
