// The tool WebFetch: what the model and the gate see of it. The work is in run.ts.
import { definePlugin, defineTool } from "claw";
import { plainAddress } from "claw/kit";
import * as v from "valibot";
import { createCaches } from "./cache.ts";
import { createThreads, type Threads } from "./threads.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  config: v.strictObject({
    characters: v.optional(v.pipe(Count, v.minValue(1_000)), 40_000),
    convertMs: v.optional(v.pipe(Count, v.maxValue(120_000)), 10_000),
    cacheMinutes: v.optional(v.pipe(v.number(), v.minValue(0)), 15),
  }),
  setup({ contribute, bus, config }) {
    const caches = createCaches(config.cacheMinutes * 60_000);
    const threads: Threads = createThreads(config.convertMs);
    bus.on("session.closed", ({ session }) => caches.drop(session ?? ""));
    contribute(
      "tool",
      defineTool({
        name: "WebFetch",
        description:
          "Fetches a public web page as Markdown, its main content only; also PDF, JSON and text. Redirects to another host are reported, not followed. " +
          "Local and private addresses are refused.",
        input: v.strictObject({
          url: v.pipe(v.string(), v.minLength(1)),
          prompt: v.optional(v.pipe(v.string(), v.description("What you want to know from the page"))),
          offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.description("Character to read on from in a long page"))),
        }),
        access: () => "network",
        subject: ({ url }) => plainAddress(url) ?? url,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope, { ...config, cache: caches.of(scope.session.id), threads }),
      }),
    );
  },
});
