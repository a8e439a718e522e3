// The command `demo`: a real session on a real failing test, with a script in the model's place.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "demo",
        summary: "Watch claw fix a failing test in a scratch repository: no key, no network, scripted words, real work",
        args: v.pipe(
          v.array(v.picklist(["keep"], 'the only word it takes is "keep": the scratch repository is then left where it is')),
          v.maxLength(1, '"keep" is said once'),
        ),
        run: async (words, scope) => (await import("./run.ts")).run(words.includes("keep"), scope),
      }),
    );
  },
});
