// Where sessions lie under claw's home, and making those folders.
import { chmodSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The folder of all sessions. */
export function sessionsOf(home: string): string {
  return join(home, "sessions");
}

/** The folder of one workspace's sessions: readable, and unlike that of any other path. */
export function folderOf(home: string, cwd: string): string {
  const place = canonical(cwd);
  const readable = place
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(-READABLE)
    .replace(/^-+|-+$/g, "");
  const mark = new Bun.CryptoHasher("sha256").update(place).digest("hex").slice(0, 10);
  return join(sessionsOf(home), readable === "" ? mark : `${readable}-${mark}`);
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

// --- internal ---

const READABLE = 48;

function canonical(cwd: string): string {
  try {
    return realpathSync(cwd);
  } catch {
    return resolve(cwd);
  }
}
