// What was decided in a session, oldest first: of which call, by whom, and why.
import type { CommandOutcome, Json, TurnScope } from "claw";
import { PERMISSION_NOTE, shownWhole } from "claw/kit";
import * as v from "valibot";
import { callText } from "./calls.ts";
import { withSession } from "./kept.ts";

const Text = v.optional(v.string());
/** A note of the permissions plugin. What is none is left out: a session file is data. */
const Note = v.object({
  ...{ at: v.number(), call: v.string(), tool: v.string(), subject: v.string(), verdict: v.picklist(["allow", "deny", "ask"]), by: v.string() },
  ...{ rule: Text, hook: Text, answer: Text, reason: Text, saved: v.optional(v.array(v.string())) },
});
type Decided = v.InferOutput<typeof Note>;

/** Without `ref`, the running session, or the latest when this one has just begun. */
export async function log(ref: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const wanted = ref ?? (scope.session.messages.length > 0 ? scope.session.id : "latest");
  return withSession(wanted, scope, async (session) => {
    const notes = session.notes(PERMISSION_NOTE).flatMap((note): Decided[] => {
      const read = v.safeParse(Note, note);
      return read.success ? [read.output] : [];
    });
    const data = { kind: "permissions", action: "log", status: "ok", session: session.id, decisions: notes.map((note) => ({ ...note }) as Json) };
    const notice = notes.length === 0 ? `Nothing was decided in session ${session.id}.` : [`Session ${session.id}`, ...notes.map(lineOf)].join("\n");
    return { kind: "done", notice, data };
  });
}

// --- internal ---

function lineOf(note: Decided): string {
  const who = note.rule !== undefined ? `rule ${note.rule}` : note.hook !== undefined ? `hook ${shownWhole(note.hook)}` : note.by;
  const answer = note.answer === undefined ? "" : `, answered ${note.answer}`;
  const saved = note.saved === undefined ? "" : `, saved ${note.saved.join(", ")}`;
  const reason = note.reason === undefined ? "" : `\n    ${shownWhole(note.reason)}`;
  return `${timeOf(note.at)}  ${note.verdict.padEnd(5)}  ${shownWhole(callText(note))}  by ${who}${answer}${saved}${reason}`;
}

function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(0, 19).replace("T", " ");
}
