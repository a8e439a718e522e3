// The command `mcp`: which MCP servers there are and how they stand, and adding, testing and removing one.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "mcp",
        summary: "List MCP servers with state and tools; add, test or remove one",
        args: v.pipe(
          v.array(v.string()),
          v.check(([verb = "list"]) => VERBS.includes(verb), `say one of: ${VERBS.slice(0, -2).join(", ")}`),
          v.check(([verb = "list", ...rest]) => verb === "list" || rest.some((word) => !word.startsWith("-")), "say which one"),
        ),
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});

// --- internal ---

/** The last two are other tools' words for the same. */
const VERBS: readonly string[] = ["list", "get", "test", "add", "add-json", "remove", "login", "logout", "show", "rm"];
