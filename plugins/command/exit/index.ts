// The command `exit`: leaves the session.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "exit",
        summary: "Leave the session; it is kept",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        run: async () => ({ kind: "exit", code: 0 }),
      }),
    );
  },
});
