// The exit codes of `contract.md` section 3, and the report of a run that failed before or without a turn.
import type { ClawError, Json, TurnOutcome } from "claw";

/** The exit code for an error that ended claw. */
export function exitCodeOf({ code }: Pick<ClawError, "code">): number {
  if (code === "CLAW_PROVIDER_AUTH" || code.startsWith("CLAW_CONFIG_")) return 3;
  if (/^CLAW_(USAGE|MODEL_UNKNOWN|CONTRIBUTION_MISSING|SESSION_)/.test(code)) return 2;
  if (/^CLAW_(PLUGIN_|MANIFEST_|SERVICE_)/.test(code)) return 7;
  if (code === "CLAW_ABORTED") return 130;
  return code === "CLAW_BUG" ? 70 : 1;
}

/** The exit code for a turn that ended. A signal that aborted it has its own, which only its receiver knows. */
export function exitCodeOfTurn(outcome: TurnOutcome): number {
  if (outcome.kind === "completed") return 0;
  if (outcome.kind === "exit") return outcome.code;
  if (outcome.kind === "aborted") return 130;
  if (outcome.kind === "failed") return exitCodeOf(outcome.error);
  if (outcome.reason === "permission") return 4;
  return outcome.reason.startsWith("max_") ? 5 : 1;
}

/** What stdout carries in `json` and `stream-json` mode when a run failed before its turn. */
export function failureReport({ code, message, info }: Pick<ClawError, "code" | "message" | "info">): Json {
  const error = { code, kind: code.replace(/^CLAW_/, "").toLowerCase(), message, hint: info.hint ?? null };
  return { type: "result", subtype: "error_during_execution", is_error: true, result: message, message, error };
}
