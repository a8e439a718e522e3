// The tool `TaskCreate`: an agent's work in the background. For commands there is bash's run_in_background; both have ids of one sort.
import { definePlugin, defineTool } from "claw";
import { Agents } from "claw/kit";
import * as v from "valibot";

const Text = v.pipe(v.string(), v.minLength(1));

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "TaskCreate",
        description: "Starts an agent on a task in the background and returns its id at once. For a shell command use bash with run_in_background.",
        input: v.strictObject({
          prompt: Text,
          description: v.optional(v.pipe(Text, v.description("The task in 3 to 5 words"))),
          subagent_type: v.optional(v.pipe(Text, v.description("As in Agent"))),
        }),
        access: () => "read",
        subject: ({ subagent_type = "general-purpose" }) => subagent_type,
        async run({ prompt, description = prompt.trim().split("\n", 1)[0]?.slice(0, 60) ?? "", subagent_type: type }, scope) {
          const order = { prompt, description: description.toWellFormed(), ...(type && { type }) };
          const { id, name, details } = await (await scope.use(Agents)).start(order, scope);
          return {
            content: [{ type: "text", text: `Task ${id} is running: ${name}. You are told when it ends.` }],
            details: { task: id, name, ...details },
          };
        },
      }),
    );
  },
});
