// The tool REPL: what it takes and what it claims. Interpreters are in interpreter.ts, what each of them runs in languages.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
import { NAMES } from "./names.ts";
import type { Bench } from "./run.ts";

const NAME = "REPL";
const Limit = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  config: v.strictObject({ timeoutMs: v.optional(Limit, 120_000), maxTimeoutMs: v.optional(Limit, 600_000) }),
  setup({ contribute, bus, config }) {
    /** The interpreters of each session. */
    const benches = new Map<string, Bench>();
    bus.on("session.closed", ({ session = "" }) => {
      for (const { interpreter } of benches.get(session)?.interpreters.values() ?? []) interpreter?.stop();
      benches.delete(session);
    });
    const disturb = (session: string): void => {
      const { interpreters, stale } = benches.get(session) ?? {};
      for (const { interpreter } of interpreters?.values() ?? []) if (interpreter !== undefined) stale?.add(interpreter);
    };
    bus.on("turn.started", ({ session = "" }) => disturb(session));
    bus.on("call.started", ({ session = "", data: { tool, access } }) => {
      if (tool !== NAME && (access === "write" || access === "execute")) disturb(session);
    });
    contribute(
      "tool",
      defineTool({
        name: NAME,
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
          const bench: Bench = benches.get(scope.session.id) ?? { interpreters: new Map(), stale: new Set() };
          benches.set(scope.session.id, bench);
          return run(input, scope, bench, config);
        },
      }),
    );
  },
});
