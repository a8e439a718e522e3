// The command `tasks`: the session's background commands and agents.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Id = v.pipe(v.string(), v.minLength(1, "the id is empty"));
const Words = v.union(
  [v.strictTuple([]), v.strictTuple([v.literal("list")]), v.strictTuple([v.picklist(["show", "stop"]), Id])],
  "say: list, show ID, or stop ID",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "tasks",
        summary: "List background commands and agents of this session, show or stop one",
        args: Words,
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});
