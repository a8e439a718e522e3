// A failure in words and as an exit code, for those who see it.
import type { ClawError, ErrorCode } from "claw";

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

/** An error as those see it who read JSON. */
export function failureOf({ code, message, info }: ClawError): Failure {
  const kind = code === "CLAW_PROVIDER_AUTH" && info.status === undefined ? "missing_credentials" : kindOf(code);
  return { code, kind, message, hint: info.hint ?? null };
}

/** `error: …` and `hint: …`, each on its line. */
export function failureText({ message, hint }: Pick<Failure, "message" | "hint">): string {
  return `error: ${message}\n${hint === null ? "" : `hint: ${hint}\n`}`;
}

/** The kind of a code. */
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

// --- internal ---

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
