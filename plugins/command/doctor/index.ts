// The command `doctor`: whether everything that a session needs is there. No provider is asked.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup(ctx) {
    ctx.contribute(
      "command",
      defineCommand({
        name: "doctor",
        summary: "Check credentials, config, plugins, folders, tools and MCP servers",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        run: async (_, scope) => (await import("./run.ts")).examine(scope, ctx),
      }),
    );
  },
});
