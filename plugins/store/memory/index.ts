// The store `memory`: sessions that live as long as they are open. Nothing goes to disk.
import { ClawError, definePlugin } from "claw";
import { createSession, type Entry } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("store", {
      name: "memory",
      async open({ cwd, ref, id = crypto.randomUUID() }) {
        const entries: Entry[] = [];
        if (ref === undefined) return createSession({ id, cwd, keep: (entry) => void entries.push(entry), history: () => entries });
        throw new ClawError("CLAW_SESSION_MISSING", `there is no session ${JSON.stringify(ref)}: the store \`memory\` keeps none`, {
          hint: "Continue a session without `--no-session`.",
        });
      },
      list: async () => [],
    });
  },
});
