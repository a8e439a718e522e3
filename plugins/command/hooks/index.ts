// The command `hooks`: which hooks there are, and trying them. Running them is the service's affair.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Words = v.union(
  [
    v.strictTuple([]),
    v.strictTuple([v.literal("list")]),
    v.strictTuple([v.literal("test"), v.string()]),
    v.strictTuple([v.literal("test"), v.string(), v.string()]),
    v.strictTuple([v.literal("test"), v.string(), v.string(), v.string()]),
  ],
  "say: list, or test EVENT [SUBJECT] [JSON]",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "hooks",
        summary: "List command hooks with where they stand and what is wrong; try them",
        args: Words,
        async run([verb = "list", event = "", subject, json], scope) {
          const { list, rehearse } = await import("./run.ts");
          return verb === "list" ? list(scope) : rehearse(event, subject, json, scope);
        },
      }),
    );
  },
});
