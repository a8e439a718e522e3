// The tool `TaskList`: all background work of the session, a line each.
import { definePlugin, defineTool } from "claw";
import { backgroundTasks, clipLine } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "TaskList",
        description: "Lists the background tasks of this session, commands and agents, oldest first.",
        input: v.strictObject({}),
        access: () => "none",
        subject: () => "",
        async run(_, scope) {
          const tasks = await backgroundTasks(scope);
          const shown = tasks.slice(-MOST);
          const lines = shown.map(({ id, kind, name, standing }) => `${id} (${kind}) ${clipLine(name.replace(/\s+/g, " "), 120)}: ${standing}`);
          const left = tasks.length > MOST ? [`[${tasks.length - MOST} older ones left out; TaskGet knows them by id]`] : [];
          const text = tasks.length === 0 ? "There are no background tasks in this session." : [...left, ...lines].join("\n");
          return { content: [{ type: "text", text }], details: shown.map(({ id, kind, name, state }) => ({ task: id, kind, name, state })) };
        },
      }),
    );
  },
});

// --- internal ---

const MOST = 100;
