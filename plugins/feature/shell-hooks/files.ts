// Where the settings of Claude Code are: the user's, then the project's.
import { join } from "node:path";
import type { TurnScope } from "claw";
import { projectRoot } from "claw/kit";

export function foreignFiles({ env, session }: Pick<TurnScope, "env" | "session">): readonly string[] {
  const user = env["HOME"] ?? env["USERPROFILE"];
  const project = projectRoot(session.cwd);
  const own = user === undefined ? [] : [join(user, ".claude", "settings.json")];
  // A home folder may be a project: its file is the user's all the same.
  return [...own, ...(project === user ? [] : ["settings.json", "settings.local.json"].map((name) => join(project, ".claude", name)))];
}
