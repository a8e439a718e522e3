// The command `plugin`: a thin door to the package store, and for authors to the service that makes and tests plugins.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "plugin",
        summary: "Add, update, list, inspect, switch and remove plugins; make and test your own",
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
const NEEDY: readonly string[] = [
  "add",
  "install",
  "i",
  "remove",
  "uninstall",
  "rm",
  "info",
  "show",
  "enable",
  "disable",
  "isolate",
  "search",
  "why",
];
