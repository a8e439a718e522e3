// The tool `TodoWrite`: the session's todo list, kept as its notes, and back in the model's sight after a fold.
import { definePlugin, defineTool } from "claw";
import { todoStatuses } from "claw/kit";
import * as v from "valibot";
import { createRestating } from "./restate.ts";

const Words = v.pipe(v.string(), v.regex(/\S/, "must say something"), v.maxLength(500));

export default definePlugin({
  setup({ bus, contribute, hooks }) {
    const restating = createRestating();
    bus.on("session.closed", ({ session = "" }) => restating.forget(session));
    hooks.draft.tap((draft, scope) => restating.add(draft, scope.session), "late");
    contribute(
      "tool",
      defineTool({
        name: "TodoWrite",
        description:
          "Keeps the todo list of this session, which the user sees. Each call gives the whole list, an empty one clears it. " +
          "Use it for work of three steps or more: one item in_progress at a time, completed as soon as it is done.",
        input: v.strictObject({
          todos: v.pipe(v.array(v.strictObject({ content: Words, activeForm: Words, status: v.picklist(todoStatuses) })), v.maxLength(100)),
        }),
        access: () => "none",
        subject: ({ todos }) => {
          const doing = todos.find((todo) => todo.status === "in_progress")?.activeForm;
          const done = todos.filter((todo) => todo.status === "completed").length;
          return `${done} of ${todos.length} done${doing === undefined ? "" : `: ${doing}`}`;
        },
        run: async ({ todos }, scope) => (await import("./run.ts")).run(todos, scope),
      }),
    );
  },
});
