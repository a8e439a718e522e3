// The one error class, and every code. `errors.md` has what each means and its cure.

/** Stable, greppable, documented in `kernel/errors.md`. Sorted; never reused, never renamed. */
// biome-ignore format: a catalogue reads better in rows
export type ErrorCode =
  | "CLAW_ABORTED" | "CLAW_BUG" | "CLAW_CONFIG_INVALID" | "CLAW_CONFIG_UNREADABLE" | "CLAW_CONTRIBUTION_DUPLICATE" | "CLAW_CONTRIBUTION_MISSING"
  | "CLAW_CONTRIBUTION_UNDECLARED" | "CLAW_HOOK_FAILED" | "CLAW_HOOK_TIMEOUT" | "CLAW_MANIFEST_INVALID" | "CLAW_MODEL_UNKNOWN"
  | "CLAW_PLUGIN_API_MISMATCH" | "CLAW_PLUGIN_CYCLE" | "CLAW_PLUGIN_LOAD_FAILED" | "CLAW_PLUGIN_UNTRUSTED" | "CLAW_PROVIDER_AUTH"
  | "CLAW_PROVIDER_OVERFLOW" | "CLAW_PROVIDER_RATE" | "CLAW_PROVIDER_REJECTED" | "CLAW_PROVIDER_UNAVAILABLE" | "CLAW_SERVICE_MISSING"
  | "CLAW_SESSION_INVALID" | "CLAW_SESSION_MISSING" | "CLAW_STORE_FAILED" | "CLAW_TOOL_FAILED" | "CLAW_TOOL_INPUT_INVALID" | "CLAW_USAGE";
type ProviderInfo = Readonly<{ retryAfterMs?: number; status?: number; requestId?: string }>;
/** What is known besides the message. `hint` is what the user can do, in one sentence. */
export interface ErrorInfo extends ProviderInfo, Readonly<{ hint?: string; plugin?: string; hook?: string; cause?: unknown }> {}
/** The only class that leaves the kernel. Told apart by `code`, never by message or subclass. */
export class ClawError extends Error {
  override readonly name = "ClawError";
  readonly code: ErrorCode;
  readonly info: ErrorInfo;
  constructor(code: ErrorCode, message: string, info: ErrorInfo = {}) {
    super(message, "cause" in info ? { cause: info.cause } : {});
    [this.code, this.info] = [code, info];
  }
}
/** Any thrown value as a `ClawError`: itself, or wrapped once with `code` and the original as cause. */
export function wrap(thrown: unknown, code: ErrorCode, info: ErrorInfo = {}): ClawError {
  if (thrown instanceof ClawError) return thrown;
  return new ClawError(code, thrown instanceof Error ? thrown.message : String(thrown), { ...info, cause: thrown });
}
