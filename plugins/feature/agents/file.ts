// The whole answer of a sub-agent as a file in the scratch folder of the session that asked, where its own tools can read it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TurnScope } from "claw";
import { Workspace } from "claw/kit";

/** The path; `undefined` when it could not be written. */
export async function keep(text: string, session: string, scope: TurnScope): Promise<string | undefined> {
  try {
    const path = join(await (await scope.use(Workspace)).scratch(scope), `agent-${session.slice(0, 8)}.md`);
    await writeFile(path, text.toWellFormed(), { mode: 0o600 });
    return path;
  } catch {
    return undefined;
  }
}
