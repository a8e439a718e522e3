// The tool write_file: what the model sees of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "write_file",
        description: "Creates a file, with its folders, or replaces the whole content of one that was read before. To change a part, use edit_file.",
        input: v.strictObject({ path: v.pipe(v.string(), v.minLength(1)), content: v.string() }),
        access: () => "write",
        subject: ({ path }) => path,
        paths: ({ path }) => [path],
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
