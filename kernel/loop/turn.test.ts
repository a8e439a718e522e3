import { expect, test } from "bun:test";
import { type Block, definePlugin, defineTool, type Plugin } from "claw";
import { calls, createHarness, fails, says } from "claw/testing";
import * as v from "valibot";

const call = (id: string, tool: string, input: object = {}): Block => ({ type: "call", id, tool, input: input as never });

/** A tool that waits until it is let go, and records when it started and ended. */
function gated(name: string, access: "read" | "write", log: string[], release: Promise<unknown> = Promise.resolve()): Plugin {
  return definePlugin({
    setup({ contribute }) {
      contribute(
        "tool",
        defineTool({
          name,
          description: "a tool for tests",
          input: v.strictObject({ n: v.optional(v.number()) }),
          access: () => access,
          subject: () => name,
          async run({ n }) {
            log.push(`start ${name} ${n ?? ""}`);
            await release;
            log.push(`end ${name} ${n ?? ""}`);
            return { content: [{ type: "text", text: `${name} ${n ?? ""}` }] };
          },
        }),
      );
    },
  });
}
const results = (content: readonly Block[] | undefined): readonly (readonly [string, boolean])[] =>
  (content ?? []).flatMap((block) => (block.type === "result" ? [[(block.content[0] as { text: string }).text, block.failed] as const] : []));

test("runTurn > an answer without calls completes in one step", async () => {
  await using harness = await createHarness({ plugins: [], script: [says("hello")] });
  expect(await harness.submit("hi")).toEqual({ kind: "completed" });
  expect(harness.shell.session.messages).toEqual([
    { role: "user", content: [{ type: "text", text: "hi" }] },
    { role: "assistant", content: [{ type: "text", text: "hello" }] },
  ]);
  const types = harness.events.map((event) => event.type).filter((type) => type !== "loop.moved" && type !== "plugin.loaded");
  expect(types).toEqual([
    "session.opened",
    "turn.started",
    "message.added",
    "step.started",
    "text.delta",
    "step.ended",
    "message.added",
    "turn.ended",
  ]);
});

test("runTurn > goes on while there are calls, and answers them in the model's order", async () => {
  const log: string[] = [];
  await using harness = await createHarness({
    plugins: [gated("look", "read", log), gated("put", "write", log)],
    answers: ["yes"],
    script: [{ content: [call("1", "look", { n: 1 }), call("2", "put", { n: 2 }), call("3", "look", { n: 3 })], stop: "calls" }, says("done")],
  });
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  expect(log).toEqual(["start look 1", "end look 1", "start put 2", "end put 2", "start look 3", "end look 3"]);
  expect(results(harness.shell.session.messages[2]?.content)).toEqual([
    ["look 1", false],
    ["put 2", false],
    ["look 3", false],
  ]);
});

test("runTurn > reads of one message run together", async () => {
  const log: string[] = [];
  const all = Promise.withResolvers<void>();
  await using harness = await createHarness({
    plugins: [gated("look", "read", log, all.promise)],
    script: [{ content: [1, 2, 3].map((n) => call(String(n), "look", { n })), stop: "calls" }],
  });
  harness.host.bus.on("call.started", () => log.length === 2 && queueMicrotask(all.resolve));
  await harness.submit("go");
  expect(log.slice(0, 3)).toEqual(["start look 1", "start look 2", "start look 3"]);
});

test("runTurn > a read whose input is complete runs while the stream goes on", async () => {
  const log: string[] = [];
  const ended = Promise.withResolvers<void>();
  const asked = call("1", "look", { n: 1 }) as Extract<Block, { type: "call" }>;
  await using harness = await createHarness({
    plugins: [gated("look", "read", log)],
    script: [
      {
        parts: [
          asked,
          ended.promise,
          { type: "text", delta: "x" },
          { type: "finish", stop: "calls", usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 }, content: [asked] },
        ],
      },
    ],
  });
  harness.host.bus.on("call.ended", () => ended.resolve());
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  const order = harness.events.map((event) => event.type).filter((type) => type === "call.ended" || type === "step.ended");
  expect(order.slice(0, 2)).toEqual(["call.ended", "step.ended"]);
});

test("runTurn > an unknown tool, bad input, a denial, a broken call and a throwing tool are failed results, and the turn goes on", async () => {
  const thrower = definePlugin({
    setup({ contribute }) {
      const input = v.strictObject({});
      const run = async (): Promise<never> => {
        throw new Error("it broke");
      };
      contribute("tool", defineTool({ name: "thrower", description: "throws always", input, access: () => "read", subject: () => "", run }));
    },
  });
  const log: string[] = [];
  const content = [call("1", "nope"), call("2", "look", { n: "x" }), call("3", "put"), call("4", "look", {}), call("5", "thrower")];
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  await using harness = await createHarness({
    plugins: [gated("look", "read", log), gated("put", "write", log), thrower],
    script: [{ parts: [{ type: "finish", stop: "calls", usage, content, broken: { "4": "cut at the output limit" } }] }, says("ok")],
  });
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  const given = results(harness.shell.session.messages[2]?.content);
  expect(given.map(([, failed]) => failed)).toEqual([true, true, true, true, true]);
  expect(given.map(([text]) => text)).toEqual([
    "unknown tool: nope. Known tools: look, put, thrower",
    'invalid input for look: n: Invalid type: Expected number but received "x"',
    "Run put?; nobody can be asked, so it was refused",
    "cut at the output limit",
    "it broke",
  ]);
  expect(log).toEqual([]);
});

test("runTurn > abort ends the turn, answers open calls and leaves a session that goes on", async () => {
  const log: string[] = [];
  await using harness = await createHarness({
    plugins: [gated("put", "write", log, new Promise(() => {}))],
    answers: ["yes"],
    script: [calls("put", { n: 1 }), says("again")],
  });
  harness.host.bus.on("call.started", () => queueMicrotask(() => harness.shell.abort("test")));
  expect(await harness.submit("go")).toEqual({ kind: "aborted", reason: "test" });
  const last = harness.shell.session.messages.at(-1);
  expect(last?.role).toBe("user");
  expect(results(last?.content).map(([, failed]) => failed)).toEqual([true]);
  expect(await harness.submit("on")).toEqual({ kind: "completed" });
});

test("runTurn > text said before an abort is kept", async () => {
  const never = new Promise(() => {});
  await using harness = await createHarness({ plugins: [], script: [{ parts: [{ type: "text", delta: "half an ans" }, never] }] });
  harness.host.bus.on("text.delta", () => harness.shell.abort("enough"));
  expect(await harness.submit("go")).toEqual({ kind: "aborted", reason: "enough" });
  expect(harness.shell.session.messages.at(-1)).toEqual({ role: "assistant", content: [{ type: "text", text: "half an ans" }] });
});

test("runTurn > an error nobody recovers from fails the turn; one that is recovered tries the step again", async () => {
  const cure = definePlugin({
    setup({ hooks }) {
      hooks.recover.tap((error) => (error.code === "CLAW_PROVIDER_RATE" ? { again: true, afterMs: 1 } : undefined));
    },
  });
  await using harness = await createHarness({
    plugins: [cure],
    script: [fails("CLAW_PROVIDER_RATE"), says("ok"), fails("CLAW_PROVIDER_REJECTED")],
  });
  expect(await harness.submit("one")).toEqual({ kind: "completed" });
  expect(harness.requests).toHaveLength(2);
  expect(await harness.submit("two")).toMatchObject({ kind: "failed", error: { code: "CLAW_PROVIDER_REJECTED" } });
  expect(harness.events.filter((event) => event.type === "step.failed").map((event) => event.data)).toEqual([
    { code: "CLAW_PROVIDER_RATE", message: "scripted failure: CLAW_PROVIDER_RATE", again: true, afterMs: 1 },
    { code: "CLAW_PROVIDER_REJECTED", message: "scripted failure: CLAW_PROVIDER_REJECTED", again: false },
  ]);
});

test("runTurn > steering input is added between steps", async () => {
  const log: string[] = [];
  await using harness = await createHarness({
    plugins: [gated("look", "read", log)],
    script: [calls("look", {}), says("first"), says("second")],
  });
  harness.host.bus.on("call.started", () => harness.shell.steer({ text: "and this" }));
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  expect(harness.requests[1]?.messages.at(-1)).toEqual({ role: "user", content: [{ type: "text", text: "and this" }] });
});

test("runTurn > an answer cut at the output limit, and a refusal, stop the turn and say so; a pause goes on", async () => {
  await using harness = await createHarness({
    plugins: [],
    script: [
      { content: [{ type: "text", text: "so f" }], stop: "length" },
      { content: [{ type: "text", text: "no" }], stop: "refusal" },
      { content: [{ type: "text", text: "wait" }], stop: "pause" },
      says("there"),
    ],
  });
  expect(await harness.submit("1")).toEqual({ kind: "stopped", reason: "max_output" });
  expect(await harness.submit("2")).toEqual({ kind: "stopped", reason: "refusal" });
  expect(await harness.submit("3")).toEqual({ kind: "completed" });
});

test("runTurn > a compactor that cannot be activated is done without; one that is not there is an error", async () => {
  const broken = {
    ...{ name: "broken", version: "1.0.0", manifest: { api: 1, contributes: { compactor: ["broken"] } } as const },
    load: () => Promise.reject(new Error("on purpose")),
  };
  await using harness = await createHarness({ plugins: [broken], config: { compactor: "broken" } });
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  expect(harness.events.filter((event) => event.type === "plugin.failed")).toHaveLength(1);
  await using other = await createHarness({ plugins: [], config: { compactor: "nowhere" } });
  expect(await other.submit("go")).toMatchObject({ kind: "failed", error: { code: "CLAW_CONTRIBUTION_MISSING" } });
});

test("runTurn > results stand in the model's order, also that of a call whose input never became complete", async () => {
  const log: string[] = [];
  const [first, cut, last] = [call("1", "look", { n: 1 }), call("2", "look"), call("3", "look", { n: 3 })];
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  const parts = [first, last].map((block) => block as Extract<Block, { type: "call" }>);
  await using harness = await createHarness({
    plugins: [gated("look", "read", log)],
    script: [{ parts: [...parts, { type: "finish", stop: "calls", usage, content: [first, cut, last], broken: { "2": "cut" } }] }],
  });
  await harness.submit("go");
  expect(results(harness.shell.session.messages[2]?.content)).toEqual([
    ["look 1", false],
    ["cut", true],
    ["look 3", false],
  ]);
});
