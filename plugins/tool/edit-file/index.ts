// The tool edit_file: what the model sees of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "edit_file",
        description:
          "Replaces old_string by new_string in a file that was read before. old_string must be exactly the file's text, indentation included " +
          "and without line numbers, and occur once: give enough lines around it, or set replace_all.",
        input: v.strictObject({
          path: v.pipe(v.string(), v.minLength(1)),
          old_string: v.pipe(v.string(), v.minLength(1)),
          new_string: v.string(),
          replace_all: v.optional(v.boolean()),
        }),
        access: () => "write",
        subject: ({ path }) => path,
        paths: ({ path }) => [path],
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
