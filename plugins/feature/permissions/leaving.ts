// Calls that ask to run outside the sandbox: no rule and no mode that confines lets one pass unasked, whether or not there is a sandbox to leave.
import type { StepScope, ToolCall } from "claw";
import { absent, Sandbox, shownWhole } from "claw/kit";
import type { Ruling } from "./policy.ts";

/** What rules say of such a call, once an allowance is no more than that: it is asked about where the mode would not refuse it. */
export function heldBack(ruling: Ruling, { tool, subject }: ToolCall, { selection }: StepScope): Ruling {
  if (OPEN.has(selection["permission-mode"])) return ruling;
  if (ruling.decision !== undefined && ruling.decision.verdict !== "allow") return ruling;
  const question = `tool '${tool}' asks to run outside the sandbox, where it can write, read and reach everything you can: ${shownWhole(subject)}`;
  return { decision: { verdict: "ask", question }, covered: ruling.covered, uncertain: true, leaving: true };
}

/** Whether the sandbox puts the question itself, and remembers the answer. */
export async function sandboxAsks(scope: StepScope): Promise<boolean> {
  const sandbox = await scope.use(Sandbox).catch(absent);
  return (await sandbox?.inspect(scope))?.active === true;
}

// --- internal ---

/** Modes in which commands run in no sandbox. */
const OPEN: ReadonlySet<string> = new Set(["danger-full-access", "allow"]);
