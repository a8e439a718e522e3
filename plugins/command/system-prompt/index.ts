// The command `system-prompt`: what the next request would say before the first message.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "system-prompt",
        summary: "Show the system prompt that the next request would carry",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        async run(_, scope) {
          const { system, tools } = await scope.draft();
          const message = system.join("\n\n");
          const bytes = Buffer.byteLength(message);
          return { kind: "done", notice: message, data: { kind: "system-prompt", status: "ok", message, sections: system, bytes, tools } };
        },
      }),
    );
  },
});
