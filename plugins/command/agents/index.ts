// The command `agents`: which sub-agents are defined, and by whom.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Name = v.pipe(v.string(), v.minLength(1, "the name is empty"));
const Words = v.union(
  [v.strictTuple([]), v.strictTuple([v.literal("list")]), v.strictTuple([v.picklist(["show", "create"]), Name])],
  "say: list, show NAME, or create NAME",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "agents",
        summary: "List agent definitions and where they come from, show or create one",
        args: Words,
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});
