// The provider `google`: the Gemini API, or any server that speaks it.
import { definePlugin } from "claw";
import { MOST_MS, refuseProjects } from "claw/kit";
import * as v from "valibot";
import { createEndpoints, requireKey } from "./endpoint.ts";
import { findModel, MODELS } from "./models.ts";
import type { Sender } from "./stream.ts";

const Milliseconds = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_MS)));

export default definePlugin({
  config: v.strictObject({
    baseUrl: v.optional(v.pipe(v.string(), v.url())),
    headers: v.optional(v.record(v.pipe(v.string(), v.toLowerCase()), v.string())),
    idleMs: Milliseconds,
    connectMs: Milliseconds,
  }),
  setup(ctx) {
    refuseProjects(ctx, "@claw/provider-google");
    const endpoint = createEndpoints(ctx, ctx.config);
    let sender: Promise<Sender> | undefined;
    ctx.contribute("provider", {
      name: "google",
      models: async () => MODELS,
      async resolve(name) {
        const at = await endpoint();
        const model = findModel(name, !at.own);
        requireKey(at);
        return model;
      },
      async *stream(request, signal) {
        const at = await endpoint();
        sender ??= import("./stream.ts").then(({ createSender }) => createSender());
        yield* (await sender)(request, at, signal);
      },
    });
  },
});
