// Finds the session that is meant, or lets the person pick one, and has the frontend go on in it.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { ago, Interactive, type PickItem, pick, type SessionRecord, Sessions, shownTitle } from "claw/kit";

export async function run(ref: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const sessions = await scope.use(Sessions);
  const record =
    ref === undefined
      ? await picked(await others(sessions, scope), scope)
      : (await sessions.read(await meant(ref, sessions, scope), scope.cwd)).record;
  if (record === undefined) return { kind: "done", notice: "Still in the same session.", data: { kind: "resume", status: "cancelled" } };
  if (record.id === scope.session.id)
    return { kind: "done", notice: "That is the session you are in.", data: { kind: "resume", status: "ok", id: record.id } };
  if (record.openIn !== undefined)
    throw new ClawError("CLAW_SESSION_INVALID", `session ${record.id} is in use by process ${record.openIn}`, {
      hint: `Close it there, or go on in a copy: /session fork ${record.id}`,
    });
  (await scope.use(Interactive)).goOn({ ref: record.path });
  return { kind: "done", notice: `Going on in “${shownTitle(record)}”.`, data: { kind: "resume", status: "ok", id: record.id, path: record.path } };
}

// --- internal ---

const MOST = 500;
const NEWEST = new Set(["latest", "last", "recent"]);

/** What could be gone on with, newest first. */
async function others(sessions: Sessions, scope: TurnScope): Promise<readonly SessionRecord[]> {
  return (await sessions.list(scope.cwd)).filter(({ id }) => id !== scope.session.id);
}

/** The newest is the newest of the others. */
async function meant(ref: string, sessions: Sessions, scope: TurnScope): Promise<string> {
  return NEWEST.has(ref) ? ((await others(sessions, scope))[0]?.path ?? ref) : ref;
}

async function picked(records: readonly SessionRecord[], scope: TurnScope): Promise<SessionRecord | undefined> {
  if (records.length === 0)
    throw new ClawError("CLAW_SESSION_MISSING", "there is no other session in this folder", {
      hint: "`/session list --all` shows those of every folder.",
    });
  if (scope.ask === undefined)
    throw new ClawError("CLAW_USAGE", "resume: which session?", { hint: "Write /resume REF; `claw session list` shows them." });
  const items: PickItem<SessionRecord>[] = records.slice(0, MOST).map((record) => ({
    label: shownTitle(record),
    detail: `${ago(Date.now() - record.at)} · ${record.id.slice(0, 8)}${record.openIn === undefined ? "" : " · open elsewhere"}`,
    value: record,
  }));
  return pick(scope.ask, "Go on with which session?", items, scope.signal);
}
