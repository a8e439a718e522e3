// The store `memory`: sessions that live as long as they are open. Nothing goes to disk.
import { ClawError, definePlugin } from "claw";
import { createSession } from "claw/kit";

export default definePlugin({
  setup({ contribute }) {
    contribute("store", {
      name: "memory",
      async open({ cwd, ref, id = crypto.randomUUID() }) {
        if (ref === undefined) return createSession({ id, cwd });
        throw new ClawError("CLAW_SESSION_MISSING", `there is no session ${JSON.stringify(ref)}: the store \`memory\` keeps none`, {
          hint: "Continue a session without `--no-session`.",
        });
      },
      list: async () => [],
    });
  },
});
