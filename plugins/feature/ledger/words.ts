// How much of a cached prefix was lost, and what is said of it. Pure.
import type { Listed, PluginStatus } from "claw";
import { clipLine } from "claw/kit";
import type { Change } from "./prefix.ts";

/** More warnings than that in one run tell nothing new. */
export const MOST_TOLD = 3;

/** A change in words, a tool with its plugin. */
export function wordsOf(change: Change, plugins: readonly PluginStatus[]): string {
  switch (change.kind) {
    case "model":
      return `the model changed from ${change.before} to ${change.after}`;
    case "tool":
      return `the tool ${change.tool}${ownerOf(change.tool, plugins)} ${TOOLS[change.how]}`;
    case "system": {
      const [was, is] = [change.before, change.after].map((text) => excerpt(text));
      const how = was === "" ? `has "${is}" added` : is === "" ? `no longer has "${was}"` : `changed from "${was}" to "${is}"`;
      return `part ${change.part} of the system prompt, "${excerpt(change.name)}", ${how}`;
    }
    case "options":
      return `the request's options changed (${change.names.join(", ")})`;
    case "fold":
      return `the compactor ${change.by} shortened the conversation`;
    case "message":
      return `message ${change.position} is not what it was before`;
    case "back":
      return "the conversation went back to an earlier point";
  }
}

// --- internal ---

const TOOLS = { added: "was added", removed: "is gone", changed: "has another description or schema", moved: "has another place" } as const;

function excerpt(text: string): string {
  return clipLine(text.trim().split("\n", 1)[0] ?? "", 60);
}

function ownerOf(tool: string, plugins: readonly PluginStatus[]): string {
  const named =
    (exact: boolean) =>
    (listed: Listed): boolean => {
      const name = typeof listed === "string" ? listed : listed.name;
      return exact ? name === tool : name.endsWith("*") && tool.startsWith(name.slice(0, -1));
    };
  const found = (exact: boolean) => plugins.find(({ manifest }) => manifest.contributes?.tool?.some(named(exact)));
  const owner = found(true) ?? found(false);
  return owner === undefined ? "" : ` of ${owner.name}`;
}
