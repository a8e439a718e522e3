// The tool `SendUserMessage`: a message to the user in the middle of a turn, with files to look at. Ends nothing and waits for nothing.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "SendUserMessage",
        description:
          "Shows the user a message now, before the turn ends: an early result, a warning, files to look at (attachments are paths). " +
          "Not for the final answer, and nobody answers it.",
        input: v.strictObject({
          message: v.pipe(v.string(), v.regex(/\S/, "must say something"), v.maxLength(20_000)),
          attachments: v.optional(v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.maxLength(20))),
          status: v.optional(v.pipe(v.picklist(["normal", "proactive"]), v.description("proactive: the user did not ask for it"))),
        }),
        access: ({ attachments = [] }) => (attachments.length === 0 ? "none" : "read"),
        subject: ({ message }) => message,
        paths: ({ attachments = [] }) => attachments,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
