import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type AnyEvent, type Decision, definePlugin, defineTool, type Plugin, type Request, type Shell } from "claw";
import { calls, createHarness, type Reply, says } from "claw/testing";
import * as v from "valibot";

/** A tool that writes nothing, and tells what scope it ran in. */
function telling(told: unknown[]): Plugin {
  return definePlugin({
    setup({ contribute }) {
      const tool = defineTool({
        name: "put",
        description: "puts nothing anywhere",
        input: v.strictObject({}),
        access: () => "write",
        subject: () => "",
        async run(_, { cwd, session, selection, settings }) {
          told.push({ cwd, folder: session.cwd, session: session.id, mode: selection["permission-mode"], greeting: settings("greeting")[0]?.value });
          return { content: [] };
        },
      });
      contribute("tool", tool);
    },
  });
}
/** Two modes, one for each verdict. */
const modes = definePlugin({
  setup({ contribute }) {
    const mode = (name: string, decision: Decision) => contribute("permission-mode", { name, summary: "for tests", decide: () => decision });
    mode("always", { verdict: "allow" });
    mode("never", { verdict: "deny", reason: "not in this mode" });
  },
});
const results = ({ session }: Shell) => session.messages.flatMap(({ content }) => content.filter((block) => block.type === "result"));

test("open > two sessions at once have their own folder, mode, model, settings and events", async () => {
  const told: unknown[] = [];
  const reply = ({ model, messages }: Request): Reply => (messages.length < 3 ? calls("put", {}) : says(`done by ${model.id}`));
  await using harness = await createHarness({
    plugins: [telling(told), modes],
    script: [reply, reply, reply, reply],
    options: { trust: true },
    files: { "one/.git/HEAD": "", "one/.claw/settings.json": '{ "greeting": "hello" }', "two/x": "" },
  });
  const { host, workspace, events } = harness;
  const one = await host.open({ cwd: "one", selection: { model: "small", "permission-mode": "always" } });
  const two = await host.open({ cwd: join(workspace, "two"), selection: { model: "large", "permission-mode": "never" } });
  expect(await Promise.all([one.submit({ text: "1" }), two.submit({ text: "2" })])).toEqual([{ kind: "completed" }, { kind: "completed" }]);

  expect([one, two].map(({ session }) => session.cwd)).toEqual([join(workspace, "one"), join(workspace, "two")]);
  const mode = "always";
  expect(told).toEqual([{ cwd: join(workspace, "one"), folder: join(workspace, "one"), session: one.session.id, mode, greeting: "hello" }]);
  expect([one, two].map((shell) => results(shell).map(({ failed }) => failed))).toEqual([[false], [true]]);
  expect([one, two].map(({ session }) => session.messages.at(-1)?.content)).toEqual([
    [{ type: "text", text: "done by small" }],
    [{ type: "text", text: "done by large" }],
  ]);
  const ofTurns = events.filter(({ type }) => /^(turn|step|call|message|permission|loop)\./.test(type));
  expect(new Set(ofTurns.map(({ session }) => session))).toEqual(new Set([one.session.id, two.session.id]));
  const own = (shell: Shell, type: AnyEvent["type"]) => events.filter((event) => event.type === type && event.session === shell.session.id);
  for (const shell of [one, two]) expect(own(shell, "turn.ended")).toHaveLength(1);
  expect([own(one, "call.started").length, own(two, "call.started").length]).toEqual([1, 0]);
  await Promise.all([one.close(), two.close()]);
});

test("open > a change of one session's selection is no other's", async () => {
  await using harness = await createHarness({ plugins: [modes] });
  const [one, two] = [await harness.host.open(), await harness.host.open()];
  const before = two.selection;
  one.select({ model: "other", "permission-mode": "never" });
  expect(one.selection).toEqual({ provider: "script", model: "other", compactor: "none", "permission-mode": "never" });
  expect(two.selection).toEqual(before);
  const changed = harness.events.filter(({ type }) => type === "selection.changed");
  expect(changed.map(({ session, data }) => [session, data])).toEqual([[one.session.id, one.selection]]);
});

test("open > an abort of one session is no other's", async () => {
  const never = new Promise(() => {});
  await using harness = await createHarness({ plugins: [], script: [{ parts: [{ type: "text", delta: "x" }, never] }, says("ok")] });
  const [one, two] = [await harness.host.open(), await harness.host.open()];
  const began = Promise.withResolvers<void>();
  harness.host.bus.on("text.delta", () => began.resolve());
  const first = one.submit({ text: "1" });
  await began.promise;
  expect(await two.submit({ text: "2" })).toEqual({ kind: "completed" });
  one.abort("enough");
  expect(await first).toEqual({ kind: "aborted", reason: "enough" });
});

test("open > announces the session with where it comes from", async () => {
  await using harness = await createHarness({ plugins: [] });
  await mkdir(join(harness.workspace, "sub"));
  const shell = await harness.host.open({ cwd: "sub", id: "given-id", parent: "parent-id", agent: "explorer" });
  const { type, session, source, data } = harness.events.at(-1)!;
  expect(shell.session.id).toBe("given-id");
  expect({ type, session, source, data } as unknown).toEqual({
    type: "session.opened",
    session: "given-id",
    source: "claw",
    data: { cwd: join(harness.workspace, "sub"), resumed: false, parent: "parent-id", agent: "explorer" },
  });
});

test("open > `tools` narrows and `system` comes first", async () => {
  const adds = definePlugin({
    setup({ hooks }) {
      hooks.draft.tap((draft) => ({ ...draft, system: [...draft.system, "added"] }));
    },
  });
  await using harness = await createHarness({ plugins: [telling([]), adds], script: [calls("put", {}), says("ok")] });
  const shell = await harness.host.open({ tools: [], system: ["you are small"] });
  await shell.submit({ text: "go" });
  expect(harness.requests[0]).toMatchObject({ system: ["you are small", "added"], tools: [] });
  expect(results(shell)[0]).toMatchObject({ failed: true, content: [{ text: "unknown tool: put. Known tools: " }] });
});

test("open > an unknown permission mode is CLAW_CONTRIBUTION_MISSING, with what is near; so it is in `select`", async () => {
  await using harness = await createHarness({ plugins: [modes] });
  const opened = harness.host.open({ selection: { "permission-mode": "alwais" } });
  const error = { code: "CLAW_CONTRIBUTION_MISSING", message: "unknown permission-mode: alwais", info: { hint: 'Did you mean "always"?' } };
  await expect(opened).rejects.toMatchObject(error);
  const before = harness.shell.selection;
  expect(() => harness.shell.select({ "permission-mode": "alwais" })).toThrow(expect.objectContaining(error));
  expect(harness.shell.selection).toEqual(before);
});

test("open > what a folder that nobody trusts says of a plugin does not count", async () => {
  const seen: unknown[] = [];
  const config = v.strictObject({ size: v.optional(v.number(), 3) });
  const setup = (ctx: { readonly config: unknown }) => void seen.push(ctx.config);
  const sized = { name: "sized", version: "1.0.0", load: async () => ({ default: definePlugin({ config, setup }) }) };
  const files = { ".claw/settings.json": '{ "plugins": { "sized": { "size": 9 } } }' };
  for (const options of [{}, { trust: true }]) await (await createHarness({ plugins: [sized], files, options }))[Symbol.asyncDispose]();
  expect(seen).toEqual([{ size: 3 }, { size: 9 }]);
});

test("run > runs the frontend that config names, with the words, and gives its exit code", async () => {
  const { boot } = await import("./boot.ts");
  const seen: unknown[] = [];
  const face = definePlugin({
    setup({ contribute }) {
      contribute("frontend", {
        name: "face",
        async run(words, host) {
          seen.push(words, host.names("frontend"));
          return 7;
        },
      });
    },
  });
  const picks = { provider: "", model: "", compactor: "", permissionMode: "", frontend: "face", store: "", renderers: [] };
  const given = { name: "face", version: "1.0.0", manifest: { api: 1, contributes: { frontend: ["face"] } } } as const;
  await using kernel = boot({
    ...{ cwd: "/", home: "/", env: {}, options: {}, words: ["hi", "there"], warnings: ["w"], layers: {} },
    plugins: [{ ...given, load: async () => ({ default: face }) }],
    config: { ...picks, plugins: {}, limits: {} },
    folder: async (cwd) => ({ cwd, layers: {} }),
    slice: async () => ({}),
    suggest: () => "",
    lost: (error) => {
      throw error;
    },
  });
  expect(await kernel.run()).toBe(7);
  expect(seen).toEqual([["hi", "there"], ["face"]]);
  expect(kernel.host.warnings()).toEqual(["w"]);
});

test("dispose > shutdown taps run together, and one that does not settle holds nobody up", async () => {
  const closed: string[] = [];
  const closes = (name: string, work: () => Promise<void>): Plugin =>
    definePlugin({
      setup({ hooks }) {
        hooks.shutdown.tap(async () => {
          await work();
          closed.push(name);
        });
      },
    });
  const lost: unknown[] = [];
  await (async () => {
    const plugins = [closes("stuck", () => new Promise(() => {})), closes("quick", async () => {})];
    await using harness = await createHarness({ plugins, config: { limits: { hookMs: 20 } } });
    harness.host.bus.on("plugin.failed", ({ data }) => lost.push(data.code, data.hook));
  })();
  expect({ closed, lost }).toEqual({ closed: ["quick"], lost: ["CLAW_HOOK_TIMEOUT", "shutdown"] });
});
