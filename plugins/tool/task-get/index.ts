// The tool `TaskGet`: how one piece of background work stands.
import { definePlugin, defineTool } from "claw";
import { backgroundTask } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "TaskGet",
        description: "Tells how a background task stands, without its output.",
        input: v.strictObject({ task_id: v.pipe(v.string(), v.minLength(1)) }),
        access: () => "none",
        subject: ({ task_id }) => task_id,
        async run({ task_id }, scope) {
          const { id, kind, name, state, standing, startedAt, file, details } = await backgroundTask(scope, task_id);
          const lines = [`${id} (${kind}): ${name}`, standing, `started ${new Date(startedAt).toISOString()}`];
          const text = [...lines, ...(file === undefined ? [] : [`all output: ${file}`])].join("\n");
          return { content: [{ type: "text", text }], details: { task: id, kind, name, state, running: state === "running", ...details } };
        },
      }),
    );
  },
});
