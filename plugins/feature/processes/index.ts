// The plugin: provides the processes service and ends its children with session and claw. What it does with them is in children.ts.
import { definePlugin } from "claw";
import { absent, Processes, Tasks } from "claw/kit";
import * as v from "valibot";
import type { Children, Family } from "./children.ts";
import { childEnvironment, markOf } from "./environment.ts";

export default definePlugin({
  config: v.object({ spillBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1024 ** 3) }),
  setup({ provide, hooks, bus, env, config, use }) {
    const run = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
    const families = new Map<string, Family>();
    let loaded: Promise<Children> | undefined;
    const children = (): Promise<Children> => {
      loaded ??= import("./children.ts").then((module) => module.createChildren({ run, families, env, spillBytes: config.spillBytes }));
      return loaded;
    };
    provide(Processes, {
      run: async (options, scope) => (await children()).run(options, scope),
      async start(options, scope) {
        const task = await (await children()).start(options, scope);
        // Listed with all background work at once, where that is kept.
        await (await use(Tasks).catch(absent))?.list(scope.session.id);
        return task;
      },
      tasks: (session) => [...(families.get(session)?.tasks ?? [])],
      environment: (scope) => childEnvironment(scope.env, markOf(run, scope.session.id), scope.settings("env")),
    });
    const ending = new Set<Promise<void>>();
    bus.on("session.closed", ({ session }) => {
      if (session === undefined || loaded === undefined) return;
      const ended: Promise<void> = loaded
        .then((all) => all.endSession(session))
        .catch(() => {})
        .finally(() => ending.delete(ended));
      ending.add(ended);
    });
    hooks.shutdown.tap(async () => {
      await Promise.all([...ending, loaded?.then((all) => all.close())]);
    });
  },
});
