// The renderer `text`: the answer on stdout, everything else on stderr.
import { definePlugin } from "claw";
import { connection } from "claw/kit";
import { createTextRenderer } from "./text.ts";

export default definePlugin({
  setup({ contribute, options }) {
    contribute(
      "renderer",
      createTextRenderer(() => ({
        answers: connection(1) === "terminal",
        progress: connection(2) === "terminal",
        verbose: options["verbose"] === true,
        structured: options["json-schema"] !== undefined,
      })),
    );
  },
});
