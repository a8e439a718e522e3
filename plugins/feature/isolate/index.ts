// The plugin: provides the service that runs isolated plugins, each in a child inside the sandbox. What it does is service.ts, loaded with the first.
import { definePlugin } from "claw";
import { Isolation } from "claw/kit";
import * as v from "valibot";
import type { Service } from "./service.ts";

export default definePlugin({
  config: v.strictObject({
    /** Whether isolated plugins run in their child although no sandbox holds on this machine. Only the user's own settings can say so. */
    unconfined: v.optional(v.boolean(), false),
    /** How long one call may take. */
    callMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100)), 120_000),
    /** How often the child of a plugin is started anew after it has ended by itself, in one run of claw. */
    restarts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 3),
  }),
  setup({ provide, hooks, config }) {
    let loaded: Promise<Service> | undefined;
    const service = (): Promise<Service> => {
      loaded ??= import("./service.ts").then((module) => module.createService(config));
      return loaded;
    };
    provide(Isolation, { attach: async (plugin, ctx) => (await service()).attach(plugin, ctx) });
    // What a call may do and is about is for the plugin to say: it is asked in its child before permission judges the call.
    hooks.callInput.tap((call, scope) => loaded?.then((one) => one.judge(call, scope)), "last");
    hooks.shutdown.tap(async () => (await loaded)?.close());
  },
});
