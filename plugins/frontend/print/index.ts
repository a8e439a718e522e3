// The frontend `print`: one prompt in, one answer out, and an exit code.
import { definePlugin } from "claw";

export default definePlugin({
  setup({ contribute }) {
    contribute("frontend", {
      name: "print",
      run: async (words, host) => (await import("./run.ts")).run(words, host),
    });
  },
});
