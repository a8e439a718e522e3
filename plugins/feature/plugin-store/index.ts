// The plugin: provides the package store of plugins. All of its work is service.ts, loaded when a command asks for it.
import { definePlugin } from "claw";
import { PluginStore } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  config: v.object({
    /** Whether a plugin that was added is loaded once in a claw of its own, to measure it and to see that it comes back. */
    trial: v.optional(v.boolean(), true),
    /** How long that may take. */
    trialMs: v.optional(v.pipe(v.number(), v.minValue(100)), 15_000),
    /** The most that one package, with all that it needs, may take on disk. */
    bytes: v.optional(v.pipe(v.number(), v.minValue(1)), 250_000_000),
    /** How long fetching one may take. */
    fetchMs: v.optional(v.pipe(v.number(), v.minValue(1_000)), 300_000),
  }),
  setup({ provide, config }) {
    const store = async () => (await import("./service.ts")).service(config);
    provide(PluginStore, {
      list: async (scope) => (await store()).list(scope),
      stage: async (source, level, scope) => (await store()).stage(source, level, scope),
      install: async (staged, scope, agreed) => (await store()).install(staged, scope, agreed),
      remove: async (plugins, scope) => (await store()).remove(plugins, scope),
      enable: async (plugins, enabled, scope) => (await store()).enable(plugins, enabled, scope),
      isolate: async (plugins, isolated, scope) => (await store()).isolate(plugins, isolated, scope),
      tryOut: async (plugin, scope) => (await store()).tryOut(plugin, scope),
      outdated: async (plugins, scope) => (await store()).outdated(plugins, scope),
      search: async (words, scope) => (await store()).search(words, scope),
      sync: async (frozen, scope) => (await store()).sync(frozen, scope),
      marketplaces: async (scope) => (await store()).marketplaces(scope),
      addMarketplace: async (source, scope) => (await store()).addMarketplace(source, scope),
      updateMarketplaces: async (names, scope) => (await store()).updateMarketplaces(names, scope),
      removeMarketplace: async (name, scope) => (await store()).removeMarketplace(name, scope),
      check: async (repair, scope) => (await store()).check(repair, scope),
    });
  },
});
