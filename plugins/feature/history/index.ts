// Provides the history service: what was typed in a project before, kept under claw's home.
import { definePlugin } from "claw";
import { Histories, type InputHistory } from "claw/kit";

export default definePlugin({
  setup(ctx) {
    const opened = new Map<string, InputHistory>();
    ctx.provide(Histories, {
      async open(cwd) {
        const { fileOf, openHistory } = await import("./file.ts");
        const file = fileOf(ctx.home, cwd);
        const known = opened.get(file);
        if (known !== undefined) return known;
        const lost = (why: string): void => ctx.bus.emit("log.written", { message: `history: ${why}` });
        const history = openHistory(file, { home: ctx.home, kept: ctx.options["no-session"] !== true, lost });
        opened.set(file, history);
        return history;
      },
    });
  },
});
