import { expect, test } from "bun:test";
import { ClawError, type ErrorCode, type TurnOutcome } from "claw";
import { exitCode, flushedCode } from "./failure.ts";
import { bugText, failureOf, failureText } from "./failure-text.ts";

const failed = (code: ErrorCode): TurnOutcome => ({ kind: "failed", error: new ClawError(code, "x") });

test.each<[TurnOutcome, number]>([
  [{ kind: "completed" }, 0],
  [{ kind: "exit", code: 9 }, 9],
  [{ kind: "stopped", reason: "max_turns" }, 5],
  [{ kind: "stopped", reason: "max_budget_usd" }, 5],
  [{ kind: "stopped", reason: "permission" }, 4],
  [{ kind: "stopped", reason: "refusal" }, 1],
  [{ kind: "aborted", reason: "SIGINT" }, 130],
  [{ kind: "aborted", reason: "SIGTERM" }, 143],
  [{ kind: "aborted", reason: "SIGHUP" }, 129],
  [{ kind: "aborted", reason: "EPIPE" }, 0],
  [{ kind: "aborted", reason: "timeout" }, 124],
  [failed("CLAW_PROVIDER_UNAVAILABLE"), 1],
  [failed("CLAW_USAGE"), 2],
  [failed("CLAW_MODEL_UNKNOWN"), 2],
  [failed("CLAW_SESSION_MISSING"), 2],
  [failed("CLAW_PROVIDER_AUTH"), 3],
  [failed("CLAW_CONFIG_INVALID"), 3],
  [failed("CLAW_PLUGIN_LOAD_FAILED"), 7],
  [failed("CLAW_BUG"), 70],
])("exitCode > of %j", (outcome, code) => {
  expect(exitCode(outcome)).toBe(code);
});

test("failureOf > says whether a key is missing or was refused", () => {
  const missing = new ClawError("CLAW_PROVIDER_AUTH", "no key", { hint: "Set it." });
  const refused = new ClawError("CLAW_PROVIDER_AUTH", "bad key", { status: 401 });
  expect(failureOf(missing)).toEqual({ code: "CLAW_PROVIDER_AUTH", kind: "missing_credentials", message: "no key", hint: "Set it." });
  expect(failureOf(refused)).toEqual({ code: "CLAW_PROVIDER_AUTH", kind: "api_auth_error", message: "bad key", hint: null });
  expect(failureOf(new ClawError("CLAW_HOOK_TIMEOUT", "x")).kind).toBe("hook_timeout");
});

test("failureText > is two lines, or one without a hint", () => {
  expect(failureText({ message: "no", hint: "do" })).toBe("error: no\nhint: do\n");
  expect(failureText({ message: "no", hint: null })).toBe("error: no\n");
});

test("bugText > shows the stack of a bug, and of nothing else", () => {
  expect(bugText(new ClawError("CLAW_BUG", "oops"))).toContain("failure.test.ts");
  expect(bugText(new ClawError("CLAW_USAGE", "oops"))).toBe("");
});

test.each([
  [undefined, 0, 0, ""],
  [undefined, 4, 4, ""],
  ["EPIPE", 0, 0, ""],
  ["ENOSPC", 0, 1, "error: stdout cannot be written: ENOSPC\nhint: Is the disk full?\n"],
  ["ENOSPC", 4, 4, "error: stdout cannot be written: ENOSPC\nhint: Is the disk full?\n"],
])("flushedCode > stdout that ended with %p after code %i gives %i", async (broken, code, given, words) => {
  const told: string[] = [];
  const output = { out: () => undefined, err: (text: string) => void told.push(text), broken: Promise.resolve(""), flush: async () => broken };
  expect([await flushedCode(output, code), told.join("")]).toEqual([given, words]);
});
