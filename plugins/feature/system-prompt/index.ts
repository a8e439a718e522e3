// The default system prompt, and the options that replace it or add to it.
import { definePlugin } from "claw";
import prompt from "./prompt.md" with { type: "text" };

export default definePlugin({
  setup({ hooks, options }) {
    const { "system-prompt": given, "append-system-prompt": added } = options;
    const base = typeof given === "string" ? given : prompt;
    const parts = [base, typeof added === "string" ? added : ""].map((part) => part.trim().toWellFormed()).filter((part) => part !== "");
    // A session that brings its own prompt is somebody's sub-agent: ours would speak against it.
    hooks.draft.tap((draft) => (draft.system.length > 0 ? undefined : { ...draft, system: parts }));
  },
});
