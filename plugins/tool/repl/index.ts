// The tool REPL: what it takes and what it claims. Interpreters are in interpreter.ts, what each of them runs in languages.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
import { NAMES } from "./names.ts";
import type { Bench } from "./run.ts";

const Limit = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  config: v.strictObject({ timeoutMs: v.optional(Limit, 120_000), maxTimeoutMs: v.optional(Limit, 600_000) }),
  setup({ contribute, bus, config }) {
    /** The interpreters of each session. */
    const benches = new Map<string, Bench>();
    bus.on("session.closed", ({ session = "" }) => {
      for (const { interpreter } of benches.get(session)?.values() ?? []) interpreter?.stop();
      benches.delete(session);
    });
    contribute(
      "tool",
      defineTool({
        name: "REPL",
        description:
          "Runs code in an interpreter that keeps its variables, functions and imports between calls, one for each language. Returns what is printed, " +
          "and the value of a last expression. Top-level await works. stdin is empty. An interpreter that ends or is stopped begins anew.",
        input: v.strictObject({
          code: v.pipe(v.string(), v.regex(/\S/, "the code is empty")),
          language: v.picklist(Object.keys(NAMES) as (keyof typeof NAMES)[]),
          timeout_ms: v.optional(v.pipe(Limit, v.description(`Default ${config.timeoutMs}, at most ${config.maxTimeoutMs}`))),
        }),
        access: () => "execute",
        subject: ({ language, code }) => `${NAMES[language]}: ${code}`,
        async run(input, scope) {
          const { run } = await import("./run.ts");
          const bench: Bench = benches.get(scope.session.id) ?? new Map();
          benches.set(scope.session.id, bench);
          return run(input, scope, bench, config);
        },
      }),
    );
  },
});
