// The tool PowerShell: what it takes and what it claims. Where there is no PowerShell it is not offered. How one runs is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
import { findProgram } from "./program.ts";

const NAME = "PowerShell";
const Limit = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  config: v.strictObject({ timeoutMs: v.optional(Limit, 120_000), maxTimeoutMs: v.optional(Limit, 600_000) }),
  setup({ contribute, config, env, hooks }) {
    const absent = findProgram(env["PATH"]) === undefined;
    hooks.draft.tap((draft) => {
      if (!absent || !draft.tools.includes(NAME)) return undefined;
      return { ...draft, tools: draft.tools.filter((tool) => tool !== NAME) };
    });
    contribute(
      "tool",
      defineTool({
        name: NAME,
        description:
          "Runs a PowerShell command or script and returns its output, all streams together. Each call is a new shell in the session's folder, without " +
          "profile, terminal and input. Long output is cut in the middle and kept whole in a file. Start servers with run_in_background.",
        input: v.strictObject({
          command: v.pipe(v.string(), v.regex(/\S/, "the command is empty")),
          timeout: v.optional(v.pipe(Limit, v.description(`Time limit in ms. Default ${config.timeoutMs}, at most ${config.maxTimeoutMs}`))),
          description: v.optional(v.pipe(v.string(), v.description("What it does, in 5 to 10 words"))),
          run_in_background: v.optional(v.pipe(v.boolean(), v.description("Return a task id at once, for TaskOutput and TaskStop"))),
          dangerouslyDisableSandbox: v.optional(
            v.pipe(v.boolean(), v.description("Only after the sandbox was why it failed: run outside it. The user is asked")),
          ),
        }),
        access: () => "execute",
        subject: ({ command }) => command,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope, config),
      }),
    );
  },
});
