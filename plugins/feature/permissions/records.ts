// Every decision as an event and a note of its session, for `claw permissions log`. Written while nothing waits for it: between calls, and when the
// turn has ended.
import type { Bus, Decided, Session } from "claw";
import { PERMISSION_NOTE, type PermissionRecord } from "claw/kit";

export interface Records {
  /** From now on what is decided in this session is kept with it. */
  follow(session: Session): void;
  /** Before a call is decided on: by which rule, when it is one. */
  begin(call: string, rule: string | undefined): void;
}

export function createRecords(bus: Bus): Records {
  const sessions = new Map<string, Session>();
  /** By call, until it is decided on. */
  const rules = new Map<string, string>();
  const hooks = new Map<string, string>();
  const waiting = new Map<string, PermissionRecord[]>();

  function write(id: string): void {
    const notes = waiting.get(id) ?? [];
    waiting.delete(id);
    // What cannot be kept now is tried again with the next entry, and the kernel says so.
    for (const note of notes)
      sessions
        .get(id)
        ?.note(PERMISSION_NOTE, note)
        .catch(() => undefined);
  }
  bus.on("hook.ended", ({ data: { call, outcome, hook } }) => {
    if (call !== undefined && (outcome === "allow" || outcome === "deny" || outcome === "ask")) hooks.set(call, hook);
  });
  bus.on("permission.decided", ({ session, at, data }) => {
    const [rule, hook] = [rules.get(data.id), hooks.get(data.id)];
    rules.delete(data.id);
    hooks.delete(data.id);
    if (session === undefined || !sessions.has(session)) return;
    const record = recordOf(data, at, rule, hook);
    bus.emit("permission.recorded", record);
    const notes = waiting.get(session) ?? [];
    if (notes.length === 0) setImmediate(write, session);
    waiting.set(session, [...notes, record]);
  });
  bus.on("turn.ended", ({ session }) => session !== undefined && write(session));
  bus.on("session.closed", ({ session = "" }) => {
    sessions.delete(session);
    waiting.delete(session);
    // No call is under way when the last session goes.
    if (sessions.size === 0) for (const map of [rules, hooks]) map.clear();
  });
  return {
    follow: (session) => void sessions.set(session.id, session),
    begin: (call, rule) => void (rule === undefined ? rules.delete(call) : rules.set(call, rule)),
  };
}

// --- internal ---

const LONGEST = 2_000;

function recordOf({ id, tool, subject, decision, by, answer, rules }: Decided, at: number, rule?: string, hook?: string): PermissionRecord {
  const reason = decision.verdict === "deny" ? decision.reason : undefined;
  return {
    ...{ at, call: id, tool, subject: cut(subject), verdict: decision.verdict, by },
    ...(rule === undefined ? {} : { rule }),
    ...(hook === undefined ? {} : { hook: cut(hook) }),
    ...(answer === undefined ? {} : { answer }),
    ...(reason === undefined ? {} : { reason: cut(reason) }),
    ...(rules === undefined || answer === "yes" || answer === "no" ? {} : { saved: [...rules] }),
  };
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`.toWellFormed();
}
