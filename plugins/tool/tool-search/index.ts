// The tool ToolSearch, and the deferral it is for: over a budget, tools that are rarely used are left out of requests until they are found.
import { definePlugin, defineTool } from "claw";
import { Deferral } from "claw/kit";
import * as v from "valibot";
import { Config } from "./config.ts";
import { createRoster, NAME, type Roster } from "./roster.ts";

export default definePlugin({
  config: Config,
  setup({ bus, config, contribute, hooks, provide }) {
    const rosters = new Map<string, Roster>();
    bus.on("session.closed", ({ session = "" }) => void rosters.delete(session));
    provide(Deferral, {
      deferred(session) {
        const roster = rosters.get(session);
        return roster?.deferrable().filter((name) => !roster.sent(name)) ?? [];
      },
    });
    // The last of the last taps, by its plugin's name: what rules and options take away must be gone by then.
    hooks.draft.tap((draft, scope) => {
      if (!draft.tools.includes(NAME)) return undefined;
      const { id } = scope.session;
      const roster = rosters.get(id) ?? createRoster(config);
      rosters.set(id, roster);
      return roster.draft(draft, scope);
    });
    contribute(
      "tool",
      defineTool({
        name: NAME,
        description: "Loads tools that are listed by name only. Gives their description and schema; from then on they can be called.",
        input: v.strictObject({
          query: v.pipe(
            v.string(),
            v.regex(/\S/, "the query is empty"),
            v.maxLength(1_000),
            v.description("select:Name,Name2 for these; or words to look for, +word for one that must be there"),
          ),
          max_results: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50), v.description("Default 5"))),
        }),
        access: () => "none",
        subject: ({ query }) => query,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope, () => rosters.get(scope.session.id)),
      }),
    );
  },
});
