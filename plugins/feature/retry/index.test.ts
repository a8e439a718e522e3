import { describe, expect, test } from "bun:test";
import { ClawError, type ErrorCode, type ErrorInfo, type Recovery } from "claw";
import { createHarness, fails, pluginContract, says } from "claw/testing";
import { createRetry, type Failed, type Policy } from "./retry.ts";

pluginContract(import.meta.dir);

const POLICY: Policy = { firstTries: 4, fallbackTries: 3, baseMs: 500, capMs: 32_000, maxRetryAfterMs: 1_800_000, maxElapsedMs: 1_800_000 };
interface Circumstances extends Partial<Policy> {
  readonly fallback?: string;
  readonly clock?: () => number;
  /** What chance gives of the time within a bound. */
  readonly share?: number;
}
const retryOf = ({ fallback, clock = () => 0, share = 1, ...policy }: Circumstances = {}) =>
  createRetry({ ...POLICY, ...policy }, fallback, clock, () => share);
const failed = (code: ErrorCode, info: ErrorInfo = {}, change: Partial<Failed> = {}): Failed => ({
  session: "s",
  error: new ClawError(code, "no", info),
  model: "opus",
  attended: true,
  ...change,
});
const overloaded = (change: Partial<Failed> = {}): Failed => failed("CLAW_PROVIDER_RATE", { status: 529 }, change);
const refused = (change: Partial<Failed> = {}): Failed =>
  failed("CLAW_PROVIDER_UNAVAILABLE", { cause: new Error("x", { cause: Object.assign(new Error("y"), { code: "ECONNREFUSED" }) }) }, change);
const waits = (retry: ReturnType<typeof createRetry>, what: Failed, most = 100): (number | undefined)[] => {
  const found: (number | undefined)[] = [];
  for (let count = 0; count < most; count++) {
    const cure = retry.recover(what);
    if (cure === undefined) break;
    found.push(cure.again ? cure.afterMs : undefined);
  }
  return found;
};

describe("createRetry", () => {
  test("bounds double up to the cap, and the time within them is random", () => {
    const bounds = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 32_000, 32_000, 32_000];
    expect(waits(retryOf(), overloaded())).toEqual(bounds);
    expect(waits(retryOf({ share: 0.5 }), overloaded())).toEqual(bounds.map((bound) => bound / 2));
    expect(waits(retryOf({ share: 0 }), overloaded())).toEqual(bounds.map(() => 0));
  });

  test("other errors are not its affair", () => {
    const retry = retryOf({ fallback: "haiku" });
    for (const code of ["CLAW_PROVIDER_AUTH", "CLAW_PROVIDER_OVERFLOW", "CLAW_PROVIDER_REJECTED", "CLAW_BUG", "CLAW_ABORTED"] as const)
      expect(retry.recover(failed(code))).toBeUndefined();
  });

  test("what the server asks for is done, up to a limit", () => {
    const retry = retryOf();
    const asks = (retryAfterMs: number): Failed => failed("CLAW_PROVIDER_RATE", { status: 429, retryAfterMs });
    expect(retry.recover(asks(90_000))).toEqual({ again: true, afterMs: 90_000 });
    expect(retry.recover(asks(1_800_000))).toEqual({ again: true, afterMs: 1_800_000 });
    expect(retry.recover(asks(0))).toEqual({ again: true, afterMs: 2_000 });
    expect(retry.recover(asks(1_800_001))).toBeUndefined();
  });

  test("without a person it goes on until the time is over, waits included", () => {
    let clock = 0;
    const retry = retryOf({ clock: () => clock });
    let total = 0;
    for (;;) {
      const cure = retry.recover(overloaded({ attended: false }));
      if (cure?.again !== true) break;
      total += cure.afterMs ?? 0;
      clock = total;
    }
    expect(total).toBeGreaterThan(1_760_000);
    expect(total).toBeLessThanOrEqual(1_800_000);
    expect(waits(retryOf({ tries: 2 }), overloaded({ attended: false }))).toHaveLength(2);
  });

  test("a server that is not there and never was is soon given up, one that answered is not", () => {
    const retry = retryOf();
    expect(waits(retry, refused({ attended: false }))).toHaveLength(4);
    retry.renewed("s");
    retry.succeeded("s");
    expect(waits(retry, refused({ attended: false }), 50)).toHaveLength(50);
    retry.closed("s");
    expect(waits(retry, refused())).toHaveLength(4);
    const reset = failed("CLAW_PROVIDER_UNAVAILABLE", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) }, { session: "t" });
    expect(waits(retry, reset)).toHaveLength(10);
  });

  test("what says 200 and gives no answer, each time, is soon given up, also without a person", () => {
    const page = failed("CLAW_PROVIDER_UNAVAILABLE", { status: 200 }, { attended: false });
    const retry = retryOf();
    retry.succeeded("s");
    expect(waits(retry, page)).toHaveLength(POLICY.firstTries);
    expect(waits(retry, failed("CLAW_PROVIDER_UNAVAILABLE", { status: 503 }, { attended: false, session: "t" }))).toHaveLength(100);
  });

  test("the other model is named once, when trying again did not help, and gets its own tries", () => {
    const retry = retryOf({ tries: 2, fallback: "haiku" });
    expect([retry.recover(overloaded()), retry.recover(overloaded()), retry.recover(overloaded())]).toEqual([
      { again: true, afterMs: 500 },
      { again: true, afterMs: 1_000 },
      { again: true, model: "haiku" },
    ]);
    expect(waits(retry, overloaded({ model: "haiku" }))).toEqual([500, 1_000]);
    expect(waits(retryOf({ tries: 0, fallback: "opus" }), overloaded())).toEqual([]);
  });

  test("with another model at hand nobody rides it out; the other model is ridden out", () => {
    const retry = retryOf({ fallback: "haiku" });
    const cures = [1, 2, 3, 4].map(() => retry.recover(overloaded({ attended: false })));
    expect(cures).toEqual([500, 1_000, 2_000].map((afterMs) => ({ again: true, afterMs }) as Recovery).concat({ again: true, model: "haiku" }));
    expect(waits(retry, overloaded({ attended: false, model: "haiku" }), 50)).toHaveLength(50);
  });

  test("a success, a new turn and the end of a session count from zero, each session for itself", () => {
    const retry = retryOf();
    const next = (session: string): unknown => retry.recover(overloaded({ session }));
    expect([next("a"), next("a"), next("b")]).toEqual([500, 1_000, 500].map((afterMs) => ({ again: true, afterMs })));
    for (const reset of [retry.succeeded, retry.renewed, retry.closed]) {
      reset("a");
      expect(next("a")).toEqual({ again: true, afterMs: 500 });
    }
    expect(next("b")).toEqual({ again: true, afterMs: 1_000 });
  });
});

describe("retry", () => {
  const config = { plugins: { "@claw/feature-retry": { baseMs: 1, capMs: 1, tries: 3 } } };

  test("a step that failed is made again, and the turn goes on", async () => {
    const script = [fails("CLAW_PROVIDER_RATE"), fails("CLAW_PROVIDER_UNAVAILABLE"), says("there")];
    await using harness = await createHarness({ plugins: ["feature/retry"], config, script });
    expect(await harness.submit("hi")).toEqual({ kind: "completed" });
    expect(harness.events.flatMap((event) => (event.type === "step.failed" ? [[event.data.code, event.data.again]] : []))).toEqual([
      ["CLAW_PROVIDER_RATE", true],
      ["CLAW_PROVIDER_UNAVAILABLE", true],
    ]);
    expect(harness.requests).toHaveLength(3);
  });

  test("when nothing helps the turn fails with the provider's error", async () => {
    const script = Array.from({ length: 9 }, () => fails("CLAW_PROVIDER_RATE"));
    await using harness = await createHarness({ plugins: ["feature/retry"], config, script });
    expect(await harness.submit("hi")).toMatchObject({ kind: "failed", error: { code: "CLAW_PROVIDER_RATE" } });
    expect(harness.requests).toHaveLength(4);
  });

  test("--fallback-model takes over", async () => {
    const script = [...Array.from({ length: 4 }, () => fails("CLAW_PROVIDER_RATE")), says("from the other")];
    await using harness = await createHarness({ plugins: ["feature/retry"], config, script, options: { "fallback-model": "small" } });
    expect(await harness.submit("hi")).toEqual({ kind: "completed" });
    expect(harness.requests.map((request) => request.model.id)).toEqual(["default", "default", "default", "default", "small"]);
    expect(harness.events.find((event) => event.type === "notice.raised")).toMatchObject({ data: { level: "warn" } });
  });

  test("a long wait ends when the turn is aborted", async () => {
    const slow = { plugins: { "@claw/feature-retry": { baseMs: 1_000_000, capMs: 1_000_000 } } };
    await using harness = await createHarness({ plugins: ["feature/retry"], config: slow, script: [fails("CLAW_PROVIDER_RATE")] });
    const waiting = new Promise((resolve) => harness.host.bus.on("step.failed", resolve));
    const turn = harness.submit("hi");
    await waiting;
    harness.shell.abort("enough");
    expect(await turn).toEqual({ kind: "aborted", reason: "enough" });
  });
});
