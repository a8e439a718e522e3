// The provider `scripted`: plays a script file instead of asking a model. For demonstrations and tests; it needs no key and no network.
import { resolve } from "node:path";
import { ClawError, definePlugin, type Model, type Provider } from "claw";
import * as v from "valibot";
import type { Progress } from "./player.ts";
import type { Script } from "./script.ts";

const PREFIX = "scripted:";
const MODEL: Model = {
  id: "scripted",
  context: 200_000,
  maxOutput: 32_000,
  price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
};

export default definePlugin({
  config: v.strictObject({ script: v.optional(v.string()) }),
  setup({ contribute, config, cwd, options }) {
    /** One tape a file: whoever speaks to a script goes on where the last one stopped. */
    const tapes = new Map<string, { readonly script: Script; readonly progress: Progress }>();
    const chosen = typeof options["script"] === "string" ? options["script"] : config.script;

    function pathOf(model: string): string {
      const path = model.startsWith(PREFIX) ? model.slice(PREFIX.length) : chosen;
      if (path !== undefined && path !== "") return resolve(cwd, path);
      throw new ClawError("CLAW_MODEL_UNKNOWN", "the provider `scripted` has no script to play", {
        hint: "Name one with --script FILE, or as the model scripted:FILE.",
      });
    }
    async function tapeOf(model: string): Promise<{ readonly script: Script; readonly progress: Progress }> {
      const path = pathOf(model);
      const known = tapes.get(path);
      if (known !== undefined) return known;
      const { readScript } = await import("./script.ts");
      const fresh = { script: await readScript(path), progress: { played: new Set<number>(), count: 0 } };
      const tape = tapes.get(path) ?? fresh;
      tapes.set(path, tape);
      return tape;
    }
    const provider: Provider = {
      name: "scripted",
      models: async () => [MODEL],
      async resolve(name) {
        if (name !== "default" && name !== MODEL.id && !name.startsWith(PREFIX)) {
          throw new ClawError("CLAW_MODEL_UNKNOWN", `the provider \`scripted\` has no model ${name}`, {
            hint: "Use scripted, or scripted:FILE.",
          });
        }
        await tapeOf(name);
        return { ...MODEL, id: name.startsWith(PREFIX) ? name : MODEL.id };
      },
      async *stream({ model, messages }, signal) {
        const { script, progress } = await tapeOf(model.id);
        const { nextReply, play } = await import("./player.ts");
        if (signal.aborted) return;
        const reply = nextReply(script.replies, progress, messages);
        if (reply === undefined) {
          throw new ClawError("CLAW_PROVIDER_REJECTED", `the script ${pathOf(model.id)} has no reply left after ${progress.count}`, {
            hint: "Add a reply to it, or let its last one repeat.",
          });
        }
        yield* play(reply, progress.count, signal);
      },
    };
    contribute("provider", provider);
  },
});
