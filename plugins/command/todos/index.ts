// The command `todos`: the session's todo list.
import { defineCommand, definePlugin } from "claw";
import { openTodos, seated, todosOf, todoText } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "todos",
        summary: "Show the todo list of the session",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        async run(_, scope) {
          const { session } = scope;
          const todos = todosOf(session);
          const open = openTodos(todos);
          const data = { kind: "todos", action: "list", status: "ok", session_id: session.id, open, todos };
          if (todos.length > 0) return { kind: "done", notice: `${todoText(todos)}\n${open} of ${todos.length} open`, data };
          const hint = session.messages.length === 0 && !(await seated(scope)) ? " Name a session with --continue or --resume." : "";
          return { kind: "done", notice: `There are no todos.${hint}`, data };
        },
      }),
    );
  },
});
