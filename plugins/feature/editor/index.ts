// Provides the editor service. Line editors are in `line-editor.ts`, loaded when one is opened.
import { definePlugin } from "claw";
import { Editor } from "claw/kit";

export default definePlugin({
  async setup(ctx) {
    const { createEditor } = await import("./service.ts");
    const set = ctx.settings("editorMode").findLast(({ trusted }) => trusted);
    ctx.provide(Editor, await createEditor(ctx, set === undefined ? "emacs" : String(set.value)));
  },
});
