// The store `jsonl`: one append-only file a session under claw's home. The work is in store.ts.
import { definePlugin } from "claw";

export default definePlugin({
  setup({ contribute, home, bus }) {
    const warn = (text: string): void => bus.emit("notice.raised", { level: "warn", text });
    contribute("store", {
      name: "jsonl",
      open: async (options) => (await import("./store.ts")).openSession(home, options, warn),
      list: async (cwd) => (await import("./store.ts")).listSessions(home, cwd),
    });
  },
});
