// The tool `Config`: reads and sets the few settings that a user may change by asking. The work is in run.ts.
import { definePlugin, defineTool, type Json } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    /** What this process has written: the layers are as they were at its start. */
    const written = new Map<string, Json>();
    contribute(
      "tool",
      defineTool({
        name: "Config",
        description:
          "Shows a setting of claw (model, theme, …), or sets it to value when the user asks for that. Settings of safety are not among them.",
        input: v.strictObject({
          setting: v.pipe(v.string(), v.minLength(1)),
          value: v.optional(v.union([v.string(), v.boolean(), v.number()])),
        }),
        access: ({ value }) => (value === undefined ? "none" : "write"),
        subject: ({ setting, value }) => (value === undefined ? setting : `${setting} = ${value}`),
        run: async (input, scope) => (await import("./run.ts")).run(input, scope, written),
      }),
    );
  },
});
