// The command `compact`: a fold by hand, what folds dropped, and the way back.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "compact",
        summary: "Shorten the session now; show what was dropped, or take it back",
        args: v.pipe(
          v.array(v.string()),
          v.check((words) => words.join(" ").length <= LONGEST, `say in at most ${LONGEST} characters what to keep in sight`),
          v.check((words) => !words.some((word) => word.startsWith("--")), "takes no options: say what to keep in sight, or show [N], or undo"),
        ),
        run: async (words, scope) => {
          const [first = "", second = "1"] = words;
          if (first === "show" && words.length <= 2 && /^[1-9]\d{0,5}$/.test(second)) return (await import("./show.ts")).show(Number(second), scope);
          if (first === "undo" && words.length === 1) return (await import("./undo.ts")).undo(scope);
          return (await import("./run.ts")).run(words.join(" ").trim(), scope);
        },
      }),
    );
  },
});

const LONGEST = 2_000;
