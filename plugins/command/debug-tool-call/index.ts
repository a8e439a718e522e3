// The command `debug-tool-call`: one call of the session, whole. Nothing is kept for it: all is in the session's record.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "debug-tool-call",
        summary: "Show the last tool call whole: input, permission, result, timing",
        args: v.union([v.strictTuple([]), v.strictTuple([v.pipe(v.string(), v.regex(/^[\w.:-]+$/))])], "say how many calls back, or a call's id"),
        run: async ([which], scope) => (await import("./run.ts")).run(which, scope),
      }),
    );
  },
});
