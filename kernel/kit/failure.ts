// How a failure looks from outside: the exit code, the words, the object. One place, so that every frontend and renderer says the same.
import type { ClawError, ErrorCode, EventMap, TurnOutcome } from "claw";
import type { Output } from "./streams.ts";

/** A failure as programs read it. `kind` is the word that scripts of the field know, where there is one. */
export interface Failure {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly hint: string | null;
}
declare module "claw" {
  interface EventMap {
    /** A frontend gives up on a turn, or could not start one. Comes after the `turn.ended` of a failed turn, which has no hint. */
    "error.raised": Failure;
  }
}

export function failureOf({ code, message, info }: ClawError): Failure {
  const kind = code === "CLAW_PROVIDER_AUTH" && info.status === undefined ? "missing_credentials" : kindOf(code);
  return { code, kind, message, hint: info.hint ?? null };
}

/** `error: …` and `hint: …`, each on its line. */
export function failureText({ message, hint }: Pick<Failure, "message" | "hint">): string {
  return `error: ${message}\n${hint === null ? "" : `hint: ${hint}\n`}`;
}

export function kindOf(code: string): string {
  return KINDS[code] ?? code.replace(/^CLAW_/, "").toLowerCase();
}

/** For a bug of ours, where it happened and what to do with that; otherwise nothing. */
export function bugText(error: ClawError): string {
  return error.code === "CLAW_BUG" ? `${error.stack ?? ""}\nThis is a bug of claw: please report it.\n` : "";
}

/** The exit code of a process that ends with `error`. */
export function exitCodeOf(error: ClawError): number {
  return CODES[error.code] ?? 1;
}

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

const KINDS: Readonly<Record<string, string>> = {
  CLAW_USAGE: "cli_parse",
  CLAW_PROVIDER_AUTH: "api_auth_error",
  CLAW_PROVIDER_RATE: "api_rate_limit_error",
  CLAW_PROVIDER_REJECTED: "api_http_error",
  CLAW_PROVIDER_UNAVAILABLE: "api_http_error",
  CLAW_PROVIDER_OVERFLOW: "context_window_exceeded",
  CLAW_SESSION_MISSING: "session_not_found",
  CLAW_SESSION_INVALID: "session_load_failed",
  CLAW_CONFIG_INVALID: "config_parse_error",
  CLAW_CONFIG_UNREADABLE: "config_parse_error",
  CLAW_MODEL_UNKNOWN: "invalid_model",
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
const CODES: { readonly [C in ErrorCode]?: number } = {
  CLAW_ABORTED: 130,
  CLAW_BUG: 70,
  CLAW_CONFIG_INVALID: 3,
  CLAW_CONFIG_UNREADABLE: 3,
  CLAW_PROVIDER_AUTH: 3,
  CLAW_USAGE: 2,
  CLAW_MODEL_UNKNOWN: 2,
  CLAW_CONTRIBUTION_MISSING: 2,
  CLAW_SESSION_INVALID: 2,
  CLAW_SESSION_MISSING: 2,
  CLAW_CONTRIBUTION_DUPLICATE: 7,
  CLAW_CONTRIBUTION_UNDECLARED: 7,
  CLAW_MANIFEST_INVALID: 7,
  CLAW_PLUGIN_API_MISMATCH: 7,
  CLAW_PLUGIN_CYCLE: 7,
  CLAW_PLUGIN_LOAD_FAILED: 7,
  CLAW_PLUGIN_UNTRUSTED: 7,
  CLAW_SERVICE_MISSING: 7,
};
