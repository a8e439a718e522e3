// The command `permissions`: which rules there are, what they and the mode say of a call, and what was decided. Its verbs are in files of their own.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Word = v.pipe(v.string(), v.minLength(1, "a word is empty"));
const SAY = "say: MODE, explain CALL, test FILE, log [REF], or simulate FILE";
const Words = v.union(
  [
    v.strictTuple([]),
    v.strictTuple([v.literal("list")]),
    v.tupleWithRest([v.literal("explain"), Word], v.string()),
    v.strictTuple([v.picklist(["test", "simulate"]), Word]),
    v.strictTuple([v.literal("log")]),
    v.strictTuple([v.literal("log"), Word]),
    v.strictTuple([v.pipe(Word, v.notValues(["explain", "test", "simulate"], SAY))]),
  ],
  SAY,
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "permissions",
        summary: "Show, explain, test and try permission rules; select a mode",
        args: Words,
        async run([verb = "list", ...rest], scope) {
          const [first = ""] = rest;
          if (verb === "list") return (await import("./list.ts")).list(scope);
          if (verb === "explain") return (await import("./explain.ts")).explain(rest.join(" "), scope);
          if (verb === "test") return (await import("./cases.ts")).testCases(first, scope);
          if (verb === "simulate") return (await import("./simulate.ts")).simulate(first, scope);
          if (verb === "log") return (await import("./log.ts")).log(rest[0], scope);
          return (await import("./list.ts")).select(verb, scope);
        },
      }),
    );
  },
});
