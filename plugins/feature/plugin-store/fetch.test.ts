// Getting packages: from a registry on loopback, from git, tarballs and folders, good and bad.
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRegistry, type Entry, type Release, tarball } from "./testing/registry.ts";
import { CODE, createRig, entries, pack, type Rig, release } from "./testing/rig.ts";

const GOOD: readonly Release[] = [
  release("@me/echo", "1.0.0", { capabilities: ["net"] }, { dependencies: { dep: "^1.0.0" }, peerDependencies: { claw: "^9.0.0" } }),
  release("dep", "1.2.0", null, { scripts: { install: "touch ran", postinstall: "touch ran" } }),
  release("scripted", "1.0.0", {}, { scripts: { preinstall: "touch ../ran", postinstall: "touch ../ran" } }),
  {
    ...release("paths", "1.0.0"),
    entries: [...entries(pack("paths", "1.0.0")), { name: "package/../../../ran", text: "x" }, { name: "/tmp/ran", text: "x" }],
  },
];
const BAD: readonly Release[] = [
  release("@me/echo", "1.0.0"),
  { ...release("wrong", "1.0.0"), integrity: `sha512-${Buffer.alloc(64, 1).toString("base64")}` },
  { ...release("lying", "1.0.0"), entries: entries(pack("other", "1.0.0")) },
  release("bare", "1.0.0", null),
  release("later", "1.0.0", { api: 2 }),
  release("engine", "1.0.0", {}, { engines: { claw: ">=99" } }),
  release("gone-entry", "1.0.0", {}, { exports: "./lib/none.ts" }),
  release("escaping", "1.0.0", {}, { exports: "../../../x.ts" }),
  { ...release("big", "1.0.0"), entries: [...entries(pack("big", "1.0.0")), { name: "package/big", text: new Uint8Array(3_000_000) }] },
];

async function refusal({ store, scope, root }: Rig, source: string): Promise<string> {
  const error = await store.stage(source, "user", scope).then(
    () => ({ message: "no error", code: "" }),
    (thrown: Error & { code: string }) => thrown,
  );
  expect(existsSync(join(root, ".staging")) ? readdirSync(join(root, ".staging")) : []).toEqual([]);
  expect(await store.list(scope)).toEqual([]);
  return `${error.code} ${error.message}`;
}

describe("stage and install", () => {
  test("from a registry > with what it needs, locked, no script run, no claw of somebody else's", async () => {
    await using rig = await createRig();
    rig.registry.publish(...GOOD);
    const added = await rig.add("@me/echo@^1");
    expect(added).toMatchObject({
      ...{ name: "@me/echo", version: "1.0.0", sort: "npm", source: "@me/echo@^1", resolved: "1.0.0", enabled: true, publisher: "somebody" },
      ...{ dependencies: { dep: "1.2.0" }, capabilities: { net: ["*"] }, entry: "index.ts" },
    });
    expect(readdirSync(join(added.path, "..", "..")).sort()).toEqual(["@me", "dep"]);
    expect(readdirSync(join(added.path, "..", "..", "dep"))).not.toContain("ran");
    expect(readFileSync(join(added.path, "..", "..", "..", "bun.lock"), "utf8")).toContain("sha512-");
  });

  test("from the cache when the registry is gone > with a warning", async () => {
    await using rig = await createRig();
    const { store } = rig;
    const own = createRegistry();
    own.publish(release("cached", "1.0.0"));
    const at = { ...rig.scope, env: { ...rig.kernel.host.env, BUN_CONFIG_REGISTRY: own.url } };
    await (await store.stage("cached", "user", at))[Symbol.asyncDispose]();
    await own.stop();
    await using staged = await store.stage("cached", "user", at);
    expect(staged.warnings.join()).toContain("from the cache");
    await expect(store.stage("never-seen", "user", at)).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED" });
  });

  test("from a folder > copied without its history and modules; a new one takes the old one's place, on or off as that was", async () => {
    await using rig = await createRig();
    rig.write({
      "mine/package.json": JSON.stringify(pack("mine", "1.0.0")),
      "mine/index.ts": CODE,
      "mine/.git/HEAD": "",
      "mine/node_modules/x/index.js": "",
    });
    const first = await rig.add("./mine");
    expect(readdirSync(first.path).sort()).toEqual(["index.ts", "package.json"]);
    const { store } = rig;
    await store.enable([first], false, rig.scope);
    rig.write({ "mine/package.json": JSON.stringify(pack("mine", "1.1.0", { capabilities: { exec: ["git"] } })) });
    const staged = await store.stage("./mine", "user", rig.scope);
    expect([staged.before?.version, staged.wider]).toEqual(["1.0.0", ["exec git"]]);
    await store.install([staged], rig.scope);
    expect(await store.list(rig.scope)).toMatchObject([{ name: "mine", version: "1.1.0", enabled: false }]);
  });

  test("from git > at a branch, tag or commit", async () => {
    await using rig = await createRig();
    rig.write({ "repo/package.json": JSON.stringify(pack("from-git", "1.0.0")), "repo/index.ts": CODE });
    const git = (...words: string[]): string =>
      Bun.spawnSync(["git", "-c", "user.name=x", "-c", "user.email=x@y", ...words], { cwd: join(rig.kernel.workspace, "repo") })
        .stdout.toString()
        .trim();
    for (const words of [
      ["init", "-q", "-b", "main"],
      ["add", "."],
      ["commit", "-qm", "x"],
      ["tag", "v1"],
    ])
      git(...words);
    const commit = git("rev-parse", "HEAD");
    rig.write({ "repo/package.json": JSON.stringify(pack("from-git", "2.0.0")) });
    git("commit", "-qam", "y");
    const url = `file://${rig.kernel.workspace}/repo`;
    expect((await rig.add(url)).version).toBe("2.0.0");
    for (const ref of ["v1", commit]) expect(await rig.add(`${url}#${ref}`)).toMatchObject({ version: "1.0.0", resolved: commit, sort: "git" });
    await expect(rig.add(`${url}#nowhere`)).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED" });
  });

  test("from a tarball", async () => {
    await using rig = await createRig();
    writeFileSync(join(rig.kernel.workspace, "a.tgz"), tarball(release("packed", "3.0.0")));
    expect(await rig.add("./a.tgz")).toMatchObject({
      name: "packed",
      version: "3.0.0",
      sort: "tarball",
      resolved: expect.stringMatching(/^sha512-/),
    });
  });
});

describe("stage refuses", () => {
  test.each<[string, RegExp]>([
    ["nowhere-to-be-found", /CLAW_TOOL_FAILED the registry has no package/],
    ["@me/echo@7", /CLAW_TOOL_FAILED @me\/echo has no version 7/],
    ["wrong", /CLAW_TOOL_FAILED .*[Ii]ntegrity/],
    ["lying", /CLAW_MANIFEST_INVALID the registry says lying@1.0.0, and the package in it says other@1.0.0/],
    ["bare", /CLAW_MANIFEST_INVALID .*no field "claw"/],
    ["later", /CLAW_PLUGIN_API_MISMATCH/],
    ["engine", /CLAW_PLUGIN_API_MISMATCH plugin engine is for claw >=99/],
    ["gone-entry", /CLAW_MANIFEST_INVALID .*no such file/],
    ["escaping", /CLAW_MANIFEST_INVALID .*no such file/],
    ["big", /CLAW_TOOL_FAILED .*too large/],
    ["./nothing-here", /CLAW_USAGE there is nothing at/],
    ["not a name", /CLAW_USAGE not a package/],
    ["x@npm:y", /CLAW_USAGE not a package/],
  ])("%s", async (source, why) => {
    await using rig = await createRig({ bytes: 2_000_000 });
    rig.registry.publish(...BAD);
    expect(await refusal(rig, source)).toMatch(why);
  });

  test.each<[string, Entry[], RegExp]>([
    ["a name that leads out", [{ name: "package/../../ran", text: "x" }], /leads out of it/],
    ["an absolute name", [{ name: "/tmp/claw-ran", text: "x" }], /leads out of it/],
    ["a symbolic link", [{ name: "package/l", link: "/etc/passwd" }], /a link or a device/],
    ["a hard link", [{ name: "package/l", link: "/etc/passwd", hard: true }], /a link or a device/],
    ["one name twice", [{ name: "package/index.ts", text: "evil" }], /twice/],
    ["more than fits", [{ name: "package/big", text: new Uint8Array(9_000_000) }], /too large/],
  ])("a tarball with %s", async (_name, more, why) => {
    await using rig = await createRig({ bytes: 2_000_000 });
    const bytes = tarball({ pack: pack("evil", "1.0.0"), entries: [...entries(pack("evil", "1.0.0")), ...more] });
    writeFileSync(join(rig.kernel.workspace, "evil.tgz"), bytes);
    expect(await refusal(rig, "./evil.tgz")).toMatch(why);
    expect(existsSync("/tmp/claw-ran")).toBe(false);
    writeFileSync(join(rig.kernel.workspace, "evil.tgz"), bytes.slice(0, bytes.length / 2));
    expect(await refusal(rig, "./evil.tgz")).toMatch(/CLAW_MANIFEST_INVALID|too large/);
  });

  test("a folder with a link", async () => {
    await using rig = await createRig();
    rig.write({ "mine/package.json": JSON.stringify(pack("mine", "1.0.0")), "mine/index.ts": CODE });
    symlinkSync("/etc", join(rig.kernel.workspace, "mine", "etc"));
    expect(await refusal(rig, "./mine")).toMatch(/etc is a link/);
  });

  test("names that lead out, from a registry > are put inside, and scripts do not run", async () => {
    await using rig = await createRig();
    rig.registry.publish(...GOOD);
    for (const name of ["paths", "scripted"]) {
      const { path, root } = await rig.add(name);
      expect(path.startsWith(root)).toBe(true);
      expect([existsSync(join(path, "..", "ran")), existsSync("/tmp/ran"), existsSync(join(rig.kernel.home, "ran"))]).toEqual([false, false, false]);
    }
  });
});
