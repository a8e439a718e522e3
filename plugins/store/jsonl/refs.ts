// Which file a reference means, and which files there are. Reads names, dates and heads only.
import { statSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { ClawError } from "claw";
import { namesIn, realPath } from "claw/kit";
import { glance, UUID } from "./file.ts";
import { folderOf, sessionsOf } from "./folders.ts";

/** What a session's file is called after its id. */
export const SUFFIX = ".jsonl";

/** The file that `ref` means, as seen from folder `cwd`. Throws `CLAW_SESSION_MISSING`. */
export function find(home: string, cwd: string, ref: string): string {
  if (LATEST.has(ref)) return latest(home, cwd);
  if (isAbsolute(ref) || /[/\\]/.test(ref) || ref.endsWith(SUFFIX)) return realPath(resolve(cwd, ref));
  const wanted = ref.toLowerCase();
  if (!/^[0-9a-f-]{1,36}$/.test(wanted)) throw missing(`no session is called ${JSON.stringify(ref)}`);
  const begins = (path: string): boolean => basename(path).startsWith(wanted);
  const here = filesIn(folderOf(home, cwd)).filter(begins);
  const found = here.length > 0 ? here : allFiles(home).filter(begins);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw missing(`no session has an id that begins with ${wanted}`);
  const ids = found.map((path) => basename(path, SUFFIX)).sort();
  throw new ClawError("CLAW_SESSION_MISSING", `${wanted} begins ${ids.length} session ids: ${ids.slice(0, LISTED).join(", ")}`, {
    hint: "Give more of the id.",
  });
}

/** The session files of every folder. */
export function allFiles(home: string): readonly string[] {
  const base = sessionsOf(home);
  return namesIn(base).flatMap((name) => (name.startsWith(".") ? [] : filesIn(join(base, name))));
}

/** The session files in one folder. */
export function filesIn(folder: string): readonly string[] {
  return namesIn(folder).flatMap((name) => (name.endsWith(SUFFIX) && UUID.test(basename(name, SUFFIX)) ? [join(folder, name)] : []));
}

// --- internal ---

const LATEST: ReadonlySet<string> = new Set(["", "latest", "last", "recent"]);
const LISTED = 10;

/** The newest that can be continued: only its head is read. */
function latest(home: string, cwd: string): string {
  const dated = filesIn(folderOf(home, cwd)).map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  const newest = dated
    .sort((a, b) => b.at - a.at)
    .find(({ path }) => {
      const seen = glance(path);
      return seen !== undefined && seen.head.agent !== true;
    });
  if (newest === undefined) throw missing(`${cwd} has no session yet`, "`claw` begins one; `claw session list --all` shows those of other folders.");
  return newest.path;
}

function missing(message: string, hint = "Name an id, the start of one, a session file, or `latest`."): ClawError {
  return new ClawError("CLAW_SESSION_MISSING", message, { hint });
}
