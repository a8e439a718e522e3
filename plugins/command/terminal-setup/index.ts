// The command `terminal-setup`: what this terminal can do, and line breaks in the input where that takes a setting. What it does is in `run.ts`.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "terminal-setup",
        summary: "Show what this terminal can do, and set up line breaks in the input where it takes a setting",
        args: v.union([v.strictTuple([]), v.strictTuple([v.literal("apply")])], "takes only the word apply"),
        run: async ([word], scope) => (await import("./run.ts")).setUp(word === "apply", scope),
      }),
    );
  },
});
