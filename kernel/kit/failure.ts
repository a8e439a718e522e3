// How a failure looks from outside: the exit code, the words, the object. One place, so that every frontend and renderer says the same.
import type { EventMap, TurnOutcome } from "claw";
import { exitCodeOf, type Failure, failureText, kindOf } from "./failure-text.ts";
import type { Output } from "./streams.ts";

/** The exit code of a process whose last turn ended so. */
export function exitCode(outcome: TurnOutcome): number {
  switch (outcome.kind) {
    case "completed":
      return 0;
    case "exit":
      return outcome.code;
    case "stopped":
      if (outcome.reason.startsWith("max_")) return 5;
      return STOPS[outcome.reason] ?? 1;
    case "aborted":
      return ABORTS[outcome.reason] ?? 1;
    case "failed":
      return exitCodeOf(outcome.error);
  }
}

/** Waits until all output is written, and gives `code`. A reader that left has had enough; a full disk has not: that is told, and no success. */
export async function flushedCode(output: Output, code: number): Promise<number> {
  const broken = await output.flush();
  if (broken === undefined || broken === "EPIPE") return code;
  output.err(failureText({ message: `stdout cannot be written: ${broken}`, hint: "Is the disk full?" }));
  await output.flush();
  return code || 1;
}

/** What has become of a turn that ended otherwise than it should, as a failure. */
export function failureOfEnd({ outcome, reason, code }: EventMap["turn.ended"]): Failure | undefined {
  if (outcome === "failed") return { code: code ?? "CLAW_BUG", kind: kindOf(code ?? ""), message: reason ?? "the turn failed", hint: null };
  if (outcome === "aborted") return { code: "CLAW_ABORTED", kind: "aborted", message: `interrupted: ${reason ?? "unknown"}`, hint: null };
  if (outcome !== "stopped") return undefined;
  const word = reason ?? "stopped";
  return { code: word, kind: word, message: ENDS[word] ?? `the turn was stopped: ${word}`, hint: HINTS[word] ?? null };
}

// --- internal ---

const ENDS: Readonly<Record<string, string>> = {
  max_turns: "the limit of steps was reached",
  max_budget_usd: "the money limit was reached",
  max_output: "the answer was cut off at the model's output limit",
  permission: "a permission was refused and nobody could be asked",
  refusal: "the model refused to answer",
  structured_output: "the model gave no answer that fits --json-schema",
};

const HINTS: Readonly<Record<string, string>> = {
  max_turns: "Raise --max-turns, or go on with `claw -c`.",
  max_budget_usd: "Raise --max-budget-usd, or go on with `claw -c`.",
  permission: "Allow it with --allowedTools or --permission-mode.",
};

const STOPS: Readonly<Record<string, number>> = { permission: 4, timeout: 124, timed_out: 124 };

/** A reader of stdout that left took what it wanted; a program that interrupted over stdin knows that it did. */
const ABORTS: Readonly<Record<string, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  EPIPE: 0,
  interrupt: 0,
  timeout: 124,
  timed_out: 124,
};
