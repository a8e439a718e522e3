// The command `config`: what is set, and by whom.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Key = v.pipe(v.string(), v.minLength(1, "the key is empty"));
const Words = v.union(
  [
    v.strictTuple([]),
    v.strictTuple([v.literal("show")]),
    v.strictTuple([v.picklist(["show", "explain"]), Key]),
    v.strictTuple([v.pipe(Key, v.notValue("explain"))]),
  ],
  "say: show [KEY], or explain KEY",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "config",
        summary: "Show settings, and which file set what",
        args: Words,
        run: async (words, scope) => (await import("./run.ts")).config(words, scope),
      }),
    );
  },
});
