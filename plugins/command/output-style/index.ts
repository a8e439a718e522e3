// The command `output-style`: shows the styles, or takes one. What it does is in `run.ts`.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "output-style",
        summary: "Show how answers can be written, or choose one way from now on",
        args: v.pipe(
          v.array(v.string()),
          v.check((words) => words.every((word) => word.trim() !== "" && !word.startsWith("-")), "takes the name of one style"),
        ),
        // A style's name may have blanks in it.
        run: async (words, scope) => (await import("./run.ts")).run(words.join(" "), scope),
      }),
    );
  },
});
