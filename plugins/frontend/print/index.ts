// The frontend `print`: one prompt in, one answer out, and an exit code.
import { definePlugin } from "claw";
import { run } from "./run.ts";

export default definePlugin({
  setup({ contribute }) {
    contribute("frontend", { name: "print", run });
  },
});
