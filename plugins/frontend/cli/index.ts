// The frontend `cli`: what a command line asks for, and who does it.
import { definePlugin } from "claw";

export default definePlugin({
  setup({ contribute }) {
    contribute("frontend", {
      name: "cli",
      run: async (words, host) => (await import("./run.ts")).run(words, host),
    });
  },
});
