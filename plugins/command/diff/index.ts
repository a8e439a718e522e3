// The command `diff`: what changed in the working folder. Asking git is git.ts, laying it out run.ts.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const FLAGS: readonly string[] = ["--session", "--staged", "--cached", "--unstaged", "--stat", "--word"];

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "diff",
        summary: "Show what changed since the last commit, untracked files too, or in this session",
        args: v.pipe(
          v.array(v.pipe(v.string(), v.minLength(1, "a file's name is empty"))),
          v.check((words) => words.every((word) => !word.startsWith("-") || FLAGS.includes(word)), `knows ${FLAGS.join(", ")} and files`),
          v.check(
            (words) => !(words.includes("--unstaged") && words.some((word) => /^--(staged|cached)$/.test(word))),
            "staged or unstaged, not both",
          ),
        ),
        run: async (words, scope) => (await import("./run.ts")).run(words, scope),
      }),
    );
  },
});
