// What says that there are servers at all, without reading their definitions: every start asks.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { PluginScope } from "claw";
import { type McpOffer, projectRoot } from "claw/kit";

/** The project's `.mcp.json`, whether it is there or not. */
export function projectFile(cwd: string): string {
  return join(projectRoot(cwd), ".mcp.json");
}

/** Whether anything may name a server: costs one look at the disk. */
export function named(scope: PluginScope, offers: Iterable<McpOffer>): boolean {
  if (scope.settings("mcpServers").length > 0 || scope.options["mcp-config"] !== undefined) return true;
  return (scope.options["bare"] !== true && statSync(projectFile(scope.cwd), { throwIfNoEntry: false }) !== undefined) || [...offers].length > 0;
}
