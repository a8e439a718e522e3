// The tool `NotebookEdit`: what the model sees of it. The work is in run.ts and notebook.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "NotebookEdit",
        description:
          "Changes one cell of a Jupyter notebook that was read before. cell_id is a cell's id or its number as read_file shows them; " +
          "without one it is the last cell. insert puts a new cell after it.",
        input: v.strictObject({
          notebook_path: v.pipe(v.string(), v.regex(/\.ipynb$/, "must be a .ipynb file")),
          cell_id: v.optional(v.union([v.string(), v.pipe(v.number(), v.integer(), v.minValue(-1))])),
          new_source: v.optional(v.string()),
          cell_type: v.optional(v.picklist(["code", "markdown"])),
          edit_mode: v.optional(v.picklist(["replace", "insert", "delete"])),
        }),
        access: () => "write",
        subject: ({ notebook_path }) => notebook_path,
        paths: ({ notebook_path }) => [notebook_path],
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
