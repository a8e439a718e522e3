// Provides the completion service: files, commands with their arguments, users' prompts and skills, and what other plugins offer.
import { definePlugin } from "claw";
import { Completion } from "claw/kit";

export default definePlugin({
  setup(ctx) {
    let made: Promise<Completion> | undefined;
    ctx.provide(Completion, {
      async *complete(request) {
        made ??= import("./sources.ts").then(({ createCompletion }) => createCompletion(ctx));
        yield* (await made).complete(request);
      },
    });
  },
});
