// The tool glob_search: what the model and the gate see of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
import { searchOf } from "./pattern.ts";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "glob_search",
        description:
          "Finds files by a glob pattern such as src/**/*.{ts,tsx}. Newest first, at most 100. " +
          "Leaves out what .gitignore ignores, unless path or the start of pattern names an ignored folder.",
        input: v.strictObject({
          pattern: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
          path: v.optional(v.pipe(v.string(), v.minLength(1), v.description("Folder to search. Default: the working folder"))),
        }),
        access: () => "read",
        subject: ({ pattern, path }) => searchOf(pattern, path).folder,
        paths: ({ pattern, path }) => [searchOf(pattern, path).folder],
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
