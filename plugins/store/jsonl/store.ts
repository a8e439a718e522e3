// Opening sessions by reference, and listing them.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ClawError, type Session, type SessionSummary, type StoreOptions } from "claw";
import { createSession, type Entry, SESSION_VERSION, type SessionHead, type Stand } from "claw/kit";
import { type Glance, glance, type Loaded, load, UUID } from "./file.ts";
import { folderOf } from "./folders.ts";
import { lock } from "./lock.ts";
import { allFiles, filesIn, find, SUFFIX } from "./refs.ts";
import { scan } from "./scan.ts";
import { createWriter, type Writer } from "./writer.ts";

/** Says what was not whole: what is `lost` is more than a last record that a crash cut off. */
export type Say = (text: string, lost: boolean) => void;

/** A new session, or the kept one that `ref` means. The folder is the opener's: a session file never decides where things run. */
export async function openSession(home: string, options: StoreOptions, say: Say): Promise<Session> {
  const { cwd, ref, fork, parent } = options;
  const id = identify(options.id);
  if (ref === undefined) return create(home, { id, cwd, ...(parent === undefined ? {} : { parent, agent: true }) });
  const path = find(home, cwd, ref);
  if (fork === true) {
    const { head, ...rest } = load(path);
    report(path, head.id, rest, say);
    return create(home, { id, cwd, parent: head.id, ...(head.title === undefined ? {} : { title: head.title }) }, rest.entries);
  }
  // Before reading: what another process appends now would be missing from what is read.
  const seen = glance(path);
  const held = seen?.head.version === SESSION_VERSION ? lock(home, seen.head.id) : undefined;
  try {
    const { head, entries, stand, ...ending } = quick(path) ?? whole(path);
    report(path, head.id, ending, say);
    const writer = createWriter({ home, path, id: head.id, ending, ...(held === undefined ? {} : { lock: held }) });
    return session({ id: head.id, cwd, path, entries, ...(stand === undefined ? {} : { stand }) }, writer);
  } catch (thrown) {
    held?.release();
    throw thrown;
  }
}

/** Newest first. Left out: what is no session of this version, and those of sub-agents, which their id opens. */
export async function listSessions(home: string, cwd?: string): Promise<readonly SessionSummary[]> {
  return glances(home, cwd).map(summaryOf);
}

/** What a list says of a session, from a glance at its file. */
export function summaryOf({ path, head, at }: Pick<Glance, "head" | "at"> & { readonly path: string }): SessionSummary & { readonly path: string } {
  return { id: basename(path, SUFFIX), cwd: head.cwd, title: head.title ?? "", at: Math.round(at), path };
}

/** The same with all that a glance at each file shows. */
export function glances(home: string, cwd?: string): readonly (Glance & { readonly path: string })[] {
  const found = (cwd === undefined ? allFiles(home) : filesIn(folderOf(home, cwd))).flatMap((path) => {
    const seen = glance(path);
    return seen?.head.version !== SESSION_VERSION || seen.head.agent === true ? [] : [{ path, ...seen }];
  });
  return found.sort((a, b) => b.at - a.at || (a.path < b.path ? 1 : -1));
}

/** Where a new session goes. Throws `CLAW_SESSION_INVALID` when one with this id is there already. */
export function vacant(home: string, { id, cwd }: Pick<SessionHead, "id" | "cwd">): string {
  const path = join(folderOf(home, cwd), `${id}${SUFFIX}`);
  if (!existsSync(path)) return path;
  throw new ClawError("CLAW_SESSION_INVALID", `session ${id} is there already`, { hint: `Continue it with \`--resume ${id}\`.` });
}

/** The id in the form that names files; a new one for none. Throws `CLAW_USAGE`. */
export function identify(id: string | undefined): string {
  if (id === undefined) return crypto.randomUUID();
  const lower = id.toLowerCase();
  if (UUID.test(lower)) return lower;
  throw new ClawError("CLAW_USAGE", `${JSON.stringify(id)} is not a session id`, { hint: ID_HINT });
}

// --- internal ---

const ID_HINT = "A session id is a UUID, like 123e4567-e89b-42d3-a456-426614174000.";
const LISTED = 10;

type Opened = Loaded & { readonly stand: Stand | undefined };
const whole = (path: string): Opened => ({ ...load(path), stand: undefined });

/** A file that is whole, without what its view does not need. */
function quick(path: string): Opened | undefined {
  const seen = glance(path);
  if (seen === undefined || seen.head.version !== SESSION_VERSION) return undefined;
  const found = scan(path, seen.line + 1, seen.size);
  return found && { head: seen.head, entries: found.entries, stand: found.stand, good: found.size, size: found.size, ended: true, bad: [] };
}

function create(home: string, about: Omit<SessionHead, "type" | "version" | "at">, entries: readonly Entry[] = []): Session {
  const { id, cwd } = about;
  const path = vacant(home, about);
  const head: SessionHead = { type: "session", version: SESSION_VERSION, at: Date.now(), ...about };
  return session({ id, cwd, path, entries }, createWriter({ home, path, id, head, entries }));
}

function session(about: Omit<Parameters<typeof createSession>[0], "path"> & { readonly path: string }, writer: Writer): Session {
  const { path } = about;
  const history = (): readonly Entry[] => [...(writer.made() ? load(path).entries : []), ...writer.waiting()];
  return createSession({ ...about, keep: writer.keep, close: writer.close, history });
}

/** Says once what was not whole. */
function report(path: string, id: string, { bad, good, size }: Omit<Loaded, "head" | "entries">, say: Say): void {
  if (good < size) say(`The last record of session ${path} was incomplete and is left out.`, false);
  if (bad.length === 0) return;
  const lines = `${bad.slice(0, LISTED).join(", ")}${bad.length > LISTED ? ", …" : ""}`;
  const what = bad.length === 1 ? "1 damaged record" : `${bad.length} damaged records`;
  say(`${what} of session ${path} left out (line ${lines}). All others are there; \`claw session repair ${id}\` takes it out of the file.`, true);
}
