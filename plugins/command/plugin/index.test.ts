// The command with the real store and packages in folders: what is shown, asked, written and told.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CommandOutcome } from "claw";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

const PLUGINS = ["command/plugin", "feature/plugin-store", "feature/processes", "feature/workspace"];
await using contract = await createHarness({ plugins: PLUGINS });
commandContract(await contract.host.get("command", "plugin"), {
  valid: [[], ["list"], ["add", "x", "--yes"], ["update", "--check"], ["sync", "--frozen"], ["doctor"]],
  invalid: [["add"], ["add", "--yes"], ["remove"], ["why"], ["info", "-g"]],
});

async function harness(more: Partial<Parameters<typeof createHarness>[0]> = {}): Promise<Harness> {
  return createHarness({ plugins: PLUGINS, config: { plugins: { "@claw/feature-plugin-store": { trial: false } } }, ...more });
}
const code = (tool: string): string => `
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
export default definePlugin({ setup({ contribute }) {
  contribute("tool", defineTool({ name: "${tool}", description: "A tool for tests.", input: v.strictObject({}), access: () => "none", subject: () => "", run: async () => ({ content: [] }) }));
} });`;
function plugin(kernel: Harness, name: string, version = "1.0.0", claw: object = {}): string {
  const folder = join(kernel.workspace, name);
  const pack = { name, version, exports: "./index.ts", claw: { api: 1, contributes: { tool: [`${name}_tool`] }, ...claw } };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(pack));
  writeFileSync(join(folder, "index.ts"), code(`${name}_tool`));
  return `./${name}`;
}
async function run(kernel: Harness, ...words: string[]): Promise<CommandOutcome & { readonly data?: unknown; readonly notice?: string }> {
  return kernel.shell.run(await kernel.host.get("command", "plugin"), words);
}
const index = (kernel: Harness): string => join(kernel.home, "plugins", "index.json");

test("add > shows what it is and fails with nobody to ask; nothing is written", async () => {
  await using kernel = await harness();
  const source = plugin(kernel, "echo", "1.0.0", { capabilities: { net: ["a.com"], fs: true }, hooks: { permit: "normal" } });
  const error = await run(kernel, "add", source).then(String, (thrown: Error & { code: string }) => `${thrown.code} ${thrown.message}`);
  for (const part of [
    "CLAW_USAGE",
    "echo 1.0.0",
    "folder: ",
    "tool echo_tool; hooks on permit",
    "fs; net a.com",
    "say in which calls run",
    "all of your rights",
  ])
    expect(error).toContain(part);
  expect(existsSync(index(kernel))).toBe(false);
});

test("add > what a package says of itself cannot look like a row of ours, nor move the cursor", async () => {
  await using kernel = await harness();
  const source = plugin(kernel, "sly", "1.0.0", { capabilities: { net: ["x\n  Declares  nothing"], exec: ["\u001b[2Jgit\u202e"] } });
  const pack = join(kernel.workspace, "sly", "package.json");
  writeFileSync(pack, JSON.stringify({ ...JSON.parse(readFileSync(pack, "utf8")), description: "Nice.\n  Declares  nothing\u0007" }));
  const error = await run(kernel, "add", source).then(String, (thrown: Error) => thrown.message);
  expect(error.match(/^ +Declares /gm)).toHaveLength(1);
  expect(error).toContain("exec git; net x Declares nothing");
  expect(error).not.toMatch(/[\u0007\u001b\u202e]/);
});

test("add > asks, and heeds the answer", async () => {
  await using kernel = await harness({ answers: ["no", "yes"] });
  const source = plugin(kernel, "echo");
  await expect(run(kernel, "add", source)).rejects.toMatchObject({ code: "CLAW_ABORTED" });
  expect(existsSync(index(kernel))).toBe(false);
  expect(await run(kernel, "add", source)).toMatchObject({ kind: "done", data: { action: "add", plugins: [{ name: "echo", enabled: true }] } });
  expect(kernel.questions).toHaveLength(2);
});

test("add > all or none", async () => {
  await using kernel = await harness();
  const source = plugin(kernel, "echo");
  await expect(run(kernel, "add", source, "./nowhere", "--yes")).rejects.toMatchObject({ code: "CLAW_USAGE" });
  expect(existsSync(index(kernel))).toBe(false);
});

test("list, info, enable, disable, remove", async () => {
  await using kernel = await harness();
  for (const name of ["echo", "sum"]) await run(kernel, "add", plugin(kernel, name), "--yes");
  expect(await run(kernel)).toMatchObject({ data: { summary: { total: 2, enabled: 2, disabled: 0, load_failures: 0 } } });
  await run(kernel, "disable", "sum");
  expect(await run(kernel, "list")).toMatchObject({
    data: {
      plugins: [
        { name: "echo", kind: "tool", contributes: { tool: ["echo_tool"] } },
        { name: "sum", enabled: false, state: "disabled" },
      ],
    },
  });
  expect((await run(kernel, "list")).notice).toMatch(/^on {3}echo .*\noff {2}sum /);
  expect((await run(kernel, "info", "sum")).notice).toContain("Integrity   sha512-");
  expect((await run(kernel, "why", "sum_tool")).notice).toContain("sum 1.0.0, which is switched off");
  await run(kernel, "enable", "sum");
  await run(kernel, "remove", "echo", "sum");
  expect(await run(kernel, "list")).toMatchObject({ data: { plugins: [] } });
  await expect(run(kernel, "remove", "sum")).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("disable and enable > of a bundled plugin are the user's settings", async () => {
  await using kernel = await harness();
  const settings = (): Record<string, unknown> => JSON.parse(readFileSync(join(kernel.home, "settings.json"), "utf8")).plugins;
  await run(kernel, "disable", "@claw/feature-workspace");
  expect(settings()["@claw/feature-workspace"]).toBe(false);
  await run(kernel, "enable", "@claw/feature-workspace");
  expect(settings()).not.toContainKey("@claw/feature-workspace");
  await expect(run(kernel, "disable", "@claw/feature-plugin-store")).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("update > takes what wants no more; holds the rest until --yes, with code 2", async () => {
  await using kernel = await harness();
  for (const name of ["calm", "greedy"]) await run(kernel, "add", plugin(kernel, name, "1.0.0", { capabilities: { net: ["a.com"] } }), "--yes");
  expect(await run(kernel, "update")).toMatchObject({ kind: "done", notice: "Everything is current." });
  plugin(kernel, "calm", "1.1.0", { capabilities: { net: ["a.com"] } });
  plugin(kernel, "greedy", "1.1.0", { capabilities: { net: ["a.com", "b.com"], exec: true } });
  expect(await run(kernel, "update", "--check")).toMatchObject({ kind: "done", data: { count: 2 } });
  expect(await run(kernel, "update")).toMatchObject({
    ...{ kind: "exit", code: 2 },
    data: { updated: [{ name: "calm", version: "1.1.0" }], held: [{ name: "greedy", wider: ["exec", "net b.com"] }] },
  });
  expect(await run(kernel, "update", "greedy", "--yes")).toMatchObject({ kind: "done", data: { updated: [{ version: "1.1.0" }], held: [] } });
});

test("why > says which plugin adds what; an unknown word is told", async () => {
  await using kernel = await harness();
  expect((await run(kernel, "why", "plugin")).notice).toContain("command plugin is from @claw/command-plugin");
  await expect(run(kernel, "why", "plugn")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.stringContaining('"plugin"') } });
  await expect(run(kernel, "lst")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.stringContaining('"list"') } });
  await expect(run(kernel, "list", "--al")).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("doctor > a fault ends it with 1", async () => {
  await using kernel = await harness();
  await run(kernel, "add", plugin(kernel, "echo"), "--yes");
  expect(await run(kernel, "doctor")).toMatchObject({ kind: "done" });
  writeFileSync(index(kernel), "{");
  expect(await run(kernel, "doctor")).toMatchObject({ kind: "exit", code: 1, data: { faults: [{ mended: false }] } });
  expect(await run(kernel, "doctor", "--repair")).toMatchObject({ kind: "done", data: { faults: [{ mended: true }] } });
  expect(existsSync(dirname(index(kernel)))).toBe(true);
});

test("isolate > is kept in the store, shown, kept over an update, and taken back by the user alone", async () => {
  await using kernel = await harness();
  await run(kernel, "add", plugin(kernel, "apart", "1.0.0", { isolate: true, hooks: { permit: "normal" } }), "--yes");
  expect((await run(kernel, "info", "apart")).notice).toContain("it can do what it declares, and no more");
  // A version that no longer asks for it does not thereby get out.
  await run(kernel, "add", plugin(kernel, "apart", "1.1.0"), "--yes");
  expect(await run(kernel, "list")).toMatchObject({ data: { plugins: [{ version: "1.1.0", isolated: true }] } });
  const off = await run(kernel, "isolate", "--off", "apart");
  expect([off.notice, off.data]).toMatchObject([
    expect.stringContaining("all of your rights"),
    { action: "isolate", isolated: false, plugins: [{ isolated: false }] },
  ]);
  expect((await run(kernel, "info", "apart")).notice).toContain("no: it runs inside claw");
  const on = await run(kernel, "isolate", "apart");
  expect([on.notice, JSON.parse(readFileSync(index(kernel), "utf8")).plugins[0].isolated]).toEqual([
    expect.stringContaining("no files, network"),
    true,
  ]);
});

test("isolate > says what is refused, and refuses what cannot be", async () => {
  await using kernel = await harness();
  await run(kernel, "add", plugin(kernel, "hooked", "1.0.0", { hooks: { permit: "normal" } }), "--yes");
  expect((await run(kernel, "isolate", "hooked")).notice).toContain("only tools and commands cross over: hook permit");
  await run(kernel, "add", plugin(kernel, "bare", "1.0.0", { contributes: {} }), "--yes");
  await expect(run(kernel, "isolate", "bare")).rejects.toThrow("adds neither tools nor commands");
  const asked = await run(kernel, "add", plugin(kernel, "caged", "1.0.0", { isolate: true })).catch((error: Error) => error);
  expect(String(asked)).toContain("It is isolated: inside the sandbox it can do what it declares, and no more.");
});
