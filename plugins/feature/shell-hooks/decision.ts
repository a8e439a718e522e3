// What a hook's end means: its exit code and the JSON that it wrote, as one finding.
import type { Json } from "claw";
import { fields, type ShellHookEnd, type ShellHookEvent } from "claw/kit";

/** How a hook ended. `problem` is why it has no answer: a time limit, a start that failed, an address that did not answer. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly problem?: string;
}
/** `input` replaces a call's; `stop` ends the turn. */
export interface Finding extends Pick<ShellHookEnd, "outcome" | "reason" | "context" | "notes"> {
  readonly input?: Json;
  readonly stop?: boolean;
}

/** Exit 0 goes on and may have JSON to say, 2 denies, all else is a failure. */
export function findingOf(event: ShellHookEvent, ended: Ended): Finding {
  const said = ended.err.trim() || ended.out.trim();
  if (ended.problem === undefined && ended.code === 2) return { outcome: "deny", reason: capped(said || `denied by a ${event} hook`), notes: [] };
  if (ended.problem !== undefined || ended.code !== 0) {
    const why = ended.problem ?? (ended.code === null ? "it was ended by a signal" : `exit code ${ended.code}`);
    return { outcome: "failed", reason: capped(said === "" ? why : `${why}: ${said.slice(0, SHORT)}`), notes: [] };
  }
  const out = ended.out.trim();
  if (out === "") return GOES_ON;
  if (!/^[{[]/.test(out)) return TALKING.has(event) ? { ...GOES_ON, context: capped(out) } : GOES_ON;
  try {
    const value: unknown = JSON.parse(out);
    if (fields<Json>(value)) return fromJson(event, value);
  } catch {}
  // It may have had a denial to say.
  return { outcome: "failed", reason: capped(`it wrote no JSON object: ${out.slice(0, SHORT)}`), notes: [] };
}

// --- internal ---

const GOES_ON: Finding = { outcome: "none", notes: [] };
const SHORT = 300;
const LONGEST = 10_000;
/** Events whose hooks may speak to the model in plain text. */
const TALKING: ReadonlySet<ShellHookEvent> = new Set(["UserPromptSubmit", "SessionStart", "SubagentStart"] as const);
const VERDICTS: Readonly<Record<string, Finding["outcome"]>> = { allow: "allow", approve: "allow", deny: "deny", block: "deny", ask: "ask" };

function fromJson(event: ShellHookEvent, value: { readonly [key: string]: Json }): Finding {
  const own = value["hookSpecificOutput"];
  const inner = fields<Json>(own) ? own : {};
  const request = fields<Json>(inner["decision"]) ? inner["decision"] : {};
  const stop = value["continue"] === false;
  const word = inner["permissionDecision"] ?? value["permissionDecision"] ?? request["behavior"] ?? value["decision"];
  const verdict = typeof word === "string" ? (VERDICTS[word] ?? "none") : "none";
  const reason = [
    inner["permissionDecisionReason"],
    value["permissionDecisionReason"],
    request["message"],
    value["reason"],
    value["stopReason"],
  ].find((one): one is string => typeof one === "string" && one !== "");
  const context = text(inner["additionalContext"]) ?? text(value["additionalContext"]);
  const message = text(value["systemMessage"]);
  const input = inner["updatedInput"] ?? request["updatedInput"] ?? value["updatedInput"];
  return {
    outcome: stop ? "deny" : verdict,
    notes: message === undefined ? [] : [message],
    ...(reason === undefined && !stop && verdict !== "deny" ? {} : { reason: capped(reason ?? `denied by a ${event} hook`) }),
    ...(context === undefined ? {} : { context }),
    ...(fields<Json>(input) ? { input } : {}),
    ...(stop ? { stop } : {}),
  };
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? capped(value) : undefined;
}

function capped(value: string): string {
  return (value.length <= LONGEST ? value : `${value.slice(0, LONGEST)}… (${value.length} characters)`).toWellFormed();
}
