// The command `init`: first instruction file and settings of a project, from what is found in it. Shows what it would write before it does.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "init",
        summary: "Write CLAUDE.md (or AGENTS.md) from what is in the project, and .claw/settings.json",
        args: v.pipe(
          v.array(v.picklist(["claude", "agents", "--yes", "-y"], "say claude or agents, and --yes")),
          v.check((words) => words.filter((word) => !word.startsWith("-")).length <= 1, "say claude or agents, not both"),
        ),
        run: async (words, scope) =>
          (await import("./run.ts")).run(
            { name: words.includes("agents") ? "AGENTS.md" : "CLAUDE.md", sure: words.some((word) => word.startsWith("-")) },
            scope,
          ),
      }),
    );
  },
});
