// Opening sessions by reference, and listing them.
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { ClawError, type Session, type SessionSummary, type StoreOptions } from "claw";
import { createSession, type Entry, SESSION_VERSION, type SessionHead } from "claw/kit";
import { glance, type Loaded, load, UUID } from "./file.ts";
import { folderOf, sessionsOf } from "./folders.ts";
import { lock } from "./lock.ts";
import { createWriter } from "./writer.ts";

/** A new session, or the kept one that `ref` means. The folder is the opener's: a session file never decides where things run. */
export async function openSession(home: string, options: StoreOptions, warn: (text: string) => void): Promise<Session> {
  const { cwd, ref, fork, parent } = options;
  const id = identify(options.id);
  if (ref === undefined) return create(home, { id, cwd, ...(parent === undefined ? {} : { parent, agent: true }) });
  const path = find(home, cwd, ref);
  if (fork === true) {
    const { head, ...rest } = load(path);
    report(path, rest, warn);
    return create(home, { id, cwd, parent: head.id, ...(head.title === undefined ? {} : { title: head.title }) }, rest.entries);
  }
  // Before reading: what another process appends now would be missing from what is read.
  const seen = glance(path)?.head;
  const held = seen?.version === SESSION_VERSION ? lock(home, seen.id) : undefined;
  try {
    const { head, entries, ...ending } = load(path);
    report(path, ending, warn);
    const writer = createWriter({ home, path, id: head.id, ending, ...(held === undefined ? {} : { lock: held }) });
    return createSession({ id: head.id, cwd, path, entries, ...writer });
  } catch (thrown) {
    held?.release();
    throw thrown;
  }
}

/** Newest first. Left out: what is no session of this version, and those of sub-agents, which their id opens. */
export async function listSessions(home: string, cwd?: string): Promise<readonly SessionSummary[]> {
  const found: SessionSummary[] = [];
  for (const path of cwd === undefined ? folders(home).flatMap(files) : files(folderOf(home, cwd))) {
    const seen = glance(path);
    if (seen?.head.version !== SESSION_VERSION || seen.head.agent === true) continue;
    found.push({ id: basename(path, SUFFIX), cwd: seen.head.cwd, title: seen.head.title ?? "", at: seen.at, path });
  }
  return found.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

// --- internal ---

const SUFFIX = ".jsonl";
const ID_HINT = "A session id is a UUID, like 123e4567-e89b-42d3-a456-426614174000.";
const LATEST: ReadonlySet<string> = new Set(["", "latest", "last", "recent"]);
const LISTED = 10;

function identify(id: string | undefined): string {
  const lower = id?.toLowerCase() ?? crypto.randomUUID();
  if (UUID.test(lower)) return lower;
  throw new ClawError("CLAW_USAGE", `${JSON.stringify(id)} is not a session id`, { hint: ID_HINT });
}

function create(home: string, about: Omit<SessionHead, "type" | "version" | "at">, entries: readonly Entry[] = []): Session {
  const { id, cwd } = about;
  const path = join(folderOf(home, cwd), `${id}${SUFFIX}`);
  if (existsSync(path))
    throw new ClawError("CLAW_SESSION_INVALID", `session ${id} is there already`, { hint: `Continue it with \`--resume ${id}\`.` });
  const head: SessionHead = { type: "session", version: SESSION_VERSION, at: Date.now(), ...about };
  return createSession({ id, cwd, path, entries, ...createWriter({ home, path, id, head, entries }) });
}

/** Says once what was not whole. */
function report(path: string, { bad, good, size }: Omit<Loaded, "head" | "entries">, warn: (text: string) => void): void {
  if (good < size) warn(`The last record of session ${path} was incomplete and is left out.`);
  if (bad.length === 0) return;
  const lines = `${bad.slice(0, LISTED).join(", ")}${bad.length > LISTED ? ", …" : ""}`;
  warn(`${bad.length} damaged ${bad.length === 1 ? "record" : "records"} of session ${path} left out (line ${lines}).`);
}

function find(home: string, cwd: string, ref: string): string {
  if (LATEST.has(ref)) return latest(home, cwd);
  if (isAbsolute(ref) || /[/\\]/.test(ref) || ref.endsWith(SUFFIX)) return canonical(resolve(cwd, ref));
  const wanted = ref.toLowerCase();
  if (!/^[0-9a-f-]{1,36}$/.test(wanted)) throw missing(`no session is called ${JSON.stringify(ref)}`);
  const begins = (path: string): boolean => basename(path).startsWith(wanted);
  const here = files(folderOf(home, cwd)).filter(begins);
  const found = here.length > 0 ? here : folders(home).flatMap(files).filter(begins);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw missing(`no session has an id that begins with ${wanted}`);
  const ids = found.map((path) => basename(path, SUFFIX)).sort();
  throw new ClawError("CLAW_SESSION_MISSING", `${wanted} begins ${ids.length} session ids: ${ids.slice(0, LISTED).join(", ")}`, {
    hint: "Give more of the id.",
  });
}

/** The newest that can be continued: only its head is read. */
function latest(home: string, cwd: string): string {
  const dated = files(folderOf(home, cwd)).map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  const newest = dated
    .sort((a, b) => b.at - a.at)
    .find(({ path }) => {
      const seen = glance(path);
      return seen !== undefined && seen.head.agent !== true;
    });
  if (newest === undefined) throw missing(`${cwd} has no session yet`);
  return newest.path;
}

function missing(message: string): ClawError {
  return new ClawError("CLAW_SESSION_MISSING", message, { hint: "Name an id, the start of one, a session file, or `latest`." });
}

function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function folders(home: string): readonly string[] {
  const base = sessionsOf(home);
  return names(base).flatMap((name) => (name.startsWith(".") ? [] : [join(base, name)]));
}

function files(folder: string): readonly string[] {
  return names(folder).flatMap((name) => (name.endsWith(SUFFIX) && UUID.test(basename(name, SUFFIX)) ? [join(folder, name)] : []));
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
