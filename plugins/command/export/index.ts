// The command `export`: a session as something to read or to keep. The work is in run.ts.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";
import { type Order, parse, problemOf } from "./words.ts";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "export",
        summary: "Write a session as Markdown, JSON or a web page",
        args: v.pipe(
          v.array(v.string()),
          v.rawTransform(({ dataset, addIssue, NEVER }): Order => {
            const problem = problemOf(dataset.value);
            if (problem === "") return parse(dataset.value);
            addIssue({ message: problem });
            return NEVER;
          }),
        ),
        run: async (order, scope) => (await import("./run.ts")).run(order, scope),
      }),
    );
  },
});
