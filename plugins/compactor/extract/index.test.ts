import { expect, test } from "bun:test";
import { calls, compactorContract, createHarness, pluginContract, says } from "claw/testing";
import { extract } from "./extract.ts";
import plugin from "./index.ts";
import { answered, asked, inTurn, model, result, said, session, sound, texts, tools, usage, work } from "./rig.ts";

pluginContract(import.meta.dir);
compactorContract({ name: "extract", due: () => true, compact: (one, scope) => extract(one.messages, scope) }, async () => [
  await session(work(40)),
  await inTurn(async (scope) => scope),
]);

test("due > when the last request and the answer's reserve are over 80 % of the window", async () => {
  await inTurn(async (_, harness) => {
    const compactor = await harness.host.get("compactor", "extract");
    const one = await session([said("a"), answered("b")]);
    expect(compactor.due(one, model, usage(69_000))).toBe(false);
    expect(compactor.due(one, model, usage(70_000))).toBe(true);
    expect(compactor.due(one, { ...model, maxOutput: 100_000 }, usage(54_000))).toBe(false);
    expect(compactor.due(one, model, { input: 1, output: 1, cacheRead: 60_000, cacheWrite: 20_000 })).toBe(true);
  });
});

test("due > counts what came since, and everything after a resume", async () => {
  await inTurn(async (_, harness) => {
    const compactor = await harness.host.get("compactor", "extract");
    const large = result("1", "x".repeat(240_000));
    const one = await session([said("a"), asked("1", "read_file", { path: "p" }), large]);
    expect(compactor.due(one, model, usage(5_000))).toBe(false);
    expect(compactor.due(one, model, usage(15_000))).toBe(true);
    expect(compactor.due(await session(work(10)), model, usage(0))).toBe(false);
    const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    expect(compactor.due(await session(work(10)), model, none)).toBe(false);
    expect(compactor.due(await session(work(300)), model, none)).toBe(true);
  });
});

test("due > once for a usage: a retry does not fold again", async () => {
  await inTurn(async (_, harness) => {
    const compactor = await harness.host.get("compactor", "extract");
    const one = await session(work(2));
    const last = usage(90_000);
    expect([compactor.due(one, model, last), compactor.due(one, model, last), compactor.due(one, model, usage(90_000))]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

test.each([
  ["1000", [false, true]],
  ["0", [false, false]],
  ["many", [false, false]],
])("CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS > %s", async (value, expected) => {
  await using harness = await createHarness({ plugins: [plugin], env: { CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS: value } });
  const compactor = await harness.host.get("compactor", "extract");
  const one = await session([]);
  expect([compactor.due(one, model, usage(890)), compactor.due(one, model, usage(1_000))]).toEqual(expected as boolean[]);
});

test("extract > in a turn: the session is folded and the next request is valid", async () => {
  await using harness = await createHarness({
    plugins: [plugin, tools],
    config: { compactor: "extract" },
    env: { CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS: "3000" },
    script: [...Array.from({ length: 8 }, (_, index) => calls("read_file", { path: `f${index}` })), says("done")],
  });
  expect(await harness.submit("read them all")).toEqual({ kind: "completed" });
  const folds = harness.events.filter((event) => event.type === "session.compacted");
  expect(folds.length).toBeGreaterThan(0);
  expect(folds[0]?.data).toMatchObject({ by: "extract" });
  for (const request of harness.requests) {
    sound(request.messages);
    expect(texts(request.messages)).toContain("read them all");
  }
});
