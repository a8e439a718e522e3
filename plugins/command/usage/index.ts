// The command `usage`: tokens and money of the session and of days, by model and by who asked.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Day = v.pipe(v.string(), v.isoDate("a day is written 2026-11-21"));
const Count = v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/, "say how many days"));
const Words = v.union(
  [v.strictTuple([]), v.strictTuple([v.picklist(["today", "days"])]), v.strictTuple([v.literal("days"), Count]), v.strictTuple([Day])],
  "say a day as 2026-11-21, today, or days [N]",
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "usage",
        summary: "Show tokens and money by model and by who asked: this session, a day, the last days",
        args: Words,
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});
