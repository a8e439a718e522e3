// The calls of past sessions of this folder, put to a proposed policy and to the one in force: what would change.
import type { CommandOutcome, Json, Message, Session, ToolCall, TurnScope } from "claw";
import { type Explained, Permissions, shownWhole } from "claw/kit";
import * as v from "valibot";
import { callText } from "./calls.ts";
import { sessionsHere, unreadable, withSession } from "./kept.ts";
import { readPolicy, trialOf } from "./policy.ts";

interface Changed {
  readonly call: ToolCall;
  readonly before: Explained;
  readonly after: Explained;
  times: number;
}

export async function simulate(file: string, scope: TurnScope): Promise<CommandOutcome> {
  const permissions = await scope.use(Permissions);
  const trial = trialOf(await readPolicy(file, scope));
  const { mode } = await permissions.mode(scope);
  const { calls, sessions, skipped } = await pastCalls(scope);
  const changed = new Map<string, Changed>();
  const verdicts = new Map<string, readonly [Explained, Explained]>();
  for (const call of calls) {
    const key = JSON.stringify([call.tool, call.subject, call.paths]);
    const pair = verdicts.get(key) ?? [await permissions.explain(call, scope, { mode }), await permissions.explain(call, scope, { mode, ...trial })];
    verdicts.set(key, pair);
    const [before, after] = pair;
    if (before.decision.verdict === after.decision.verdict) continue;
    const known = changed.get(key) ?? { call, before, after, times: 0 };
    known.times += 1;
    changed.set(key, known);
  }
  const all = [...changed.values()].sort((a, b) => b.times - a.times);
  const sum = `${calls.length} calls of ${sessions} sessions: ${all.reduce((count, one) => count + one.times, 0)} would be decided otherwise${skipped === 0 ? "" : `; ${skipped} sessions could not be read`}`;
  const more = all.length > MOST_SHOWN ? [`and ${all.length - MOST_SHOWN} more`] : [];
  const data = { kind: "permissions", action: "simulate", status: "ok", calls: calls.length, sessions, skipped, changed: all.map(dataOf) };
  return { kind: "done", notice: [...all.slice(0, MOST_SHOWN).map(lineOf), ...more, sum].join("\n"), data };
}

// --- internal ---

const MOST_SESSIONS = 50;
const MOST_CALLS = 5_000;
const MOST_SHOWN = 50;

async function pastCalls(scope: TurnScope): Promise<{ readonly calls: readonly ToolCall[]; readonly sessions: number; readonly skipped: number }> {
  const calls: ToolCall[] = [];
  let [sessions, skipped] = [0, 0];
  for (const { id } of (await sessionsHere(scope)).slice(0, MOST_SESSIONS)) {
    if (calls.length >= MOST_CALLS) break;
    try {
      await withSession(id, scope, async (session) => void calls.push(...(await callsOf(session, scope))));
      sessions += 1;
    } catch (thrown) {
      if (!unreadable(thrown)) throw thrown;
      skipped += 1;
    }
  }
  return { calls: calls.slice(0, MOST_CALLS), sessions, skipped };
}

/** The calls that a session's messages hold, each as its tool would describe it now. Tools that are gone are left out. */
async function callsOf({ messages }: Session, scope: TurnScope): Promise<readonly ToolCall[]> {
  const asked = messages.flatMap((message: Message) => message.content.flatMap((block) => (block.type === "call" ? [block] : [])));
  const calls = asked.map(async ({ tool: name, input }): Promise<readonly ToolCall[]> => {
    if (!scope.names("tool").includes(name)) return [];
    const tool = await scope.get("tool", name);
    const read = v.safeParse(tool.input, input);
    if (!read.success) return [];
    const { output } = read;
    return [{ id: "", tool: name, input: output, access: tool.access(output), subject: tool.subject(output), paths: tool.paths?.(output) ?? [] }];
  });
  return (await Promise.all(calls)).flat();
}

function lineOf({ call, before, after, times }: Changed): string {
  const by = after.rule === undefined ? after.by : `rule ${after.rule}`;
  return `${before.decision.verdict} → ${after.decision.verdict}  ${shownWhole(callText(call))}${times === 1 ? "" : `  ${times} times`}  by ${by}`;
}

function dataOf({ call, before, after, times }: Changed): Json {
  return {
    tool: call.tool,
    subject: call.subject,
    before: before.decision.verdict,
    after: after.decision.verdict,
    by: after.by,
    rule: after.rule ?? null,
    times,
  };
}
