// The tool RemoteTrigger: what the model and the gate see of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import { plainAddress } from "claw/kit";
import * as v from "valibot";

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"] as const;

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "RemoteTrigger",
        description:
          "Sends one HTTP request, as to a webhook or an API, and returns status and body. Redirects are not followed; local and private addresses are refused.",
        input: v.strictObject({
          url: v.pipe(v.string(), v.minLength(1)),
          method: v.optional(v.pipe(v.picklist(METHODS), v.description("Default GET"))),
          headers: v.optional(v.record(v.string(), v.string())),
          body: v.optional(v.string()),
        }),
        access: () => "execute",
        subject: ({ url }) => plainAddress(url) ?? url,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
