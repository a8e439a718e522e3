// The frontend `cli`: what a command line asks for, and who does it.
import { definePlugin } from "claw";
import { run } from "./run.ts";

export default definePlugin({
  setup({ contribute }) {
    contribute("frontend", { name: "cli", run });
  },
});
