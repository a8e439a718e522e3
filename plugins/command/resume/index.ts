// The command `resume`: another session in place of the one in front.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "resume",
        summary: "Go on with a kept session: pick one, or name it",
        args: v.pipe(v.array(v.string()), v.maxLength(1, "takes at most one session: an id, the start of one, a path, or latest")),
        run: async ([ref], scope) => (await import("./run.ts")).run(ref, scope),
      }),
    );
  },
});
