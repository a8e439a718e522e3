// The command `context`: what the next request would carry, by source and by plugin. Sends nothing.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "context",
        summary: "Show what fills the model's window by source, and what each plugin costs",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        run: async (_, scope) => (await import("./run.ts")).run(scope),
      }),
    );
  },
});
