// The tool LSP: what it takes and what it claims. Servers are the LSP service's; what the model is told of their answers is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "LSP",
        description:
          "Asks a language server about code: where a name is defined or used, its type and documentation, the symbols of a file or by name in the " +
          "workspace, and errors and warnings. It understands the code where grep sees text.",
        input: v.strictObject({
          action: v.picklist(["definition", "references", "hover", "symbols", "diagnostics"]),
          path: v.optional(v.pipe(v.string(), v.minLength(1), v.description("Not needed for symbols by query, nor for all diagnostics"))),
          line: v.optional(v.pipe(Count, v.description("From 1"))),
          character: v.optional(v.pipe(Count, v.description("From 1; or give query"))),
          query: v.optional(
            v.pipe(v.string(), v.minLength(1), v.description("The name: on that line, or first in the file; for symbols, in the workspace")),
          ),
        }),
        access: () => "read",
        subject: ({ action, path, query }) => path ?? query ?? action,
        paths: ({ path }) => (path === undefined ? [] : [path]),
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
