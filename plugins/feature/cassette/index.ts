// Cassettes: `--record FILE` keeps what the network and programs say, `--replay FILE` has them say it again. Activated only when one of them is given.
import { definePlugin } from "claw";

export default definePlugin({
  async setup(ctx) {
    const { record: kept, replay: played } = ctx.options;
    const stop =
      typeof played === "string"
        ? await (await import("./play.ts")).play(played, ctx)
        : typeof kept === "string"
          ? await (await import("./record.ts")).record(kept, ctx)
          : undefined;
    if (stop !== undefined) ctx.hooks.shutdown.tap(stop, "last");
  },
});
