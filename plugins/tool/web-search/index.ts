// The tool WebSearch: what the model and the gate see of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

const Domains = v.array(v.pipe(v.string(), v.minLength(1)));

export default definePlugin({
  config: v.strictObject({ results: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)), 8) }),
  setup({ contribute, config }) {
    contribute(
      "tool",
      defineTool({
        name: "WebSearch",
        description: "Searches the web: titles, addresses and snippets. Read a result with WebFetch.",
        input: v.strictObject({
          query: v.pipe(v.string(), v.minLength(2), v.maxLength(1_000)),
          allowed_domains: v.optional(v.pipe(Domains, v.description("Only these domains and those below them"))),
          blocked_domains: v.optional(Domains),
        }),
        access: () => "network",
        subject: ({ query }) => query,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope, config.results),
      }),
    );
  },
});
