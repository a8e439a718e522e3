import { expect, test } from "bun:test";
import { type Access, type Ask, type Block, type Decision, definePlugin, defineTool, type Plugin, type ToolCall } from "claw";
import { calls, createHarness, type Reply, says } from "claw/testing";
import * as v from "valibot";

const text = (content: readonly Block[]): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
/** A tool that writes, and keeps what it was run with. */
function put(ran: unknown[], name = "put"): Plugin {
  const input = v.strictObject({ to: v.pipe(v.string(), v.minLength(2)), deep: v.optional(v.strictObject({ list: v.array(v.string()) })) });
  return definePlugin({
    setup({ contribute }) {
      const run = async (given: unknown) => {
        ran.push(given);
        return { content: [{ type: "text", text: "put" }] as const };
      };
      contribute("tool", defineTool({ name, description: "puts", input, access: () => "write", subject: ({ to }) => to, run }));
    },
  });
}
const permits = (decide: (call: ToolCall) => unknown): Plugin =>
  definePlugin({ setup: ({ hooks }) => void hooks.permit.tap((call) => decide(call) as Decision) });
const decided = (harness: { readonly events: readonly { type: string; data: unknown }[] }) =>
  harness.events.filter(({ type }) => type === "permission.decided").map(({ data }) => data);

test.each<readonly [unknown, string]>([
  [{ verdict: "deny", reason: "not today" }, "not today"],
  [{ verdict: "deny" }, "denied by test-plugin-1"],
  [{ verdict: "denied" }, "denied by test-plugin-1"],
  [{}, "denied by test-plugin-1"],
  [true, "denied by claw"],
  ["allow", "denied by claw"],
])("permit > %j does not run the call", async (decision, reason) => {
  const ran: unknown[] = [];
  await using harness = await createHarness({ plugins: [put(ran), permits(() => decision)] });
  const result = await harness.call("put", { to: "there" });
  expect([text(result.content), result.failed, ran]).toEqual([reason, true, []]);
});

test.each<readonly [string, () => unknown]>([
  ["throws", () => JSON.parse("{")],
  ["rejects", () => Promise.reject(new Error("rules are broken"))],
  ["answers null", () => null],
  ["does not settle in time", () => new Promise(() => {})],
])("permit > a tap that %s denies, each time anew", async (_, decide) => {
  const ran: unknown[] = [];
  await using harness = await createHarness({ plugins: [put(ran), permits(decide)], config: { limits: { hookMs: 20 } } });
  for (const _ of [1, 2]) expect(text((await harness.call("put", { to: "there" })).content)).toStartWith("not run: the permission check failed: ");
  expect(ran).toEqual([]);
});

test("permit > the first opinion wins, and is announced with who had it", async () => {
  const plugins = [put([]), permits(() => undefined), permits(() => ({ verdict: "allow" })), permits(() => ({ verdict: "deny", reason: "late" }))];
  await using harness = await createHarness({ plugins });
  const result = await harness.call("put", { to: "there" });
  expect(text(result.content)).toBe("put");
  const decision = { verdict: "allow" };
  expect(decided(harness)).toEqual([{ id: expect.any(String), tool: "put", subject: "there", decision, by: "test-plugin-2" }]);
});

test("permit > what was judged is frozen, and is what runs", async () => {
  const [ran, judged]: [unknown[], ToolCall[]] = [[], []];
  const sly = permits((call) => {
    judged.push(call);
    expect(() => {
      (call.input as { deep: { list: string[] } }).deep.list.push("more");
    }).toThrow(TypeError);
    return { verdict: "allow" };
  });
  await using harness = await createHarness({ plugins: [put(ran), sly] });
  await harness.call("put", { to: "there", deep: { list: ["one"] } });
  expect(ran).toEqual([{ to: "there", deep: { list: ["one"] } }]);
  expect(ran[0] === judged[0]?.input).toBe(true);
});

test("callInput > what it rewrites is validated and judged again", async () => {
  const ran: unknown[] = [];
  const rewrites = definePlugin({
    setup({ hooks }) {
      hooks.callInput.tap((call) => ({ ...call, input: { to: (call.input as { to: string }).to.slice(0, -1) } }));
    },
  });
  await using harness = await createHarness({ plugins: [put(ran), rewrites, permits(() => ({ verdict: "allow" }))] });
  expect(text((await harness.call("put", { to: "abc" })).content)).toBe("put");
  expect(text((await harness.call("put", { to: "ab" })).content)).toStartWith("invalid input for put: to: ");
  expect(ran).toEqual([{ to: "ab" }]);
  expect(decided(harness)).toMatchObject([{ subject: "ab" }]);
});

test("validate > a key that the tool does not know is called that", async () => {
  await using harness = await createHarness({ plugins: [put([])] });
  expect(text((await harness.call("put", { to: "abc", form: 1 })).content)).toBe("invalid input for put: form: unknown key");
});

test("ask > the answer decides, `session` and `always` are offered only with rules, and what is no choice is no", async () => {
  const ran: unknown[] = [];
  const asks = permits(({ subject }) => ({ verdict: "ask", question: "Put it there?", ...(subject === "ruled" && { rules: ["put(*)"] }) }));
  const answers = ["yes", "always", "always", { choice: "no", text: "use the other one" }];
  await using harness = await createHarness({ plugins: [put(ran), asks], answers });
  const said: string[] = [];
  for (const to of ["plain", "ruled", "plain", "plain"]) said.push(text((await harness.call("put", { to })).content));
  expect(said).toEqual(["put", "put", "tool 'put' denied by the user", "denied by the user: use the other one"]);
  expect(harness.questions.map(({ choices, rules }) => ({ choices, rules }))).toEqual([
    { choices: ["yes", "no"], rules: undefined },
    { choices: ["yes", "session", "always", "no"], rules: ["put(*)"] },
    { choices: ["yes", "no"], rules: undefined },
    { choices: ["yes", "no"], rules: undefined },
  ]);
  expect(decided(harness)).toMatchObject([
    { by: "user", answer: "yes", decision: { verdict: "allow" } },
    { by: "user", answer: "always", decision: { verdict: "allow" }, rules: ["put(*)"] },
    { by: "user", answer: "always", decision: { verdict: "deny" } },
    { by: "user", answer: "no", decision: { verdict: "deny", reason: "denied by the user: use the other one" } },
  ]);
});

/** Several calls in one message. */
const several = (tool: string, ...subjects: readonly string[]): Reply => ({
  content: subjects.map((to) => ({ type: "call", id: to, tool, input: { to } })),
  stop: "calls",
});

test("run > calls that write run one at a time, and what reads after them sees what they did", async () => {
  const log: string[] = [];
  const slow = definePlugin({
    setup({ contribute }) {
      const input = v.strictObject({ to: v.string() });
      const run = async ({ to }: { readonly to: string }) => {
        log.push(`start ${to}`);
        await Bun.file(import.meta.path).text();
        log.push(`end ${to}`);
        return { content: [] };
      };
      const access = ({ to }: { readonly to: string }): Access => (to === "read" ? "read" : "write");
      contribute("tool", defineTool({ name: "slow", description: "writes", input, access, subject: () => "", run }));
    },
  });
  await using harness = await createHarness({
    plugins: [slow, permits(() => ({ verdict: "allow" }))],
    script: [several("slow", "first", "second", "read"), says("ok")],
  });
  await harness.submit("go");
  expect(log).toEqual(["start first", "end first", "start second", "end second", "start read", "end read"]);
});

test("ask > one question at a time, also for calls that could run together", async () => {
  const log: string[] = [];
  const input = v.strictObject({ to: v.string() });
  const fetches = definePlugin({
    setup({ contribute }) {
      const run = async () => ({ content: [] });
      contribute("tool", defineTool({ name: "fetch", description: "fetches", input, access: () => "network", subject: ({ to }) => to, run }));
    },
  });
  const ask: Ask = {
    async choose({ call }) {
      log.push(`ask ${call?.subject}`);
      await Bun.file(import.meta.path).text();
      log.push(`said ${call?.subject}`);
      return { choice: "yes" };
    },
  };
  await using harness = await createHarness({ plugins: [fetches], script: [several("fetch", "first", "second"), says("ok")] });
  const shell = await harness.host.open({ ask });
  await shell.submit({ text: "go" });
  expect(log).toEqual(["ask first", "said first", "ask second", "said second"]);
});

test("run > what has not begun at the abort does not run", async () => {
  const ran: unknown[] = [];
  await using harness = await createHarness({
    plugins: [put(ran), permits(() => ({ verdict: "allow" }))],
    script: [several("put", "first", "second"), says("never")],
  });
  harness.host.bus.on("call.started", () => harness.shell.abort("enough"));
  expect(await harness.submit("go")).toEqual({ kind: "aborted", reason: "enough" });
  expect(ran).toEqual([{ to: "first" }]);
});

test("bounded > abort ends a turn whose gate does not settle", async () => {
  const ran: unknown[] = [];
  const stuck = permits(() => new Promise(() => {}));
  await using harness = await createHarness({ plugins: [put(ran), stuck], script: [calls("put", { to: "there" }), says("never")] });
  harness.host.bus.on("loop.moved", ({ data }) => {
    if (data.to === "calling") harness.shell.abort("enough");
  });
  expect(await harness.submit("go")).toEqual({ kind: "aborted", reason: "enough" });
  expect(harness.shell.session.messages.at(-1)?.content).toMatchObject([{ type: "result", failed: true }]);
  expect(ran).toEqual([]);
});

test("run > a result with lone surrogates is well-formed in the session and in events", async () => {
  const input = v.strictObject({});
  const run = async () => ({ content: [{ type: "text", text: "a\ud800b" }] as const });
  const odd = definePlugin({
    setup: ({ contribute }) =>
      void contribute("tool", defineTool({ name: "odd", description: "is odd", input, access: () => "none", subject: () => "", run })),
  });
  await using harness = await createHarness({ plugins: [odd] });
  expect(text((await harness.call("odd", {})).content)).toBe("a\ufffdb");
  expect(JSON.stringify(harness.shell.session.messages).isWellFormed()).toBe(true);
});

test("run > what a tool throws passes callResult as any result does", async () => {
  const input = v.strictObject({});
  const run = () => Promise.reject(new Error("the secret is abc"));
  const leaky = definePlugin({
    setup({ contribute, hooks }) {
      contribute("tool", defineTool({ name: "leaky", description: "leaks", input, access: () => "none", subject: () => "", run }));
      hooks.callResult.tap((result) => ({ ...result, content: [{ type: "text", text: text(result.content).replace("abc", "***") }] }));
    },
  });
  await using harness = await createHarness({ plugins: [leaky] });
  const result = await harness.call("leaky", {});
  expect([text(result.content), result.failed]).toEqual(["the secret is ***", true]);
  expect(harness.events.find(({ type }) => type === "call.ended")?.data).toMatchObject({ failed: true, content: result.content });
});
