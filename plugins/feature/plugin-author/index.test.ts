import { afterAll, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CommandOutcome, definePlugin } from "claw";
import { PluginAuthor } from "claw/kit";
import { createHarness, type HarnessOptions, pluginContract } from "claw/testing";
import * as v from "valibot";
import { writeStandIn } from "./dev.ts";

pluginContract(import.meta.dir);

const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-author-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What `claw plugin` does with an author's words. */
const command = definePlugin({
  setup({ contribute }) {
    contribute("command", {
      name: "plugin",
      summary: "for a test",
      args: v.array(v.string()) as never,
      run: async (words: unknown, scope) => (await scope.use(PluginAuthor)).run(words as string[], { ...scope, cwd: root }),
    });
  },
});
async function plugin(words: readonly string[], options: Partial<HarnessOptions> = {}): Promise<CommandOutcome> {
  await using harness = await createHarness({ plugins: [command, import.meta.dir, "feature/processes", "feature/workspace"], ...options });
  return await harness.shell.run(await harness.host.get("command", "plugin"), words);
}
const noticeOf = (outcome: CommandOutcome): string => (outcome.kind === "prompt" ? outcome.text : (outcome.notice ?? ""));
const dataOf = (outcome: CommandOutcome) => (outcome.kind === "prompt" ? {} : outcome.data) as Record<string, unknown>;

const KINDS = ["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend", "feature"];

test.each(KINDS)(
  "plugin > new --kind %s: tests pass, and check finds nothing",
  async (kind) => {
    const name = `my-${kind}-one`;
    const made = await plugin(["new", name, "--kind", kind]);
    expect(dataOf(made)).toMatchObject({ status: "ok", path: join(root, name) });
    const tested = await plugin(["test", name]);
    expect(noticeOf(tested)).toContain("0 fail");
    expect(tested.kind).toBe("done");
    const checked = await plugin(["check", name]);
    expect(dataOf(checked)).toMatchObject({
      status: "ok",
      errors: 0,
      findings: [],
      contract: { failed: 0 },
      measured: { system: expect.any(Number) },
    });
    const code = readFileSync(join(root, name, "index.ts"), "utf8");
    expect(code).toContain(kind === "tool" ? '"my_tool_one"' : name);
  },
  60_000,
);

test("plugin > check tells what is wrong, and ends with 1", async () => {
  await plugin(["new", "bad-one"]);
  const file = join(root, "bad-one", "package.json");
  const pack = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const bad = { ...pack, version: "one", keywords: [], dependencies: { claw: "1.0.0" }, scripts: { postinstall: "true" } };
  writeFileSync(file, JSON.stringify({ ...bad, claw: { api: 1, contributes: { tool: ["other"] } } }));
  const outcome = await plugin(["check", "bad-one"]);
  expect(outcome).toMatchObject({ kind: "exit", code: 1 });
  for (const part of [
    "version is no semantic version",
    "claw-plugin",
    "postinstall",
    "comes from the binary",
    "adds tool bad_one, against its manifest",
  ])
    expect(noticeOf(outcome)).toContain(part);
}, 30_000);

test("plugin > check tries a plugin that needs services of others beside stand-ins", async () => {
  await plugin(["new", "needy-one"]);
  const file = join(root, "needy-one", "package.json");
  const pack = JSON.parse(readFileSync(file, "utf8")) as { claw: object };
  const needs = ["claw.processes@1", "claw.web@1", "claw.inspect@1"];
  writeFileSync(file, JSON.stringify({ ...pack, claw: { ...pack.claw, needs } }));
  expect(dataOf(await plugin(["check", "needy-one"]))).toMatchObject({
    status: "ok",
    errors: 0,
    contract: { failed: 0 },
    measured: { tools: { needy_one: expect.any(Number) } },
  });
}, 30_000);

test("plugin > test ends with 1 when a test fails, and says which", async () => {
  await plugin(["new", "red-one"]);
  appendFileSync(join(root, "red-one", "index.test.ts"), '\ntest("red > on purpose", () => expect(1).toBe(2));\n');
  const outcome = await plugin(["test", "red-one"]);
  expect(outcome).toMatchObject({ kind: "exit", code: 1, data: { failed: 1 } });
  expect(noticeOf(outcome)).toContain("red > on purpose");
}, 30_000);

test("plugin > pack writes the tarball that npm would, without tests and without the SDK", async () => {
  await plugin(["new", "@me/packed-one"]);
  const { path, files } = dataOf(await plugin(["pack", "packed-one"])) as { path: string; files: string[] };
  expect([path, existsSync(path)]).toEqual([join(root, "me-packed-one-0.1.0.tgz"), true]);
  expect(files.sort()).toEqual(["README.md", "index.ts", "package.json"]);
}, 30_000);

test("plugin > publish shows what it sends, and asks; nobody to ask is an error", async () => {
  await plugin(["new", "sent-one"]);
  const shown = dataOf(await plugin(["publish", "sent-one", "--dry-run"]));
  expect(shown).toMatchObject({ published: false, name: "sent-one", version: "0.1.0" });
  await expect(plugin(["publish", "sent-one"])).rejects.toMatchObject({
    code: "CLAW_USAGE",
    message: expect.stringContaining("Nobody can be asked"),
  });
  await expect(plugin(["publish", "sent-one"], { answers: ["no"] })).rejects.toMatchObject({ code: "CLAW_ABORTED" });
}, 30_000);

test("plugin > publish sends it to the registry of the user's npm configuration", async () => {
  const sent: { path: string; token: string | null; body: { versions?: Record<string, { name: string }> } }[] = [];
  await using registry = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const path = new URL(request.url).pathname;
      if (request.method === "PUT") sent.push({ path, token: request.headers.get("authorization"), body: (await request.json()) as never });
      return Response.json({ ok: true });
    },
  });
  await plugin(["new", "real-one"]);
  writeFileSync(join(root, "real-one", ".npmrc"), `registry=${registry.url}\n//${registry.url.host}/:_authToken=\${MY_TOKEN}\n`);
  const env = { PATH: process.env["PATH"] ?? "", HOME: root, MY_TOKEN: "t0ken" };
  expect(dataOf(await plugin(["publish", "real-one", "--yes"], { env }))).toMatchObject({ published: true });
  expect(sent).toMatchObject([{ path: "/real-one", token: "Bearer t0ken", body: { versions: { "0.1.0": { name: "real-one" } } } }]);
}, 30_000);

test.each<[readonly string[], string]>([
  [["new"], "wants one name"],
  [["new", "../up"], "not a name"],
  [["new", "Big"], "not a name"],
  [["new", "x", "--kind", "tol"], "no kind"],
  [["new", "x", "--kind"], "wants a value"],
  [["check", "nowhere"], "no folder"],
  [["pack", ".", "--outt", "x"], "unknown option"],
  [["nuw"], "unknown word"],
])("plugin > %j is a usage error", async (words, said) => {
  await expect(plugin(words)).rejects.toMatchObject({ code: "CLAW_USAGE", message: expect.stringContaining(said) });
});

test("plugin > new does not touch a folder that is there", async () => {
  await plugin(["new", "twice-one"]);
  await expect(plugin(["new", "twice-one"])).rejects.toMatchObject({ message: expect.stringContaining("there already") });
});

test("host > a saved file is in force within the same session; a broken one changes nothing; state is handed over", async () => {
  await plugin(["new", "live-one"]);
  const folder = join(root, "live-one");
  const code = (answer: string): string => `import { definePlugin, defineTool } from "claw";
import { handover } from "claw/kit";
import * as v from "valibot";
import { answer } from "./answer.ts";
export default definePlugin({
  setup(ctx) {
    const counts = handover(ctx, "counts", () => ({ calls: 0 }));
    ctx.contribute("tool", defineTool({
      name: "live_one", description: "Tells.", input: v.strictObject({}), access: () => "none", subject: () => "",
      run: async () => ({ content: [{ type: "text", text: answer + "${answer}" + ++counts.calls }] }),
    }));
  },
});`;
  writeFileSync(join(folder, "answer.ts"), 'export const answer = "a";');
  writeFileSync(join(folder, "index.ts"), code("x"));
  const stand = mkdtempSync(join(root, "stand-"));
  await writeStandIn(folder, stand);
  // In the binary, `claw` comes from it; here the stand-in finds that of the test.
  mkdirSync(join(stand, "node_modules"));
  symlinkSync(dirname(Bun.resolveSync("claw/package.json", import.meta.dir)), join(stand, "node_modules", "claw"));
  symlinkSync(dirname(Bun.resolveSync("valibot/package.json", import.meta.dir)), join(stand, "node_modules", "valibot"));
  await using harness = await createHarness({ plugins: [stand, import.meta.dir, "feature/processes", "feature/workspace"] });
  const seen = (type: string, after: number): Promise<unknown> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = harness.events.slice(after).find((event) => (event.type as string) === type);
        if (found === undefined) setTimeout(look, 5);
        else resolve(found.data);
      };
      look();
    });
  const said = async (): Promise<unknown> => ((await harness.call("live_one", {})).content[0] as { text: string }).text;
  expect(await said()).toBe("ax1");
  let mark = harness.events.length;
  writeFileSync(join(folder, "answer.ts"), 'export const answer = "b";');
  expect((await seen("plugin.reloaded", mark)) as { ms: number }).toMatchObject({ plugin: "live-one", ms: expect.any(Number) });
  expect(await said()).toBe("bx2");
  mark = harness.events.length;
  writeFileSync(join(folder, "index.ts"), "this is {{ no program");
  expect(await seen("notice.raised", mark)).toMatchObject({ level: "warn", text: expect.stringContaining("the last version runs on") });
  expect(await said()).toBe("bx3");
  mark = harness.events.length;
  writeFileSync(join(folder, "index.ts"), code("y"));
  await seen("plugin.reloaded", mark);
  expect(await said()).toBe("by4");
  // The same tools, byte for byte: the cached prefix holds.
  const tools = new Set(harness.requests.map((request) => JSON.stringify(request.tools)));
  expect(tools.size).toBe(1);
}, 30_000);

test("dev > in a session that runs, tools join it: a session can write itself one and use it in the next turn", async () => {
  await plugin(["new", "joined-one"]);
  await plugin(["new", "hooked-one", "--kind", "feature"]);
  const route = definePlugin({
    setup({ hooks, get }) {
      hooks.route.tap(async ({ text }) =>
        text.startsWith("/plugin ") ? { to: "command", command: await get("command", "plugin"), words: text.split(" ").slice(1) } : undefined,
      );
    },
  });
  await using harness = await createHarness({
    plugins: [command, route, import.meta.dir, "feature/processes", "feature/workspace"],
    files: { "notes.md": "a b" },
  });
  await harness.submit("hello");
  await harness.submit(`/plugin dev ${join(root, "joined-one")}`);
  expect(await harness.call("joined_one", { path: "notes.md" })).toMatchObject({ content: [{ type: "text", text: "2" }] });
  expect(harness.requests.map(({ tools }) => tools.map(({ name }) => name))).toEqual([[], ["joined_one"], ["joined_one"]]);
  expect(await harness.submit(`/plugin dev ${join(root, "hooked-one")}`)).toMatchObject({
    kind: "failed",
    error: { code: "CLAW_USAGE", message: expect.stringContaining("only tools can join") },
  });
});
