// What the gate would say of one call, and for a command line what each of its parts does.
import type { CommandOutcome, Json, TurnScope } from "claw";
import { type Explained, type JudgedPart, Permissions, reachOfPart, shownWhole } from "claw/kit";
import { callOf, callText } from "./calls.ts";

export async function explain(text: string, scope: TurnScope): Promise<CommandOutcome> {
  const permissions = await scope.use(Permissions);
  const { mode } = await permissions.mode(scope);
  const call = callOf(text, scope);
  const explained = await permissions.explain(call, scope, { mode });
  const { line } = explained;
  const parts = line?.parts ?? [];
  const lines = [
    shownWhole(callText(call)),
    verdictOf(explained),
    ...(line?.problem === undefined ? [] : [`The line is not understood: ${line.problem}.`]),
    ...(parts.length === 0 ? [] : ["", ...parts.map(partLine)]),
  ];
  const data = {
    ...{ kind: "permissions", action: "explain", status: "ok", call: callText(call), mode, verdict: explained.decision.verdict, by: explained.by },
    ...{ rule: explained.rule ?? null, reason: reasonOf(explained) ?? null, problem: line?.problem ?? null },
    parts: parts.map(partData),
  };
  return { kind: "done", notice: lines.join("\n"), data };
}

/** The verdict and whose it is, in one line and the reason. */
export function verdictOf(explained: Explained): string {
  const { decision, by, rule } = explained;
  const who = rule === undefined ? by : `rule ${rule}`;
  const reason = reasonOf(explained);
  return `${decision.verdict}, by ${who}${reason === undefined ? "" : `: ${reason}`}`;
}

// --- internal ---

function reasonOf({ decision }: Explained): string | undefined {
  if (decision.verdict === "deny") return decision.reason;
  return decision.verdict === "ask" ? decision.question : undefined;
}

const DOES = { read: "reads", write: "writes", network: "network", execute: "runs" } as const;

function partLine(part: JudgedPart): string {
  const far =
    reachOfPart(part) === "beyond" ? "outside the workspace" : reachOfPart(part) === "guarded" ? "can make other programs run something" : "";
  const paths = part.to.length > 0 ? part.to : part.from;
  const shown = paths.slice(0, MOST_PATHS).map((place) => shownWhole(place.path));
  const more = paths.length > MOST_PATHS ? [`and ${paths.length - MOST_PATHS} more`] : [];
  const notes = [part.allowed ? "allowed by a rule" : "", part.why, [...shown, ...more].join(", "), far].filter(Boolean);
  return `  ${DOES[part.does].padEnd(7)}  ${shownWhole(part.text)}${notes.length === 0 ? "" : `  (${notes.join("; ")})`}`;
}

const MOST_PATHS = 5;

function partData(part: JudgedPart): Json {
  return {
    ...{
      text: part.text,
      argv: part.argv.map((word) => word ?? null),
      does: part.does,
      why: part.why,
      reach: reachOfPart(part),
      allowed: part.allowed,
    },
    ...{ reads: part.from.map((place) => place.path), writes: part.to.map((place) => place.path) },
  };
}
