// When to try a failed step again, and when to stop. Pure but for the counters it keeps by session; the kernel does the waiting.
import type { ClawError, Recovery } from "claw";

/** Times in milliseconds. Without `tries`, a person at the session gets 10, and a run without one rides it out for `maxElapsedMs`. */
export interface Policy {
  readonly tries?: number | undefined;
  readonly firstTries: number;
  /** Before the other model is asked. */
  readonly fallbackTries: number;
  readonly baseMs: number;
  readonly capMs: number;
  readonly maxRetryAfterMs: number;
  readonly maxElapsedMs: number;
}
/** What a failed step is judged by. */
export interface Failed {
  readonly session: string;
  readonly error: ClawError;
  readonly model: string;
  readonly attended: boolean;
}
export interface Retry {
  /** A cure, or `undefined` when there is none left. */
  recover(failed: Failed): Recovery | undefined;
  /** A step of the session succeeded: the server answers, and everything counts from zero. */
  succeeded(session: string): void;
  /** A new turn counts from zero. */
  renewed(session: string): void;
  closed(session: string): void;
}

/** `now` in milliseconds on any steady clock; `random` from 0 up to 1. */
export function createRetry(policy: Policy, fallback: string | undefined, now: () => number, random: () => number): Retry {
  const streaks = new Map<string, Streak>();
  const answered = new Set<string>();
  return {
    recover(failed) {
      const { session, error, model } = failed;
      if (error.code !== "CLAW_PROVIDER_RATE" && error.code !== "CLAW_PROVIDER_UNAVAILABLE") return undefined;
      if (error.info.status !== undefined) answered.add(session);
      const streak = streaks.get(session) ?? { failures: 0, empty: 0, since: now(), fell: false };
      const afterMs = waitFor(streak.failures, error, policy, random);
      const patient = policy.tries ?? (failed.attended ? 10 : Number.POSITIVE_INFINITY);
      // With another model at hand nobody has to ride it out.
      const other = fallback !== undefined && fallback !== model && !streak.fell;
      const limit = other ? Math.min(patient, policy.fallbackTries) : patient;
      const most = !answered.has(session) && absent(error) ? Math.min(limit, policy.firstTries) : limit;
      const empty = strange(error) ? streak.empty + 1 : 0;
      const late = !failed.attended && now() + afterMs - streak.since > policy.maxElapsedMs;
      const spent = streak.failures >= most || empty > policy.firstTries || late || (error.info.retryAfterMs ?? 0) > policy.maxRetryAfterMs;
      if (!spent) {
        streaks.set(session, { ...streak, empty, failures: streak.failures + 1 });
        return { again: true, afterMs };
      }
      if (!other) return undefined;
      streaks.set(session, { failures: 0, empty: 0, since: now(), fell: true });
      return { again: true, model: fallback };
    },
    succeeded(session) {
      answered.add(session);
      streaks.delete(session);
    },
    renewed: (session) => void streaks.delete(session),
    closed(session) {
      answered.delete(session);
      streaks.delete(session);
    },
  };
}

// --- internal ---

/** Failures in a row of one session, and how many of the last ones said 200. `fell`: the other model has been named. */
interface Streak {
  readonly failures: number;
  readonly empty: number;
  readonly since: number;
  readonly fell: boolean;
}

/** What the server asks for; else a random time up to a bound that doubles, so that many clients do not come back together. */
function waitFor(failures: number, { info }: ClawError, { baseMs, capMs }: Policy, random: () => number): number {
  if (info.retryAfterMs !== undefined && info.retryAfterMs > 0) return info.retryAfterMs;
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** failures));
}

/** It says that all is well, and gives no answer: a captive portal, another server, a proxy that cuts. Again and again, that does not pass by itself. */
function strange({ info: { status } }: ClawError): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Nobody is there, or nobody trusted: likelier a wrong address than a bad moment. */
function absent(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string" && /ENOTFOUND|ECONNREFUSED|EPROTO|CERT|SELF_SIGNED|UNABLE_TO/.test(code)) return true;
  }
  return false;
}
