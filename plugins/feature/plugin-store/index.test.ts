// The store on disk: changes by several, what is left over, what is broken, a project's lock.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pluginContract } from "claw/testing";
import { CODE, createRig, pack, release } from "./testing/rig.ts";

pluginContract(import.meta.dir);

describe("the store", () => {
  test("look-alikes > are warned of; names of the binary are refused", async () => {
    await using rig = await createRig();
    rig.write({ "a/package.json": JSON.stringify(pack("reviewer", "1.0.0")), "a/index.ts": CODE });
    rig.write({ "b/package.json": JSON.stringify(pack("revlewer", "1.0.0", { hooks: { permit: "normal" } })), "b/index.ts": CODE });
    rig.write({ "c/package.json": JSON.stringify(pack("@claw/feature-processes", "1.0.0")), "c/index.ts": CODE });
    await rig.add("./a");
    const { store } = rig;
    await using staged = await store.stage("./b", "user", rig.scope);
    expect(staged.warnings).toEqual(["Its name looks like that of reviewer, which is another plugin.", "It has a say in which calls run (permit)."]);
    await expect(store.stage("./c", "user", rig.scope)).rejects.toMatchObject({
      code: "CLAW_USAGE",
      message: expect.stringContaining("in the binary"),
    });
  });

  test("two that install at once > both are there", async () => {
    await using rig = await createRig();
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const name of names) rig.write({ [`${name}/package.json`]: JSON.stringify(pack(`one-${name}`, "1.0.0")), [`${name}/index.ts`]: CODE });
    await Promise.all(names.map((name) => rig.add(`./${name}`)));
    expect((await rig.store.list(rig.scope)).map(({ name }) => name)).toEqual(names.map((name) => `one-${name}`));
  });

  test("remove > with its files; what is left over goes at the next change, what was replaced stays for a while", async () => {
    await using rig = await createRig();
    rig.write({ "mine/package.json": JSON.stringify(pack("mine", "1.0.0")), "mine/index.ts": CODE });
    const first = await rig.add("./mine");
    const second = await rig.add("./mine");
    expect([existsSync(first.path), existsSync(second.path)]).toEqual([true, true]);
    const top = join(rig.root, first.folder.split("/").slice(0, 2).join("/"));
    utimesSync(top, new Date(0), new Date(0));
    mkdirSync(join(rig.root, ".staging", "999999999-dead"));
    await rig.store.remove([second], rig.scope);
    expect([readdirSync(join(rig.root, "packages")), readdirSync(join(rig.root, ".staging"))]).toEqual([[], []]);
  });

  test("check > finds changed and missing files, and makes a broken index anew with everything off", async () => {
    await using rig = await createRig();
    rig.write({ "mine/package.json": JSON.stringify(pack("@me/mine", "1.0.0")), "mine/index.ts": CODE });
    const added = await rig.add("./mine");
    const { store } = rig;
    expect(await store.check(false, rig.scope)).toEqual([]);
    writeFileSync(join(added.path, "index.ts"), "evil");
    expect(await store.check(false, rig.scope)).toMatchObject([{ mended: false, what: expect.stringContaining("not those that were installed") }]);
    writeFileSync(join(rig.root, "index.json"), '{"version":1,"plug');
    await expect(store.list(rig.scope)).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
    expect(await store.check(true, rig.scope)).toMatchObject([{ mended: true }]);
    expect(await store.list(rig.scope)).toMatchObject([{ name: "@me/mine", enabled: false }]);
    rmSync(added.path, { recursive: true });
    expect(await store.check(false, rig.scope)).toMatchObject([{ what: expect.stringContaining("files are gone") }]);
  });

  test("a project > has claw.lock; sync brings the same back, and refuses what is not", async () => {
    await using rig = await createRig();
    rig.write({ "mine/package.json": JSON.stringify(pack("mine", "1.0.0")), "mine/index.ts": CODE, ".git/HEAD": "" });
    rig.registry.publish(release("@me/echo", "1.0.0"));
    await rig.add("@me/echo", "project");
    await rig.add("./mine", "project");
    const lock = join(rig.kernel.workspace, "claw.lock");
    expect(Object.keys(JSON.parse(readFileSync(lock, "utf8")).plugins)).toEqual(["@me/echo", "mine"]);
    const { store } = rig;
    rmSync(join(rig.kernel.workspace, ".claw"), { recursive: true });
    const { staged } = await store.sync(true, rig.scope);
    expect(staged.map(({ plugin }) => plugin.source)).toEqual(["@me/echo", "./mine"]);
    const before = readFileSync(lock, "utf8");
    await store.install(staged, rig.scope);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual(JSON.parse(before));
    expect((await store.sync(true, rig.scope)).staged).toEqual([]);
    rmSync(join(rig.kernel.workspace, ".claw"), { recursive: true });
    rig.write({ "mine/index.ts": "export default { setup() { evil(); } };" });
    await expect(store.sync(true, rig.scope)).rejects.toMatchObject({
      code: "CLAW_STORE_FAILED",
      message: expect.stringContaining("not those that claw.lock names"),
    });
    rig.write({ "claw.lock": "{}" });
    await expect(store.sync(false, rig.scope)).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
  });

  test("a project that was cloned > what is pinned and not installed yet stays pinned when something is added or removed", async () => {
    await using rig = await createRig();
    for (const name of ["mine", "more"]) rig.write({ [`${name}/package.json`]: JSON.stringify(pack(name, "1.0.0")), [`${name}/index.ts`]: CODE });
    rig.write({ ".git/HEAD": "" });
    await rig.add("./mine", "project");
    const lock = join(rig.kernel.workspace, "claw.lock");
    const pinned = (): readonly string[] => Object.keys(JSON.parse(readFileSync(lock, "utf8")).plugins);
    rmSync(join(rig.kernel.workspace, ".claw"), { recursive: true });
    const more = await rig.add("./more", "project");
    expect(pinned()).toEqual(["mine", "more"]);
    await rig.store.remove([more], rig.scope);
    expect(pinned()).toEqual(["mine"]);
    expect((await rig.store.sync(true, rig.scope)).staged.map(({ plugin }) => plugin.name)).toEqual(["mine"]);
    rig.write({ "claw.lock": "{" });
    await expect(rig.add("./more", "project")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
    expect(await rig.store.list(rig.scope)).toEqual([]);
  });

  test("outdated and search > ask the registry", async () => {
    await using rig = await createRig();
    rig.registry.publish(release("moving", "1.0.0", {}, { keywords: ["claw-plugin"] }));
    const added = await rig.add("moving");
    const { store } = rig;
    expect(await store.outdated([added], rig.scope)).toEqual([]);
    rig.registry.publish(release("moving", "1.1.0", {}, { keywords: ["claw-plugin"] }));
    rmSync(join(rig.root, "cache"), { recursive: true });
    expect(await store.outdated([added], rig.scope)).toMatchObject([{ wanted: "1.1.0", latest: "1.1.0" }]);
    expect(await store.search("mov", rig.scope)).toMatchObject([{ name: "moving", version: "1.1.0" }]);
    expect(await store.search("nothing-like-it", rig.scope)).toEqual([]);
  });
});
