// Marketplaces, and packages of other families from them.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { createHarness } from "claw/testing";
import { CODE, createRig, pack, type Rig, release } from "./testing/rig.ts";

const SKILL = "---\nname: tidy\ndescription: Tidies when asked.\n---\nTidy.\n";
function market(rig: Rig, plugins: readonly object[]): void {
  rig.write({
    "market/.claude-plugin/marketplace.json": JSON.stringify({ name: "team", owner: { name: "Ann" }, plugins }),
    "market/plugins/tidy/.claude-plugin/plugin.json": JSON.stringify({ name: "tidy", version: "1.0.0" }),
    "market/plugins/tidy/skills/tidy/SKILL.md": SKILL,
    "market/plugins/tidy/hooks/hooks.json": '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}}',
    "market/plugins/tidy/.mcp.json": '{"mcpServers":{"local":{"command":"node"},"far":{"type":"http","url":"https://mcp.example.com/x"}}}',
    "market/plugins/plain/skills/tidy/SKILL.md": SKILL,
    "market/plugins/own/package.json": JSON.stringify(pack("@me/own", "2.0.0")),
    "market/plugins/own/index.ts": CODE,
  });
}

test("marketplaces > of a folder: added, listed, installed from, updated, removed", async () => {
  await using rig = await createRig();
  const { store, scope } = rig;
  market(rig, [
    { name: "tidy", source: "./plugins/tidy", description: "Tidies" },
    { name: "plain", source: "./plugins/plain", version: "3.0.0", description: "No manifest" },
    { name: "own", source: "./plugins/own" },
    { name: "from-npm", source: { source: "npm", package: "listed-one", version: "1.0.0" } },
    { name: "out", source: "../../etc" },
    { name: "odd", source: { source: "settings" } },
  ]);
  symlinkSync("/etc", join(rig.kernel.workspace, "market/plugins/link"));
  rig.registry.publish(release("listed-one", "1.0.0"), release("listed-one", "2.0.0"));
  expect(await store.addMarketplace("./market", scope)).toMatchObject({
    name: "team",
    plugins: [{ name: "tidy", description: "Tidies" }, {}, {}, {}, {}, {}],
  });
  expect(await rig.add("tidy@team")).toMatchObject({
    ...{ name: "tidy", version: "1.0.0", source: "tidy@team", family: "claude", capabilities: { exec: ["*"], net: ["mcp.example.com"] } },
    ...{ brings: { skills: ["tidy"], hooks: ["Stop"], servers: ["far", "local"] }, manifest: { activate: "start" } },
  });
  expect(await rig.add("plain@team")).toMatchObject({ name: "plain", version: "3.0.0", brings: { skills: ["tidy"] }, capabilities: {} });
  expect(existsSync(join(rig.kernel.workspace, "market/plugins/plain/.claude-plugin"))).toBe(false);
  expect(await rig.add("own@team")).toMatchObject({ name: "@me/own", version: "2.0.0", source: "own@team" });
  expect(await rig.add("from-npm@team")).toMatchObject({ name: "listed-one", version: "1.0.0", sort: "npm" });
  for (const name of ["out", "odd"]) await expect(rig.add(`${name}@team`)).rejects.toMatchObject({ code: "CLAW_MANIFEST_INVALID" });
  await expect(rig.add("tdiy@team")).rejects.toMatchObject({ code: "CLAW_USAGE", message: "team has no plugin tdiy" });
  rig.write({ "market/plugins/own/package.json": JSON.stringify(pack("@me/own", "2.1.0")) });
  const own = (await store.list(scope)).filter(({ name }) => name === "@me/own");
  expect(await store.outdated(own, scope)).toHaveLength(1);
  expect(await store.updateMarketplaces([], scope)).toMatchObject([{ name: "team" }]);
  await store.removeMarketplace("team", scope);
  expect(await store.marketplaces(scope)).toEqual([]);
  await expect(store.removeMarketplace("team", scope)).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("marketplaces > of a repository: cloned, and fetched anew", async () => {
  await using rig = await createRig();
  const { store, scope } = rig;
  market(rig, [
    { name: "tidy", source: "./plugins/tidy" },
    { name: "inner", source: { source: "git-subdir", url: `file://${rig.kernel.workspace}/market`, path: "plugins/own" } },
    { name: "astray", source: { source: "git-subdir", url: `file://${rig.kernel.workspace}/market`, path: "nowhere" } },
  ]);
  const git = (...words: string[]): number =>
    Bun.spawnSync(["git", "-c", "user.name=x", "-c", "user.email=x@y", ...words], { cwd: join(rig.kernel.workspace, "market") }).exitCode;
  for (const words of [
    ["init", "-q", "-b", "main"],
    ["add", "."],
    ["commit", "-qm", "x"],
  ])
    expect(git(...words)).toBe(0);
  await store.addMarketplace(`file://${rig.kernel.workspace}/market`, scope);
  expect((await rig.add("tidy@team")).version).toBe("1.0.0");
  expect(await rig.add("inner@team")).toMatchObject({ name: "@me/own", sort: "git", resolved: expect.stringMatching(/^[0-9a-f]{40}$/) });
  await expect(rig.add("astray@team")).rejects.toMatchObject({ code: "CLAW_MANIFEST_INVALID" });
  rig.write({ "market/.claude-plugin/marketplace.json": JSON.stringify({ name: "team", plugins: [] }) });
  expect(git("commit", "-qam", "y")).toBe(0);
  expect(await store.updateMarketplaces(["team"], scope)).toMatchObject([{ name: "team", plugins: [] }]);
});

test("addMarketplace > refuses what is none", async () => {
  await using rig = await createRig();
  const { store, scope } = rig;
  rig.write({ "a/x": "", "b/.claude-plugin/marketplace.json": "{", "c/.claude-plugin/marketplace.json": '{"name":"../x","plugins":[]}' });
  for (const folder of ["./a", "./b", "./c"])
    await expect(store.addMarketplace(folder, scope)).rejects.toMatchObject({ code: "CLAW_MANIFEST_INVALID" });
  await expect(store.addMarketplace("nothing-like-it", scope)).rejects.toMatchObject({ code: "CLAW_USAGE" });
  expect(await store.marketplaces(scope)).toEqual([]);
});

test("a manifest of claw-code > its tools are commands: input on stdin, permission as it says; hooks as command lines", async () => {
  await using rig = await createRig();
  const echo = {
    name: "shout",
    description: "Shouts.",
    inputSchema: { type: "object" },
    command: "./shout.sh",
    args: ["!"],
    requiredPermission: "read-only",
  };
  const bad = { ...echo, name: "fails", command: "sh", args: ["-c", "echo why >&2; exit 3"] };
  const manifest = { name: "shouting", version: "1.0.0", description: "x", tools: [echo, bad], hooks: { PreToolUse: ["true"] } };
  rig.write({ "shouting/plugin.json": JSON.stringify(manifest), "shouting/shout.sh": '#!/bin/sh\necho "$(cat) $CLAWD_TOOL_NAME $1"\n' });
  chmodSync(join(rig.kernel.workspace, "shouting/shout.sh"), 0o755);
  const added = await rig.add("./shouting");
  expect(added).toMatchObject({
    manifest: { contributes: { tool: ["shout", "fails"] } },
    brings: { hooks: ["PreToolUse"] },
    capabilities: { exec: ["*"] },
  });
  rig.write({ "broken/plugin.json": JSON.stringify({ ...manifest, name: "broken", tools: [{ ...echo, requiredPermission: "all" }] }) });
  await expect(rig.add("./broken")).rejects.toMatchObject({ code: "CLAW_MANIFEST_INVALID" });
  const { hooks: _, ...hookless } = manifest;
  rig.write({
    "plain/plugin.json": JSON.stringify({ ...hookless, name: "plain" }),
    "plain/shout.sh": readFileSync(join(added.path, "shout.sh"), "utf8"),
  });
  chmodSync(join(rig.kernel.workspace, "plain/shout.sh"), 0o755);
  const plugins = [join(rig.kernel.workspace, "plain"), "feature/processes", "feature/workspace", "permission-mode/allow"];
  await using kernel = await createHarness({ plugins, config: { permissionMode: "allow" } });
  expect(await kernel.call("shout", { text: "hey" })).toMatchObject({ failed: false, content: [{ text: '{"text":"hey"} shout !' }] });
  expect(await kernel.call("fails", {})).toMatchObject({ failed: true, content: [{ text: "why" }] });
});
