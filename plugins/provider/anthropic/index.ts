// The provider `anthropic`: the Messages API of Anthropic, or of any server that speaks it.
import { definePlugin } from "claw";
import { createPreconnect, endpointEntries, refuseProjects } from "claw/kit";
import * as v from "valibot";
import { createEndpoints, requireCredentials } from "./endpoint.ts";
import { findModel, MODELS } from "./models.ts";
import type { Sender } from "./stream.ts";

export default definePlugin({
  config: v.strictObject(endpointEntries()),
  setup(ctx) {
    refuseProjects(ctx, "@claw/provider-anthropic");
    const endpoint = createEndpoints(ctx, ctx.config);
    const preconnect = createPreconnect(ctx.bus);
    let sender: Promise<Sender> | undefined;
    ctx.contribute("provider", {
      name: "anthropic",
      models: async () => MODELS,
      async resolve(name) {
        const at = await endpoint();
        const model = findModel(name, !at.official);
        requireCredentials(at);
        preconnect(at);
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
