// Folders that flags and settings add to the workspace: said to be none when they are none. Adding them is the workspace's affair.
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ClawError, type PluginScope } from "claw";

/** Throws `CLAW_USAGE` for an `--add-dir` that is no folder. */
export function checkAdded({ options, cwd, env }: PluginScope): void {
  const given = options["add-dir"] ?? [];
  for (const folder of typeof given === "object" ? given : [String(given)]) {
    const path = resolve(cwd, folder.replace(/^~(?=$|[\\/])/, env["HOME"] ?? homedir()));
    const stat = folder === "" ? undefined : statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) continue;
    const what = stat === undefined ? "there is no folder" : "it is no folder:";
    throw new ClawError("CLAW_USAGE", `--add-dir: ${what} ${folder === "" ? '""' : join(path)}`, { hint: "Name a folder that is there." });
  }
}
