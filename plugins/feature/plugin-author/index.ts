// The author's half of `claw plugin`: new, dev, check, test, pack, publish; and the documentation. The command itself is command/plugin.
import { definePlugin } from "claw";
import { PluginAuthor } from "claw/kit";

export default definePlugin({
  setup(ctx) {
    ctx.provide(PluginAuthor, {
      run: async (words, scope) => (await import("./run.ts")).run(words, scope, ctx),
      pages: async () => (await (await import("./archive.ts")).readArchive()).pages,
      host: async (folder, as) => (await import("./reload.ts")).host(folder, as),
    });
  },
});
