// The command `skills`: which skills there are, and making, adding, checking, removing and using one.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "skills",
        summary: "List skills with source and size; make, add, check, remove or use one",
        args: v.pipe(
          v.array(v.string()),
          v.check(([verb = "", ...rest]) => !NEEDY.includes(verb) || rest.some((word) => !word.startsWith("-")), "say which one"),
        ),
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});

/** Words that want another. */
const NEEDY: readonly string[] = ["show", "new", "add", "install", "remove", "uninstall"];
