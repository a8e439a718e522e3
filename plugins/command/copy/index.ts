// The command `copy`: an answer of the model's for the clipboard. Which one is found in `find.ts`.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    const Which = v.union([v.literal("code"), v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/), v.transform(Number))], "say which: a number, or code");
    contribute(
      "command",
      defineCommand({
        name: "copy",
        summary: "Copy the last answer to the clipboard, the Nth last, or its last code block",
        args: v.union([v.strictTuple([]), v.strictTuple([Which])], "say which: a number, or code"),
        run: async ([which = 1], scope) => (await import("./run.ts")).copy(which, scope),
      }),
    );
  },
});
