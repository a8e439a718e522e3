// The command `teleport`: to a file or symbol. Finding files is files.ts, symbols symbols.ts, showing them run.ts.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "teleport",
        summary: "Jump to a file or symbol: where it is, and into the input",
        args: v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1, "say where to: a file or a symbol")),
        run: async (words, scope) => (await import("./run.ts")).teleport(words.join(" "), scope),
      }),
    );
  },
});
