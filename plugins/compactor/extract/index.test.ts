import { expect, test } from "bun:test";
import { bytesOf, FOLD_UNDONE, markOf } from "claw/kit";
import { calls, compactorContract, createHarness, fails, pluginContract, type Reply, says } from "claw/testing";
import { extract } from "./extract.ts";
import plugin from "./index.ts";
import { answered, asked, inTurn, model, result, said, session, sound, texts, tools, usage, work } from "./rig.ts";

const boot = () => createHarness({ plugins: [plugin, tools] });

pluginContract(import.meta.dir);
compactorContract({ name: "extract", due: () => true, compact: (one, scope) => extract(one.messages, scope) }, async () => [
  await session(work(40)),
  await inTurn(boot(), async (scope) => scope),
]);

test("due > when the last request and the answer's reserve are over 80 % of the window", async () => {
  await inTurn(boot(), async (_, harness) => {
    const compactor = await harness.host.get("compactor", "extract");
    const one = await session([said("a"), answered("b")]);
    expect(compactor.due(one, model, usage(69_000))).toBe(false);
    expect(compactor.due(one, model, usage(70_000))).toBe(true);
    expect(compactor.due(one, { ...model, maxOutput: 100_000 }, usage(54_000))).toBe(false);
    expect(compactor.due(one, model, { input: 1, output: 1, cacheRead: 60_000, cacheWrite: 20_000 })).toBe(true);
  });
});

test("due > counts what came since, and everything after a resume", async () => {
  await inTurn(boot(), async (_, harness) => {
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

test("due > asked as often as one likes; after a fold it goes by what that freed, until the model has answered", async () => {
  await inTurn(boot(), async (scope, harness) => {
    const compactor = await harness.host.get("compactor", "extract");
    const one = await session(work(200));
    const last = usage(90_000);
    expect([compactor.due(one, model, last), compactor.due(one, model, last)]).toEqual([true, true]);
    await one.fold(await compactor.compact(one, scope), "extract");
    expect(compactor.due(one, model, last)).toBe(false);
    await one.append(said("x".repeat(200_000)));
    expect(compactor.due(one, model, last)).toBe(true);
    await one.append(answered("so"));
    expect([compactor.due(one, model, usage(90_000)), compactor.due(one, model, usage(40_000))]).toEqual([true, false]);
  });
});

test("due > not again after an attempt in vain until there is more; not before the window's end after a fold was taken back", async () => {
  await inTurn(boot(), async (scope, harness) => {
    const compactor = await harness.host.get("compactor", "extract");
    const one = await session([said("a")]);
    expect(compactor.due(one, model, usage(80_000))).toBe(true);
    expect(await compactor.compact(one, scope)).toEqual({ summary: [], dropped: 0 });
    expect([compactor.due(one, model, usage(80_000)), compactor.due(one, model, usage(86_000))]).toEqual([false, true]);
    const other = await session(work(3));
    await other.note(FOLD_UNDONE, { first: markOf(other.messages[0]) });
    expect([compactor.due(other, model, usage(80_000)), compactor.due(other, model, usage(90_000))]).toEqual([false, true]);
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
  const warned = harness.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
  const passed = `CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS is no number of tokens: "${value}"; it is passed over.`;
  expect(warned).toEqual(value === "1000" ? [] : [passed]);
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

test("recover > a request that was too long is sent again after a fold, as long as folds shrink", async () => {
  const overflow = fails("CLAW_PROVIDER_OVERFLOW");
  const reads = Array.from({ length: 12 }, (_, index) => calls("read_file", { path: `f${index}` }));
  const play = async (script: readonly Reply[], compactor = "extract"): Promise<readonly [string, readonly number[]]> => {
    await using harness = await createHarness({ plugins: [plugin, tools], config: { compactor }, script: [...reads, ...script] });
    const { kind } = await harness.submit("read them all");
    for (const request of harness.requests) sound(request.messages);
    return [kind, harness.requests.slice(reads.length).map((request) => bytesOf(request.messages))];
  };
  const [kind, sizes] = await play([overflow, overflow, says("done")]);
  expect([kind, sizes.length]).toEqual(["completed", 3]);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(sizes[2]).toBeLessThan((sizes[0] ?? 0) / 3);
  const [failed, tried] = await play([overflow, overflow, overflow, overflow, overflow, says("never")]);
  expect([failed, tried.length <= 4]).toEqual(["failed", true]);
  expect(await play([overflow, says("never")], "none")).toMatchObject(["failed", { length: 1 }]);
});
