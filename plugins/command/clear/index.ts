// The command `clear`: goes on in a new session.
import { defineCommand, definePlugin } from "claw";
import { Interactive } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute, use }) {
    contribute(
      "command",
      defineCommand({
        name: "clear",
        summary: "Begin a new session in place of this one, which is kept",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        async run(_, { session }) {
          const kept = session.path !== undefined && session.messages.length > 0;
          (await use(Interactive)).goOn({ cleared: true, said: kept ? `A new session. The one before: /resume ${session.id}` : "A new session." });
          return { kind: "done" };
        },
      }),
    );
  },
});
