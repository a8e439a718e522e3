// The command `model`: which models there are, which one is in use, and another one from the next step on.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Name = v.pipe(v.string(), v.trim(), v.regex(/^\S+$/, "a model's name has no spaces"));
const Words = v.union(
  [v.strictTuple([]), v.strictTuple([v.picklist(["list", "help"])]), v.strictTuple([v.literal("list"), Name]), v.strictTuple([Name])],
  "say the name of one model, or list [PROVIDER], or nothing",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "model",
        summary: "List models with provider, context and price, or switch to one",
        args: Words,
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});
