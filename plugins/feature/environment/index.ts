// Tells the model where it is: folder, git branch, platform, shell, date. Once a session; the text does not change after that.
import { definePlugin } from "claw";
import { describe } from "./environment.ts";

export default definePlugin({
  setup({ hooks, bus }) {
    const parts = new Map<string, string>();
    bus.on("session.closed", ({ session }) => void parts.delete(session ?? ""));
    hooks.draft.tap((draft, { session, env, options }) => {
      const part = parts.get(session.id) ?? describe({ cwd: session.cwd, env, options, now: new Date() });
      parts.set(session.id, part);
      return { ...draft, system: [...draft.system, part] };
    });
  },
});
