import { expect, test } from "bun:test";
import type { EventMap } from "claw";
import { calls, createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const harness = (script: Parameters<typeof createHarness>[0]["script"] = []): Promise<Harness> => createHarness({ plugins: ["tool/sleep"], script });

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "Sleep"), {
    valid: [{ duration_ms: 0 }, { duration_ms: 300_000 }],
    invalid: [{}, { duration_ms: -1 }, { duration_ms: 300_001 }, { duration_ms: "5" }, { duration_ms: 1, unit: "s" }],
  });
}

test("Sleep > waits as long as it was told, and says so", async () => {
  await using on = await harness();
  const started = performance.now();
  const { content, details } = await on.call("Sleep", { duration_ms: 30 });
  expect(performance.now() - started).toBeGreaterThanOrEqual(29);
  expect(content).toEqual([{ type: "text", text: expect.stringMatching(/^Waited \d+ ms\.$/) }]);
  expect(details).toMatchObject({ duration_ms: 30 });
});

test("Sleep > too long is refused with what to do", async () => {
  await using on = await harness();
  const { content, failed } = await on.call("Sleep", { duration_ms: 400_000 });
  expect([failed, content]).toEqual([true, [{ type: "text", text: "invalid input for Sleep: duration_ms: at most 300000; call again to wait on" }]]);
});

test("Sleep > blocks no other call of its message", async () => {
  const both = [120, 0].map((duration_ms, index) => ({ type: "call", id: `c${index}`, tool: "Sleep", input: { duration_ms } }) as const);
  await using on = await harness([{ content: both, stop: "calls" }]);
  await on.submit("go");
  const ended = on.events.filter((event) => event.type === "call.ended").map((event) => (event.data as EventMap["call.ended"]).id);
  expect(ended).toEqual(["c1", "c0"]);
});

test("Sleep > ends with the turn", async () => {
  await using on = await harness([calls("Sleep", { duration_ms: 300_000 })]);
  on.host.bus.on("call.started", () => on.shell.abort("SIGINT"));
  // It would take five minutes.
  expect(await on.submit("go")).toEqual({ kind: "aborted", reason: "SIGINT" });
});
