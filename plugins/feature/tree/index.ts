// Provides the tree service. The walk itself is in `walk.ts`, loaded when somebody first walks.
import { definePlugin } from "claw";
import { Tree } from "claw/kit";

export default definePlugin({
  setup(ctx) {
    ctx.provide(Tree, {
      async *walk(root, options) {
        yield* (await import("./walk.ts")).walk(root, options);
      },
      repository: async (folder) => (await (await import("./rules.ts")).rulesAbove(folder)).top,
    });
  },
});
