// The part of the system prompt that names the agents a session can start besides those in the binary. Made once a session.
import type { PluginScope, PluginStatus } from "claw";
import { clipLine } from "claw/kit";
import { acting, listAgents } from "./definitions.ts";

/** Empty when there are none. `types` are the only ones it may start. */
export function partOf(scope: PluginScope, plugins: readonly PluginStatus[], types?: readonly string[]): string {
  const able = acting(listAgents(scope, plugins)).filter(({ source, name }) => source !== "bundled" && types?.includes(name) !== false);
  if (able.length === 0) return "";
  const lines = able.slice(0, MOST).map(({ name, description }) => `- ${name}: ${clipLine(description, 300)}`);
  const more =
    able.length > MOST
      ? [
          `- … and ${able.length - MOST} more: ${clipLine(
            able
              .slice(MOST)
              .map(({ name }) => name)
              .join(", "),
            1_000,
          )}`,
        ]
      : [];
  return ["# Agents\n\nMore types for the Agent tool:\n", ...lines, ...more].join("\n");
}

// --- internal ---

const MOST = 40;
