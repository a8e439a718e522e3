import { expect, test } from "bun:test";
import { join } from "node:path";
import { type Command, defineCommand, definePlugin, defineService, defineTool, type Loadable, type Manifest, type Plugin } from "claw";
import { createHarness, type Harness, says } from "claw/testing";
import * as v from "valibot";

const Greeting = defineService<{ greet(): string }>("test.greeting@1");
const command = (name: string): Command =>
  defineCommand({ name, summary: "for tests", args: v.array(v.string()), run: async () => ({ kind: "done", notice: name }) });
/** A plugin with a manifest. */
function listed(name: string, manifest: Omit<Manifest, "api">, plugin: Plugin["setup"] | Plugin, load?: Loadable["load"]): Loadable {
  const made = definePlugin(typeof plugin === "function" ? { setup: plugin } : plugin);
  return { name, version: "1.2.3", manifest: { api: 1, ...manifest }, load: load ?? (async () => ({ default: made })) };
}
/** A plugin that works, to see that the rest goes on. */
const sound = listed("sound", { contributes: { command: ["sound"] }, hooks: { draft: "normal" } }, ({ contribute, hooks }) => {
  contribute("command", command("sound"));
  hooks.draft.tap((draft) => ({ ...draft, system: [...draft.system, "sound"] }));
});
/** A tool that only reads. */
const reader = listed("reader", { contributes: { tool: ["look"] } }, ({ contribute }) => {
  const input = v.strictObject({});
  const run = async () => ({ content: [{ type: "text", text: "seen" }] as const });
  contribute("tool", defineTool({ name: "look", description: "looks", input, access: () => "read", subject: () => "", run }));
});
async function restGoesOn({ host, submit, requests }: Harness): Promise<void> {
  expect((await host.get("command", "sound")).name).toBe("sound");
  expect(await submit("go on")).toEqual({ kind: "completed" });
  expect(requests.at(-1)?.system).toContain("sound");
}
/** How a plugin stands, with the codes of what was announced of it. */
function standing({ host, events }: Harness, plugin: string) {
  const { state, problem } = host.plugins().find(({ name }) => name === plugin)!;
  const failures = events.flatMap((event) => (event.type === "plugin.failed" && event.data.plugin === plugin ? [event.data.code] : []));
  return { state, problem, failures };
}

test("add > what manifests list is known without any code being loaded", async () => {
  const untouched = listed(
    "heavy",
    { contributes: { command: ["one", { name: "two", summary: "s", aliases: ["zwei"] }] } },
    () => {},
    () => {
      throw new Error("loaded");
    },
  );
  await using harness = await createHarness({ plugins: [untouched] });
  expect(harness.host.names("command")).toEqual(["one", "two"]);
  expect(standing(harness, "heavy")).toEqual({ state: "listed", problem: undefined, failures: [] });
});

test("activate > happens once, on first use, and is announced with its time", async () => {
  let setups = 0;
  const lazy = listed("lazy", { contributes: { command: ["lazy"] } }, ({ contribute }) => {
    setups += 1;
    contribute("command", command("lazy"));
  });
  await using harness = await createHarness({ plugins: [lazy] });
  expect(setups).toBe(0);
  const [one, two] = await Promise.all([harness.host.get("command", "lazy"), harness.host.get("command", "lazy")]);
  expect([setups, one === two]).toEqual([1, true]);
  const ms = expect.any(Number);
  expect(harness.events.filter(({ type }) => type === "plugin.loaded").map(({ data }) => data)).toContainEqual({ plugin: "lazy", ms });
  expect(harness.host.plugins().find(({ name }) => name === "lazy")).toMatchObject({ version: "1.2.3", source: "bundled", state: "active", ms });
});

test.each<readonly [string, Omit<Manifest, "api">, Plugin["setup"]]>([
  ["command extra", { contributes: { command: ["named"] } }, ({ contribute }) => void contribute("command", command("extra"))],
  ["a tap on route", { hooks: { draft: "normal" } }, ({ hooks }) => void hooks.route.tap(() => undefined)],
  ["service test.greeting@1", {}, ({ provide }) => void provide(Greeting, { greet: () => "hi" })],
  ["no named", { contributes: { command: ["named"] } }, () => {}],
])("activate > a plugin that adds %s, against its manifest, is off", async (what, manifest, setup) => {
  await using harness = await createHarness({ plugins: [listed("liar", manifest, setup), sound] });
  const problem = `plugin liar adds ${what}, against its manifest`;
  await expect(harness.host.activate("liar")).rejects.toMatchObject({ code: "CLAW_CONTRIBUTION_UNDECLARED", message: problem });
  expect(standing(harness, "liar")).toEqual({ state: "off", problem, failures: ["CLAW_CONTRIBUTION_UNDECLARED"] });
  await restGoesOn(harness);
});

const never = () => new Promise<never>(() => {});
const throws = () => {
  throw new Error("it broke");
};
test.each<readonly [string, Loadable, string, string]>([
  ["throws in setup", listed("bad", {}, throws), "CLAW_PLUGIN_LOAD_FAILED", "it broke"],
  ["rejects in setup", listed("bad", {}, async () => throws()), "CLAW_PLUGIN_LOAD_FAILED", "it broke"],
  ["never settles in setup", listed("bad", {}, never), "CLAW_HOOK_TIMEOUT", "setup of bad did not settle within 20 ms"],
  ["never loads", listed("bad", {}, throws, never), "CLAW_HOOK_TIMEOUT", "loading bad did not settle within 20 ms"],
  ["cannot be loaded", listed("bad", {}, throws, async () => throws()), "CLAW_PLUGIN_LOAD_FAILED", "it broke"],
  [
    "has no default export",
    listed("bad", {}, throws, async () => ({}) as { default: Plugin }),
    "CLAW_PLUGIN_LOAD_FAILED",
    "plugin bad has no default export made by definePlugin",
  ],
])("activate > a plugin that %s is off, said once, and the rest goes on", async (_, bad, code, problem) => {
  const hooks = { draft: "first", recover: "normal" } as const;
  const manifest = { api: 1, hooks, contributes: { command: ["bad"] }, provides: [Greeting.id] } as const;
  await using harness = await createHarness({ plugins: [{ ...bad, manifest }, sound], config: { limits: { activateMs: 20 } } });
  await expect(harness.host.get("command", "bad")).rejects.toMatchObject({ code, message: problem });
  await restGoesOn(harness);
  await restGoesOn(harness);
  expect(standing(harness, "bad")).toEqual({ state: "off", problem, failures: [code] });
});

test("activate > what a plugin added before it failed is undone, and it can add nothing afterwards", async () => {
  const late = Promise.withResolvers<unknown>();
  const slow = listed("slow", { provides: [Greeting.id], contributes: { command: ["slow"] } }, async ({ contribute, provide, bus }) => {
    provide(Greeting, { greet: () => "half" });
    await new Promise<void>((resolve) => bus.on("notice.raised", () => resolve()));
    try {
      contribute("command", command("slow"));
    } catch (thrown) {
      late.resolve(thrown);
    }
  });
  await using harness = await createHarness({ plugins: [slow], config: { limits: { activateMs: 20 } } });
  await expect(harness.host.use(Greeting)).rejects.toMatchObject({ code: "CLAW_HOOK_TIMEOUT" });
  await expect(harness.host.use(Greeting)).rejects.toMatchObject({ code: "CLAW_HOOK_TIMEOUT" });
  harness.host.bus.emit("notice.raised", { level: "info", text: "go on" });
  expect(await late.promise).toMatchObject({ code: "CLAW_PLUGIN_LOAD_FAILED", message: "plugin slow is off" });
});

test("start > a gate that cannot be activated denies every call", async () => {
  const guard = listed("guard", { hooks: { runner: "normal" } }, throws);
  await using harness = await createHarness({ plugins: [guard, sound, reader] });
  const result = await harness.call("look", {});
  expect(result).toMatchObject({ failed: true, content: [{ type: "text", text: "plugin guard failed in runner: the plugin is off" }] });
  await restGoesOn(harness);
});

test("start > a plugin without a manifest is what it adds", async () => {
  const plain = definePlugin({
    setup({ contribute, hooks, provide }) {
      contribute("command", command("plain"));
      hooks.draft.tap((draft) => ({ ...draft, system: ["plain"] }), "last");
      provide(Greeting, { greet: () => "hello" });
    },
  });
  await using harness = await createHarness({ plugins: [plain], script: [says("ok")] });
  expect(harness.host.names("command")).toEqual(["plain"]);
  expect((await harness.host.use(Greeting)).greet()).toBe("hello");
  await harness.submit("go");
  expect(harness.requests[0]?.system).toEqual(["plain"]);
});

test("find > two plugins with one name are both reachable, and a warning names both", async () => {
  const adds = (plugin: string) =>
    listed(plugin, { contributes: { command: ["go"] } }, ({ contribute }) => {
      contribute("command", { ...command("go"), summary: plugin });
    });
  await using harness = await createHarness({ plugins: [adds("one"), adds("@their/claw.two")] });
  const { host } = harness;
  expect(host.names("command")).toEqual(["go", "their_claw_two__go"]);
  expect((await host.get("command", "go")).summary).toBe("one");
  expect((await host.get("command", "their_claw_two__go")).summary).toBe("@their/claw.two");
  expect(host.warnings()).toEqual(['command "go" is in both one and @their/claw.two; the latter\'s is named "their_claw_two__go"']);
});

test("find > an alias leads to its contribution, unless something has it for a name", async () => {
  const aliases = (name: string, others: readonly string[]) =>
    listed(name, { contributes: { command: [{ name, aliases: others }] } }, ({ contribute }) => void contribute("command", command(name)));
  await using harness = await createHarness({ plugins: [aliases("first", ["f", "second"]), aliases("second", [])] });
  expect((await harness.host.get("command", "f")).name).toBe("first");
  expect((await harness.host.get("command", "second")).name).toBe("second");
});

test("find > an unknown name is CLAW_CONTRIBUTION_MISSING, with what is near, or all there is", async () => {
  await using harness = await createHarness({ plugins: [sound] });
  const missing = (name: string) => harness.host.get("command", name).catch((error) => ({ ...error.info, code: error.code, text: error.message }));
  const code = "CLAW_CONTRIBUTION_MISSING";
  expect(await missing("sonud")).toEqual({ code, text: "unknown command: sonud", hint: 'Did you mean "sound"?' });
  expect(await missing("zzz")).toEqual({ code, text: "unknown command: zzz", hint: "Known: sound." });
});

test("use > a service activates its plugin; one that nobody provides is CLAW_SERVICE_MISSING", async () => {
  const greeter = listed("greeter", { provides: [Greeting.id] }, ({ provide }) => void provide(Greeting, { greet: () => "hello" }));
  await using harness = await createHarness({ plugins: [greeter] });
  expect(standing(harness, "greeter").state).toBe("listed");
  expect((await harness.host.use(Greeting)).greet()).toBe("hello");
  expect(standing(harness, "greeter").state).toBe("active");
  const missing = harness.host.use(defineService("test.greeting@2"));
  await expect(missing).rejects.toMatchObject({ code: "CLAW_SERVICE_MISSING", message: "no plugin provides the service test.greeting@2" });
});

test("config > a plugin gets its slice parsed, with presets", async () => {
  const seen: unknown[] = [];
  const config = v.strictObject({ size: v.optional(v.number(), 3), word: v.string() });
  const sized = listed("sized", {}, definePlugin({ config, setup: (ctx) => void seen.push(ctx.config) }));
  await using harness = await createHarness({ plugins: [sized], config: { plugins: { sized: { word: "x" } } } });
  await harness.host.activate("sized");
  expect(seen).toEqual([{ size: 3, word: "x" }]);
});

test("config > a slice that is wrong names file, line and key, and only its plugin is off", async () => {
  const sized = listed("sized", {}, definePlugin({ config: v.strictObject({ size: v.number() }), setup: () => {} }));
  await using harness = await createHarness({ plugins: [sized, sound], config: { plugins: { sized: { size: "big" } } } });
  const problem = `${join(harness.home, "settings.json")}:1: plugins.sized.size → Invalid type: Expected number but received "big"`;
  await expect(harness.host.activate("sized")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID", message: problem });
  expect(standing(harness, "sized")).toEqual({ state: "off", problem, failures: ["CLAW_CONFIG_INVALID"] });
  await restGoesOn(harness);
});

test("config > a plugin without a schema takes none", async () => {
  const plain = listed("plain", {}, () => {});
  await using harness = await createHarness({ plugins: [plain], config: { plugins: { plain: { colour: "red" } } } });
  await expect(harness.host.activate("plain")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID", message: expect.stringContaining("colour") });
});

test("dispose > everything a plugin added is gone when the kernel is", async () => {
  const { host } = await (async () => {
    const greeter = listed(
      "greeter",
      { provides: [Greeting.id], contributes: { command: ["greet"] }, hooks: { route: "normal" } },
      ({ provide, contribute, hooks }) => {
        provide(Greeting, { greet: () => "hello" });
        contribute("command", command("greet"));
        hooks.route.tap(() => ({ to: "handled" }));
      },
    );
    await using harness = await createHarness({ plugins: [greeter] });
    expect((await harness.host.use(Greeting)).greet()).toBe("hello");
    expect((await harness.host.get("command", "greet")).name).toBe("greet");
    return harness;
  })();
  await expect(host.use(Greeting)).rejects.toMatchObject({ code: "CLAW_SERVICE_MISSING" });
  const gone = { code: "CLAW_CONTRIBUTION_MISSING", message: "command greet of greeter is gone" };
  await expect(host.get("command", "greet")).rejects.toMatchObject(gone);
});

test("dispose > one contribution can be taken back alone", async () => {
  const taken = Promise.withResolvers<Disposable>();
  const plain = definePlugin({ setup: ({ contribute }) => taken.resolve(contribute("command", command("brief"))) });
  await using harness = await createHarness({ plugins: [plain] });
  expect((await harness.host.get("command", "brief")).name).toBe("brief");
  (await taken.promise)[Symbol.dispose]();
  await expect(harness.host.get("command", "brief")).rejects.toMatchObject({ code: "CLAW_CONTRIBUTION_MISSING" });
});

test("contribute > a manifest's NAME* is not listed, and lets a plugin add and take back what begins so", async () => {
  const made = Promise.withResolvers<(name: string) => Disposable>();
  const growing = listed("growing", { contributes: { command: ["g_*"] } }, (ctx) => made.resolve((name) => ctx.contribute("command", command(name))));
  await using harness = await createHarness({ plugins: [growing] });
  const [add] = await Promise.all([made.promise, harness.host.activate("growing")]);
  expect(() => add("other")).toThrow("against its manifest");
  const added = add("g_one");
  expect(harness.host.names("command")).toEqual([(await harness.host.get("command", "g_one")).name]);
  added[Symbol.dispose]();
  expect(harness.host.names("command")).toEqual([]);
});
