// The command `rewind`: back to an earlier message, in the conversation, the files, or both.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "rewind",
        summary: "Go back to an earlier message: the conversation, the files, or both",
        args: v.pipe(
          v.array(v.string()),
          v.check((words) => words.filter((word) => !FLAGS.includes(word)).length <= 1, "takes one place to go back to"),
          v.check(
            (words) => words.every((word) => FLAGS.includes(word) || /^(list|redo|\d{1,6}|@\d+)$/.test(word)),
            "say: list, redo, how many messages back, or @ENTRY; --chat, --code or --both; --preview",
          ),
        ),
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});

const FLAGS: readonly string[] = ["--chat", "--code", "--both", "--preview"];
