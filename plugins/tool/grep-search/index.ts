// The tool grep_search: what the model and the gate see of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import type { Embedded } from "./embedded.ts";
import { Input } from "./input.ts";

export default definePlugin({
  setup({ contribute }) {
    let embedded: Embedded | undefined;
    contribute(
      "tool",
      defineTool({
        name: "grep_search",
        description:
          "Searches file contents with ripgrep, ignored files left out. output_mode: files_with_matches (default), " +
          "content (PATH:LINE:text; context lines PATH-LINE-text), count.",
        input: Input,
        access: () => "read",
        subject: ({ path }) => path ?? ".",
        paths: ({ path }) => [path ?? "."],
        async run(input, scope) {
          const [{ run }, { createEmbedded }] = await Promise.all([import("./run.ts"), import("./embedded.ts")]);
          embedded ??= createEmbedded();
          return run(input, scope, embedded);
        },
      }),
    );
  },
});
