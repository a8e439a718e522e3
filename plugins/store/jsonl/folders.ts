// Where sessions lie under claw's home, and making those folders.
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { nameOfPath, realPath } from "claw/kit";

/** The folder of all sessions. */
export function sessionsOf(home: string): string {
  return join(home, "sessions");
}

/** The folder of one workspace's sessions: readable, and unlike that of any other path. */
export function folderOf(home: string, cwd: string): string {
  return join(sessionsOf(home), nameOfPath(realPath(resolve(cwd))));
}

/** Makes `folder` and those above it up to `home`, for the user alone whatever the umask. Folders that were there keep their mode. */
export function makeFolder(home: string, folder: string): void {
  // What is there is asked for first: the error of making it again costs more than all the rest.
  if (existsSync(folder)) return;
  mkdirSync(dirname(home), { recursive: true });
  for (const made of [home, sessionsOf(home), folder]) {
    try {
      mkdirSync(made, { mode: 0o700 });
      chmodSync(made, 0o700);
    } catch (thrown) {
      if ((thrown as { readonly code?: string }).code !== "EEXIST") throw thrown;
    }
  }
}
