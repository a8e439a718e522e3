// The command `docs`: the documentation for authors, which is in the binary.
import { defineCommand, definePlugin } from "claw";
import { PluginAuthor } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "docs",
        summary: "Read the documentation for authors: guides, kinds of plugins, the API, error codes",
        args: v.array(v.string()),
        async run(words, scope) {
          const pages = await (await scope.use(PluginAuthor)).pages();
          return (await import("./find.ts")).read(words, pages);
        },
      }),
    );
  },
});
