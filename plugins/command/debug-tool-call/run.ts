// Finds a call in the session's record and lays out what is known of it.
import { type Block, ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { branchOf, clip, type Entry, keptSession, PERMISSION_NOTE, type PermissionRecord, plain, textOfBlocks } from "claw/kit";

/** `which` counts back from the last call, 1 being it, or is the start of an id. */
export async function run(which: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const { session } = scope;
  const record = branchOf((await keptSession(session)?.entries()) ?? []).filter((entry) => entry.type === "message");
  // What a fold has dropped from the model's sight is in the record all the same.
  const messages = record.length === 0 ? session.messages : record.map(({ message }) => message);
  const calls = messages.flatMap(({ content }) => content.filter((block) => block.type === "call"));
  if (calls.length === 0) {
    const notice = "No tool has been called in this session. In a shell, name one with --continue or --resume.";
    return { kind: "done", notice, data: { kind: "debug-tool-call", action: "show", status: "ok", count: 0, call: null } };
  }
  const at = indexOf(which ?? "1", calls);
  const call = calls[at];
  if (call === undefined) {
    throw new ClawError("CLAW_USAGE", `there is no call ${which}`, { hint: `There are ${calls.length}: 1 is the last, or name an id.` });
  }
  const result = messages.flatMap(({ content }) => content).find((block) => block.type === "result" && block.id === call.id);
  const records = session.notes(PERMISSION_NOTE) as unknown as readonly PermissionRecord[];
  const permission = records.findLast((record) => record?.call === call.id);
  const times = timesOf(call.id, record);
  const found: Found = {
    call,
    number: at + 1,
    count: calls.length,
    times,
    ...(result?.type === "result" ? { result } : {}),
    ...(permission && { permission }),
  };
  return { kind: "done", notice: render(found), data: dataOf(found) };
}

// --- internal ---

type Call = Extract<Block, { type: "call" }>;
type Result = Extract<Block, { type: "result" }>;
/** Milliseconds since 1970: of the message that asked, and of the one that has the result. */
interface Times {
  readonly asked?: number;
  readonly answered?: number;
  /** Calls of the same message. */
  readonly together: number;
  readonly model?: string;
}
interface Found {
  readonly call: Call;
  readonly number: number;
  readonly count: number;
  readonly times: Times;
  readonly result?: Result;
  readonly permission?: PermissionRecord;
}

const LONGEST = 8_000;

function indexOf(which: string, calls: readonly Call[]): number {
  const back = /^\d{1,6}$/.test(which) ? calls.length - Number(which) : -1;
  return back >= 0 && back < calls.length ? back : calls.findLastIndex(({ id }) => id.startsWith(which));
}

function timesOf(id: string, messages: readonly Extract<Entry, { type: "message" }>[]): Times {
  const asking = messages.findLast(({ message }) => message.content.some((block) => block.type === "call" && block.id === id));
  const answering = messages.findLast(({ message }) => message.content.some((block) => block.type === "result" && block.id === id));
  return {
    together: asking?.message.content.filter((block) => block.type === "call").length ?? 1,
    ...(asking === undefined ? {} : { asked: asking.at }),
    ...(answering === undefined ? {} : { answered: answering.at }),
    ...(asking?.model === undefined ? {} : { model: asking.model }),
  };
}

function render({ call, number, count, times, result, permission }: Found): string {
  const rows: readonly (readonly [string, string])[] = [
    ["Call", `${call.id}, ${number} of ${count}${times.model === undefined ? "" : `, asked by ${times.model}`}`],
    ["Tool", call.tool],
    ["Input", clip(JSON.stringify(call.input, null, 2), LONGEST)],
    ["Permission", permissionText(permission)],
    ["Result", result === undefined ? "none yet" : `${result.failed ? "failed" : "ok"}, ${textOfBlocks(result.content).length} characters`],
    ["Timing", timing(times, permission)],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(10)}  ${plain(value).replaceAll("\n", "\n            ")}`);
  const said = result === undefined ? "" : plain(clip(textOfBlocks(result.content, "\n"), LONGEST, "the rest is in the session")).trimEnd();
  return said === "" ? lines.join("\n") : `${lines.join("\n")}\n\n${said}`;
}

function permissionText(record: PermissionRecord | undefined): string {
  if (record === undefined) return "no decision is kept of it";
  const { verdict, by, rule, hook, answer, reason, saved, subject } = record;
  const about = [
    ...(rule === undefined ? [] : [`rule ${rule}`]),
    ...(hook === undefined ? [] : [`hook ${hook}`]),
    ...(answer === undefined ? [] : [`answered ${answer}`]),
    ...(saved === undefined || saved.length === 0 ? [] : [`saved ${saved.join(", ")}`]),
  ];
  const why = about.length === 0 ? "" : ` (${about.join("; ")})`;
  return [`${verdict} by ${by}${why}`, ...(reason === undefined ? [] : [reason]), ...(subject === "" ? [] : [`about ${clip(subject, 500)}`])].join(
    "\n",
  );
}

function timing({ asked, answered, together }: Times, record: PermissionRecord | undefined): string {
  if (asked === undefined) return "not kept by this session's store";
  const parts = [
    `asked ${new Date(asked).toISOString()}`,
    ...(record === undefined ? [] : [`decided ${after(record.at, asked)}`]),
    ...(answered === undefined
      ? []
      : [`answered ${after(answered, asked)}${together > 1 ? `, with ${together - 1} other calls of the message` : ""}`]),
  ];
  return parts.join("; ");
}

/** A call may be judged, and run, while the message that asks for it is still coming. */
function after(at: number, asked: number): string {
  return at >= asked ? `${at - asked} ms later` : `${asked - at} ms before the message was complete`;
}

function dataOf({ call, number, count, times, result, permission }: Found): Json {
  const kept = result === undefined ? null : { is_error: result.failed, output: textOfBlocks(result.content, "\n") };
  const { asked = null, answered = null, together, model = null } = times;
  return {
    ...{ kind: "debug-tool-call", action: "show", status: "ok", count },
    call: { id: call.id, number, name: call.tool, input: call.input, model },
    permission: permission === undefined ? null : ({ ...permission } as Json),
    result: kept,
    timing: { asked, decided: permission?.at ?? null, answered, ms: asked === null || answered === null ? null : answered - asked, together },
  };
}
