// The command `status`: where this session stands.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup(ctx) {
    ctx.contribute(
      "command",
      defineCommand({
        name: "status",
        summary: "Show model, mode, session, folder and what is loaded",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        run: async (_, scope) => (await import("./run.ts")).status(scope, ctx),
      }),
    );
  },
});
