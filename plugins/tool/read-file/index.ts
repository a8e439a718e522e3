// The tool read_file: what the model sees of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "read_file",
        description:
          "Reads a file: text with line numbers (a number and a tab, no part of the file), images (png, jpg, gif, webp), notebooks. " +
          "Up to 2000 lines at once; use offset and limit for more. A folder gives its entries.",
        input: v.strictObject({
          path: v.pipe(v.string(), v.minLength(1)),
          offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.description("Lines to skip"))),
          limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
        }),
        access: () => "read",
        subject: ({ path }) => path,
        paths: ({ path }) => [path],
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
