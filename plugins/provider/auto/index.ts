// The provider `auto`: finds the provider that a model's name means, and lets it do the work. All that takes a model's name takes any provider's.
import { definePlugin } from "claw";
import { Models } from "claw/kit";
import type { Found, Router } from "./ask.ts";
import { find } from "./router.ts";
import { allAliases } from "./routes.ts";
import { createNames } from "./settings.ts";

const NAME = "auto";
/** More models than that are not worth their memory. */
const MOST_KNOWN = 100;

export default definePlugin({
  setup(ctx) {
    const { env, get, bus } = ctx;
    const namesOf = createNames(ctx);
    const known = new Map<string, Found>();
    const told = new Set<string>();
    const tell = (text: string): void => {
      if (!told.has(text)) bus.emit("notice.raised", { level: "info", text });
      told.add(text);
    };
    const router = async (): Promise<Router> => {
      return { env, get, tell, names: await namesOf(), providers: ctx.names("provider").filter((name) => name !== NAME) };
    };
    // Each step asks again; a turn goes on as it began.
    const asked = new Map<string, Promise<Found>>();
    bus.on("turn.started", () => asked.clear());
    bus.on("selection.changed", () => asked.clear());
    const again = (name: string): Promise<Found> => {
      const found = asked.get(name) ?? resolve(name);
      asked.set(name, found);
      found.catch(() => asked.delete(name));
      return found;
    };
    const resolve = async (name: string): Promise<Found> => {
      const found = await find(name, await router());
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(found.model.id, found);
      return found;
    };
    ctx.provide(Models, {
      offers: async () => (await import("./search.ts")).listOffers(await router()),
      async find(name) {
        const { provider, model } = await resolve(name);
        return { provider: provider.name, model };
      },
      aliases: async () => allAliases((await namesOf()).aliases),
    });
    ctx.contribute("provider", {
      name: NAME,
      models: async () => (await import("./search.ts")).listModels(await router()),
      resolve: async (name) => (await again(name)).model,
      async *stream(request, signal) {
        const { provider, own } = known.get(request.model.id) ?? (await resolve(request.model.id));
        yield* provider.stream({ ...request, model: { ...request.model, id: own.id } }, signal);
      },
    });
  },
});
