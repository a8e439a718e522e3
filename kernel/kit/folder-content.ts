// What of a folder would act if it were trusted: its settings, hooks, plugins, MCP servers and definitions, in words, and by content. Runs none of it.
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "claw";
import { DEFINITION_SORTS, projectDefinitions } from "./definitions.ts";
import { projectRoot } from "./settings.ts";

/** `folder` is where claw is started, as it really is. Nothing acts where there are no `items`. */
export interface FolderContent {
  readonly folder: string;
  /** What it would do, a line each. */
  readonly items: readonly string[];
  /** Its files, as seen from the project's top folder, with what is in them as a hash. */
  readonly files: Readonly<Record<string, string>>;
  /** Of all files: another content has another. */
  readonly hash: string;
}

/** Whether there is anything to look at: costs a few looks at the disk. */
export function mayAct(cwd: string, home: string, env: Env): boolean {
  const root = projectRoot(cwd);
  const files = [...settingsOf(root, home, env), join(root, ".mcp.json")];
  return files.some(there) || DEFINITION_SORTS.some((sort) => projectDefinitions(sort, { cwd, home, env }).some(there));
}

/** Where the settings of a project lie. */
export function settingsOf(root: string, home: string, env: Env): readonly string[] {
  const names = ["settings.json", "settings.local.json"];
  const own = join(root, ".claw") === home ? [] : names.map((name) => join(root, ".claw", name));
  return [...own, ...(root === (env["HOME"] ?? homedir()) ? [] : names.map((name) => join(root, ".claude", name)))];
}

/** What lies at `path`, if anything can be told of it. */
export function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether anything lies there. */
export function there(path: string): boolean {
  return statOf(path) !== undefined;
}
