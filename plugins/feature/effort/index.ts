// How hard the model thinks, as every request carries it. What a level means is the provider's affair.
import { definePlugin, type PluginScope } from "claw";
import { EFFORT_LEVELS, sessionEffort } from "claw/kit";

export default definePlugin({
  setup({ hooks, bus }) {
    const warned = new Set<string>();
    const warn = (origin: string, value: unknown): void => {
      const text = `${origin}: effort is low, medium or high, not ${JSON.stringify(value)}; it is passed over.`;
      if (!warned.has(text)) bus.emit("notice.raised", { level: "warn", text });
      warned.add(text);
    };
    hooks.request.tap((request, scope) => {
      const effort = sessionEffort(scope.session) ?? effortOf(scope, warn);
      return effort === undefined ? undefined : { ...request, options: { ...request.options, effort } };
    });
  },
});

// --- internal ---

/** The level in force: that of the last layer that is trusted and names one. */
function effortOf({ settings }: PluginScope, warn: (origin: string, value: unknown) => void): string | undefined {
  for (const { value, origin, trusted } of settings("effort").toReversed()) {
    if (!trusted) continue;
    if (EFFORT_LEVELS.some((level) => level === value)) return String(value);
    warn(origin, value);
  }
  return undefined;
}
