// The folds of a session's record, with what each took away. Reads only.
import { ClawError, type Message, type TurnScope } from "claw";
import { branchOf, createSession, type Entry, type KeptSession, keptSession, seated } from "claw/kit";

export interface Fold {
  readonly entry: Extract<Entry, { type: "fold" }>;
  readonly dropped: readonly Message[];
  /** What was kept after it, on the same branch. */
  readonly after: readonly Entry[];
}

/** The session with its record. Throws `CLAW_USAGE` when nothing was said in it, or its store gives no record. */
export async function recordOf(scope: TurnScope): Promise<KeptSession> {
  const { session } = scope;
  if (session.messages.length === 0) throw await nothingSaid(scope);
  const kept = keptSession(session);
  if (kept !== undefined) return kept;
  throw new ClawError("CLAW_USAGE", "the store of this session gives no record of it", { hint: "Use the store `jsonl`." });
}

/** Why there is nothing to fold, nor to look at. */
export async function nothingSaid(scope: TurnScope): Promise<ClawError> {
  if (await seated(scope)) return new ClawError("CLAW_USAGE", "nothing has been said in this session yet");
  return new ClawError("CLAW_USAGE", "there is no session to compact", { hint: "Name one with --continue or --resume REF." });
}

/** The folds on the way to where the session stands, newest first. */
export async function foldsOf(session: KeptSession): Promise<readonly Fold[]> {
  const entries = await session.entries();
  const end = entries.findIndex(({ id }) => id === session.last);
  const branch = end < 0 ? [] : branchOf(entries, end);
  return branch
    .flatMap((entry, at) => {
      if (entry.type !== "fold") return [];
      const { messages } = createSession({ id: session.id, cwd: session.cwd, entries: rooted(branch.slice(0, at)) });
      return [{ entry, dropped: messages.slice(0, entry.dropped), after: branch.slice(at + 1) }];
    })
    .reverse();
}

// --- internal ---

/** A branch as a record of its own. */
function rooted(branch: readonly Entry[]): readonly Entry[] {
  return branch.map((entry, at) => ({ ...entry, parent: branch[at - 1]?.id ?? null }));
}
