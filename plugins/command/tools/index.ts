// The command `tools`: what the model can use here, and what that costs.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Words = v.union(
  [v.strictTuple([]), v.strictTuple([v.pipe(v.string(), v.minLength(1, "the name is empty"))])],
  "say the name of one tool, or nothing",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "tools",
        summary: "List tools with what each needs, where it comes from and what it costs in a request",
        args: Words,
        run: async ([name], scope) => (await import("./run.ts")).run(name, scope),
      }),
    );
  },
});
