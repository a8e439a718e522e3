// The tool `Agent`: what it takes and what it claims. Running sub-agents is the agents service's affair.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

const Text = v.pipe(v.string(), v.minLength(1));

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "Agent",
        description:
          "Has a sub-agent do a task in a context of its own and returns its final answer. For work whose details you need not see: wide searches, independent parts, checks. " +
          "It knows nothing of this conversation: put everything it needs into prompt. Several calls in one message run side by side. " +
          "Types: general-purpose (default, all tools), Explore (searches, reads), Plan (plans a change), Verification (tries to break a change).",
        input: v.strictObject({
          description: v.pipe(Text, v.description("The task in 3 to 5 words")),
          prompt: Text,
          subagent_type: v.optional(Text),
          name: v.optional(v.pipe(Text, v.maxLength(64), v.description("What to call it"))),
          model: v.optional(v.pipe(Text, v.description("Instead of its type's or yours"))),
          run_in_background: v.optional(
            v.pipe(v.boolean(), v.description("Return a task id at once; you are told when it ends. TaskOutput, TaskStop")),
          ),
        }),
        // Every call that it makes passes the gate itself, with at most the rights of whoever started it.
        access: () => "read",
        subject: ({ subagent_type = "general-purpose" }) => subagent_type,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope),
      }),
    );
  },
});
