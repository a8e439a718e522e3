import { expect, test } from "bun:test";
import { ClawError, type CommandOutcome, type Draft, defineCommand, definePlugin, defineTool, type Part, type Plugin, type TurnScope } from "claw";
import { createSession } from "claw/kit";
import { calls, createHarness, type Harness, says } from "claw/testing";
import * as v from "valibot";

const notices = ({ events }: Harness) => events.flatMap((event) => (event.type === "notice.raised" ? [event.data] : []));
const look = definePlugin({
  setup({ contribute }) {
    const run = async () => ({ content: [{ type: "text", text: "seen" }] as const });
    const input = v.strictObject({});
    contribute("tool", defineTool({ name: "look", description: "looks", input, access: () => "read", subject: () => "", run }));
  },
});
/** A command that hands its scope to `work`. */
function scoped(work: (scope: TurnScope) => Promise<CommandOutcome> | CommandOutcome) {
  return defineCommand({ name: "scoped", summary: "for tests", args: v.array(v.string()), run: async (_, scope) => work(scope) });
}
/** A store that cannot keep what `fails` says. */
const failing = (fails: (count: number) => boolean): Plugin =>
  definePlugin({
    setup({ contribute }) {
      let count = 0;
      const keep = (): void => {
        count += 1;
        if (fails(count)) throw new Error("no space left on device");
      };
      contribute("store", {
        name: "failing",
        open: async ({ cwd }) => createSession({ id: "s", cwd, entries: [], keep }),
        list: async () => [],
      });
    },
  });

test("keep > a store that fails gives one notice, and the turn goes on in memory", async () => {
  const script = [calls("look", {}), says("done")];
  await using harness = await createHarness({ plugins: [look, failing(() => true)], script, config: { store: "failing" } });
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  expect(harness.shell.session.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  const text = "The session could not be saved, and goes on in memory: no space left on device";
  expect(notices(harness)).toEqual([{ level: "error", text }]);
});

test("keep > says so when it is saved again", async () => {
  const plugins = [failing((count) => count === 2)];
  await using harness = await createHarness({ plugins, script: [says("a"), says("b")], config: { store: "failing" } });
  await harness.submit("one");
  await harness.submit("two");
  expect(notices(harness).map(({ level }) => level)).toEqual(["error", "info"]);
});

test("draft > is what the next request carries, and sends nothing", async () => {
  const adds = definePlugin({
    setup({ hooks }) {
      hooks.draft.tap((draft) => ({ ...draft, system: [...draft.system, "be brief"], tools: draft.tools.filter((name) => name !== "hidden") }));
    },
  });
  let drafted: Draft | undefined;
  const command = scoped(async (scope) => {
    drafted = await scope.draft();
    return { kind: "done" };
  });
  await using harness = await createHarness({ plugins: [look, adds], script: [says("hello")] });
  await harness.submit("hi");
  expect(await harness.shell.run(command, [])).toEqual({ kind: "done" });
  expect(drafted).toEqual({ system: ["be brief"], messages: [...harness.shell.session.messages], tools: ["look"] });
  expect(harness.requests).toHaveLength(1);
});

test("select > in the middle of a turn takes effect in the next step", async () => {
  await using harness = await createHarness({ plugins: [look], script: [calls("look", {}), says("done")] });
  harness.host.bus.on("call.started", () => harness.shell.select({ model: "other" }));
  await harness.submit("go");
  expect(harness.requests.map(({ model }) => model.id)).toEqual(["default", "other"]);
  const steps = harness.events.flatMap((event) => (event.type === "step.ended" ? [event.data.model] : []));
  expect(steps).toEqual(["default", "other"]);
});

test("select > a change while the model streams does not reach that step", async () => {
  await using harness = await createHarness({ plugins: [look], script: [calls("look", {}), says("done")] });
  const modes: string[] = [];
  harness.host.bus.on("step.started", () => harness.shell.select({ model: "late" }));
  harness.host.bus.on("step.ended", ({ data }) => modes.push(data.model));
  await harness.submit("go");
  expect(modes).toEqual(["default", "late"]);
});

test("select > another provider in the middle of a step is for the next one", async () => {
  const other: string[] = [];
  const provider = definePlugin({
    setup({ contribute }) {
      const model = { id: "m", context: 1_000, maxOutput: 10 };
      contribute("provider", {
        name: "other",
        models: async () => [model],
        resolve: async () => model,
        async *stream({ model: { id } }) {
          other.push(id);
          const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
          yield { type: "finish", stop: "done", usage, content: [{ type: "text", text: "from the other" }] };
        },
      });
    },
  });
  await using harness = await createHarness({ plugins: [look, provider], script: [calls("look", {})] });
  harness.host.bus.on("step.started", () => harness.shell.select({ provider: "other" }));
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  expect([harness.requests.length, other]).toEqual([1, ["m"]]);
});

test("submit > a model that the provider does not know leaves nothing behind", async () => {
  const strict = definePlugin({
    setup({ contribute }) {
      const resolve = async (name: string): Promise<never> => {
        throw new ClawError("CLAW_MODEL_UNKNOWN", `unknown model "${name}"`);
      };
      const stream = async function* (): AsyncGenerator<Part> {};
      contribute("provider", { name: "strict", models: async () => [], resolve, stream });
    },
  });
  await using harness = await createHarness({ plugins: [strict], config: { provider: "strict", model: "gpt" } });
  expect(await harness.submit("go")).toMatchObject({ kind: "failed", error: { code: "CLAW_MODEL_UNKNOWN" } });
  expect(harness.shell.session.messages).toEqual([]);
});

test("abort > what a provider goes on to send is not announced", async () => {
  const parts = ["a", "b", "c"].map((delta) => ({ type: "text", delta }) as const);
  await using harness = await createHarness({ plugins: [], script: [{ parts }] });
  const heard: string[] = [];
  harness.host.bus.on("text.delta", ({ data }) => {
    heard.push(data.delta);
    if (data.delta === "b") harness.shell.abort("enough");
  });
  expect(await harness.submit("go")).toEqual({ kind: "aborted", reason: "enough" });
  expect(heard).toEqual(["a", "b"]);
});

test("submit > a second turn at once is CLAW_BUG, and the first goes on", async () => {
  await using harness = await createHarness({ plugins: [], script: [says("one")] });
  const first = harness.submit("one");
  await expect(harness.submit("two")).rejects.toMatchObject({ code: "CLAW_BUG" });
  expect(await first).toEqual({ kind: "completed" });
  expect(await harness.submit("three")).toEqual({ kind: "completed" });
});

test("run > words that do not parse are CLAW_USAGE, and the session is free again", async () => {
  const args = v.tuple([v.picklist(["on", "off"])]);
  const command = defineCommand({ name: "switch", summary: "for tests", args, run: async ([word]) => ({ kind: "done", notice: word }) });
  await using harness = await createHarness({ plugins: [] });
  const hint = "See `claw help switch`.";
  await expect(harness.shell.run(command, ["up"])).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint } });
  expect(await harness.shell.run(command, ["on"])).toEqual({ kind: "done", notice: "on" });
});

test("run > what is wrong with several words in the same way is said once", async () => {
  const args = v.array(v.picklist(["on", "off"], "say on or off"));
  const command = defineCommand({ name: "switch", summary: "for tests", args, run: async () => ({ kind: "done" }) });
  await using harness = await createHarness({ plugins: [] });
  await expect(harness.shell.run(command, ["up", "down"])).rejects.toMatchObject({ message: "switch: say on or off" });
});

test("run > abort reaches a command, and what it throws is thrown", async () => {
  await using harness = await createHarness({ plugins: [] });
  const waits = scoped(({ signal }) => {
    queueMicrotask(() => harness.shell.abort("stop it"));
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error(String(signal.reason)))));
  });
  await expect(harness.shell.run(waits, [])).rejects.toThrow("stop it");
});

test("run > beside a running turn a command shares its signal, and the turn goes on", async () => {
  await using harness = await createHarness({ plugins: [], script: [says("one")] });
  const seen: AbortSignal[] = [];
  const command = scoped(({ signal }) => {
    seen.push(signal);
    return { kind: "done" };
  });
  const beside = Promise.withResolvers<unknown>();
  harness.host.bus.on("step.started", () => beside.resolve(Promise.all([harness.shell.run(command, []), harness.shell.run(command, [])])));
  expect(await harness.submit("go")).toEqual({ kind: "completed" });
  expect(await beside.promise).toEqual([{ kind: "done" }, { kind: "done" }]);
  expect(seen[0]).toBe(seen[1]!);
});

test("scope > has the session's own folder, selection and signal, and nobody to ask unless somebody was given", async () => {
  const seen: TurnScope[] = [];
  const command = scoped((scope) => {
    seen.push(scope);
    return { kind: "done" };
  });
  await using harness = await createHarness({ plugins: [], answers: [] });
  await harness.shell.run(command, []);
  const other = await harness.host.open();
  await other.run(command, []);
  const [asked, alone] = seen;
  expect([asked?.cwd, asked?.session === harness.shell.session, asked?.selection]).toEqual([harness.workspace, true, harness.shell.selection]);
  expect([typeof asked?.ask, alone?.ask]).toEqual(["object", undefined]);
  expect(asked?.signal === alone?.signal).toBe(false);
});

test("scope > a kept session brings its own folder", async () => {
  const keeper = definePlugin({
    setup({ contribute }) {
      const open = async () => createSession({ id: "kept", cwd: "/somewhere/else", entries: [] });
      contribute("store", { name: "keeper", open, list: async () => [] });
    },
  });
  await using harness = await createHarness({ plugins: [keeper], config: { store: "keeper" } });
  const seen: string[] = [];
  const command = scoped(({ cwd }) => {
    seen.push(cwd);
    return { kind: "done" };
  });
  await harness.shell.run(command, []);
  expect(seen).toEqual(["/somewhere/else"]);
});

test("close > ends a running turn and announces the end of the session", async () => {
  const never = new Promise(() => {});
  await using harness = await createHarness({ plugins: [], script: [{ parts: [{ type: "text", delta: "x" }, never] }] });
  const shell = await harness.host.open();
  harness.host.bus.on("text.delta", () => void shell.close());
  expect(await shell.submit({ text: "go" })).toEqual({ kind: "aborted", reason: "closed" });
  const closed = harness.events.filter(({ type }) => type === "session.closed");
  expect(closed.map(({ session, data }) => [session, data])).toEqual([[shell.session.id, {}]]);
});
