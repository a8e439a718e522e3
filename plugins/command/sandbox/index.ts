// The command `sandbox`: what commands of this session can reach, as it was tried on this machine.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "sandbox",
        summary: "Show what commands can reach here, and how that was tried",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words; the setting is `sandbox`")),
        run: async (_, scope) => (await import("./run.ts")).show(scope),
      }),
    );
  },
});
