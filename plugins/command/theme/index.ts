// The command `theme`: shows the themes, or uses one. What it does is in `run.ts`.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "theme",
        summary: "Show the themes, or use one from now on",
        args: v.union([v.strictTuple([]), v.strictTuple([v.pipe(v.string(), v.minLength(1))])], "takes the name of one theme"),
        run: async ([name], scope) => (await import("./run.ts")).theme(name, scope),
      }),
    );
  },
});
