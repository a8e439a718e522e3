import { expect, test } from "bun:test";
import type { Endpoint } from "./endpoint.ts";
import { readRefusal, refused, retryAfter } from "./refusal.ts";

const AT: Endpoint = {
  baseUrl: "https://x.test/v1",
  host: "x.test",
  headers: {},
  secrets: ["secret-key-1"],
  idleMs: 1,
  connectMs: 1,
  names: { baseUrl: "X_BASE_URL", key: "X_API_KEY" },
};
const said = (error: unknown, status?: number) => refused(readRefusal(error, status, new Headers()), AT);

test.each([
  ["OpenAI's context", { message: "too much", type: "invalid_request_error", code: "context_length_exceeded" }, 400, "CLAW_PROVIDER_OVERFLOW"],
  ["OpenAI's key", { message: "Incorrect API key", type: "invalid_request_error", code: "invalid_api_key" }, 401, "CLAW_PROVIDER_AUTH"],
  ["OpenAI's empty account", { message: "quota", type: "insufficient_quota", code: "insufficient_quota" }, 429, "CLAW_PROVIDER_REJECTED"],
  ["OpenAI's rate", { message: "slow", type: "tokens", code: "rate_limit_exceeded" }, 429, "CLAW_PROVIDER_RATE"],
  ["a rate inside a stream", { message: "slow", code: "rate_limit_exceeded" }, undefined, "CLAW_PROVIDER_RATE"],
  ["a number inside a stream", { message: "Provider returned error", code: 502 }, undefined, "CLAW_PROVIDER_UNAVAILABLE"],
  ["Google's key", { code: 400, message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT" }, 400, "CLAW_PROVIDER_AUTH"],
  [
    "Google's quota",
    { code: 429, message: "You exceeded your current quota, please check", status: "RESOURCE_EXHAUSTED" },
    429,
    "CLAW_PROVIDER_RATE",
  ],
  ["Google's load", { code: 503, message: "overloaded", status: "UNAVAILABLE" }, undefined, "CLAW_PROVIDER_UNAVAILABLE"],
  ["one word", "model 'x' not found", 404, "CLAW_PROVIDER_REJECTED"],
] as const)("refused > knows %s", (_, error, status, code) => {
  expect(said(error, status).code).toBe(code);
});

test("refused > names the variable of the key, the time to wait, and no secret", () => {
  expect(said({ message: "bad key secret-key-1" }, 401)).toMatchObject({
    message: "x.test answered 401: bad key [redacted]",
    info: { hint: "Check X_API_KEY." },
  });
  expect(said({ message: "slow" }, 429).info.hint).toContain("--fallback-model");
  expect(said({ message: "overloaded" }, 529).info.hint).toContain("--fallback-model");
  expect(said({ message: "prompt is too long: 3 tokens > 2 maximum" }, 400).info.hint).toContain("new session");
  expect(said({ message: "oops" }, 500).info.hint).toBeUndefined();
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2.5s" }];
  expect(said({ code: 429, message: "slow", status: "RESOURCE_EXHAUSTED", details }).info.retryAfterMs).toBe(2_500);
});

test("retryAfter > takes milliseconds, seconds and dates, and nothing else", () => {
  const now = Date.parse("Sat, 21 Nov 2026 10:00:00 GMT");
  const of = (headers: Record<string, string>): number | undefined => retryAfter(new Headers(headers), now);
  expect(of({})).toBeUndefined();
  expect(of({ "retry-after": "2.5" })).toBe(2_500);
  expect(of({ "retry-after": "0" })).toBe(0);
  expect(of({ "retry-after": "soon" })).toBeUndefined();
  expect(of({ "retry-after": "-5" })).toBeUndefined();
  expect(of({ "retry-after": "Sat, 21 Nov 2026 10:01:00 GMT" })).toBe(60_000);
  expect(of({ "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" })).toBe(0);
  expect(of({ "retry-after": "Sat, 21 Nov 2026 10:01:00 GMT", date: "Sat, 21 Nov 2026 10:00:50 GMT" })).toBe(10_000);
  expect(of({ "retry-after-ms": "12", "retry-after": "9" })).toBe(12);
});
