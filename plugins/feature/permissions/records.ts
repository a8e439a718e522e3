// Every decision as a note of its session, for `claw permissions log`. Written while nothing waits for it: between calls, and when the turn has ended.
import type { Bus, Decided, Json, Session } from "claw";

/** The kind of these notes. */
export const NOTE = "permission";

export interface Records {
  /** Before a call of this session is decided on: by which rule, when it is one. */
  begin(session: Session, call: string, rule: string | undefined): void;
}

export function createRecords(bus: Bus): Records {
  const sessions = new Map<string, Session>();
  const rules = new Map<string, string>();
  const waiting = new Map<string, Json[]>();

  function write(id: string): void {
    const notes = waiting.get(id) ?? [];
    waiting.delete(id);
    // What cannot be kept now is tried again with the next entry, and the kernel says so.
    for (const note of notes)
      sessions
        .get(id)
        ?.note(NOTE, note)
        .catch(() => undefined);
  }
  bus.on("permission.decided", ({ session, at, data }) => {
    if (session === undefined || !sessions.has(session)) return;
    const rule = rules.get(data.id);
    rules.delete(data.id);
    const notes = waiting.get(session) ?? [];
    if (notes.length === 0) setImmediate(write, session);
    waiting.set(session, [...notes, noteOf(data, at, rule)]);
  });
  bus.on("turn.ended", ({ session }) => session !== undefined && write(session));
  bus.on("session.closed", ({ session = "" }) => {
    sessions.delete(session);
    waiting.delete(session);
  });
  return {
    begin(session, call, rule) {
      sessions.set(session.id, session);
      if (rule !== undefined) rules.set(call, rule);
      else rules.delete(call);
    },
  };
}

// --- internal ---

const LONGEST = 2_000;

function noteOf({ id, tool, subject, decision, by, answer, rules }: Decided, at: number, rule: string | undefined): Json {
  const reason = decision.verdict === "deny" ? decision.reason : undefined;
  return {
    ...{ at, call: id, tool, subject: cut(subject), verdict: decision.verdict, by },
    ...(rule === undefined ? {} : { rule }),
    ...(answer === undefined ? {} : { answer }),
    ...(reason === undefined ? {} : { reason: cut(reason) }),
    ...(rules === undefined || answer === "yes" || answer === "no" ? {} : { saved: [...rules] }),
  };
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`.toWellFormed();
}
