// The web service. Light until something is fetched: the work is in fetch.ts.
import { definePlugin } from "claw";
import { Web } from "claw/kit";
import * as v from "valibot";
import type { Fetch } from "./fetch.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  config: v.strictObject({
    timeoutMs: v.optional(v.pipe(Count, v.maxValue(600_000)), 30_000),
    maxBytes: v.optional(v.pipe(Count, v.maxValue(100_000_000)), 10_000_000),
  }),
  setup({ provide, config }) {
    let loaded: Promise<Fetch> | undefined;
    provide(Web, {
      fetch: async (request, scope) => {
        loaded ??= import("./fetch.ts").then(({ createFetch }) => createFetch(config));
        return (await loaded)(request, scope);
      },
    });
  },
});
