// The command `dump-manifests`: what there is here, for programs.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "dump-manifests",
        summary: "Print tools, commands, agents, skills and plugins as JSON",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        run: async (_, scope) => (await import("./run.ts")).run(scope),
      }),
    );
  },
});
