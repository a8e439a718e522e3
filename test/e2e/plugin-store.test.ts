// `claw plugin` on the built binary, against a registry on loopback: adding, updating, a project's lock, and what a hundred cost.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRegistry } from "../../plugins/feature/plugin-store/testing/registry.ts";
import type { Ran } from "../support/binary.ts";
import { createShelf, release, tool, toolOf } from "../support/shelf.ts";
import { runInTerminal } from "../support/terminal.ts";

describe("from a registry", () => {
  test("nothing is installed without agreement; then the model can call it, and it can be switched off and removed", async () => {
    await using shelf = await createShelf();
    shelf.registry.publish(
      release("@me/echo", "1.0.0", { capabilities: { net: ["a.com"] } }, { dependencies: { "its-dep": "*" }, peerDependencies: { claw: "*" } }),
    );
    shelf.registry.publish({ pack: { name: "its-dep", version: "2.0.0", scripts: { postinstall: `touch ${join(shelf.scratch.work, "ran")}` } } });
    const refused = await shelf.plugin("add", "@me/echo");
    expect(refused.code).toBe(2);
    for (const part of ["@me/echo 1.0.0", "published by somebody", "its-dep 2.0.0", "tool echo_tool", "net a.com", "--yes"])
      expect(refused.err).toContain(part);
    expect(existsSync(join(shelf.store, "index.json"))).toBe(false);
    expect((await shelf.plugin("add", "@me/echo", "--yes")).code).toBe(0);
    expect(existsSync(join(shelf.scratch.work, "ran"))).toBe(false);
    expect((await shelf.turn("echo_tool")).results).toEqual(["said x"]);
    const plugins = await shelf.listed();
    expect(plugins).toMatchObject([{ name: "@me/echo", version: "1.0.0", kind: "tool", sort: "npm", enabled: true, last_error: null }]);
    expect(plugins[0]?.["load_ms"]).toBeGreaterThan(0);
    expect(plugins[0]?.["tokens"]).toBeGreaterThan(10);
    expect((await shelf.plugin("why", "echo_tool")).out).toContain("is from @me/echo 1.0.0");
    expect((await shelf.data("info", "echo")).plugin).toMatchObject({ publisher: "somebody", dependencies: { "its-dep": "2.0.0" } });
    await shelf.plugin("disable", "echo");
    expect((await shelf.turn("echo_tool")).results[0]).toContain("unknown tool");
    expect((await shelf.plugin("remove", "echo")).code).toBe(0);
    expect(await shelf.listed()).toEqual([]);
    expect(readdirSync(join(shelf.store, "packages"))).toEqual([]);
  }, 30_000);

  test("private, by a token in .npmrc", async () => {
    await using shelf = await createShelf();
    await using own = createRegistry({ token: "tok-1" });
    own.publish(release("private-one"));
    writeFileSync(
      join(shelf.scratch.home, ".npmrc"),
      `@own:registry=http://127.0.0.1:1/\nregistry=${own.url}/\n//${own.url.slice(7)}/:_authToken=\${NPM_TOKEN}\n`,
    );
    const add = (env: Record<string, string>): Promise<Ran> => shelf.scratch.run(["plugin", "add", "private-one", "--yes"], { env });
    const refused = await add({ NPM_TOKEN: "wrong" });
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("other credentials")]);
    expect((await add({ NPM_TOKEN: "tok-1" })).code).toBe(0);
    const found = await shelf.scratch.run(["plugin", "search", "private"], { env: { NPM_TOKEN: "tok-1" } });
    expect(found.out).toContain("private-one 1.0.0");
  }, 30_000);

  test("an update that wants more is held; outdated and update --check only look", async () => {
    await using shelf = await createShelf();
    shelf.registry.publish(release("growing", "1.0.0", { capabilities: ["net"] }), release("calm", "1.0.0"));
    await shelf.plugin("add", "growing", "calm", "--yes");
    shelf.registry.publish(release("growing", "1.1.0", { capabilities: ["net", "exec"] }), release("calm", "1.0.1"));
    await Bun.write(join(shelf.store, "cache", ".gone"), "");
    expect(await shelf.data("outdated")).toMatchObject({
      count: 2,
      plugins: [
        { name: "calm", wanted: "1.0.1" },
        { name: "growing", wanted: "1.1.0" },
      ],
    });
    const held = await shelf.plugin("update");
    expect([held.code, held.out]).toEqual([2, expect.stringContaining("MORE      than 1.0.0 declared: exec")]);
    expect((await shelf.listed()).map(({ version }) => version)).toEqual(["1.0.1", "1.0.0"]);
    expect((await shelf.plugin("update", "growing", "--yes")).code).toBe(0);
    expect((await shelf.listed()).map(({ version }) => version)).toEqual(["1.0.1", "1.1.0"]);
  }, 30_000);

  test("wrong integrity, another API, no manifest > refused, with what to do", async () => {
    await using shelf = await createShelf();
    shelf.registry.publish({ ...release("bad-sum"), integrity: `sha512-${Buffer.alloc(64, 7).toString("base64")}` });
    shelf.registry.publish(release("next-api", "1.0.0", { api: 2 }), release("next-claw", "1.0.0", {}, { engines: { claw: ">=50" } }));
    shelf.registry.publish({ pack: { name: "no-manifest", version: "1.0.0" } });
    const codes = await Promise.all(
      ["bad-sum", "next-api", "next-claw", "no-manifest"].map(async (name) => (await shelf.plugin("add", name, "--yes")).code),
    );
    expect(codes).toEqual([1, 7, 7, 7]);
    expect([await shelf.listed(), readdirSync(join(shelf.store, ".staging"))]).toEqual([[], []]);
  }, 30_000);
});

test("a project > pinned in claw.lock; acts for who agreed to it here, not by lying there; sync brings it back", async () => {
  await using shelf = await createShelf();
  shelf.registry.publish(release("@me/shared"));
  const { scratch, plugin, turn } = shelf;
  mkdirSync(join(scratch.work, ".git"));
  expect((await plugin("add", "--project", "@me/shared", "--yes")).code).toBe(0);
  expect(Object.keys(JSON.parse(readFileSync(join(scratch.work, "claw.lock"), "utf8")).plugins)).toEqual(["@me/shared"]);
  expect((await turn("shared_tool")).results).toEqual(["said x"]);
  // As it is for somebody who cloned a project with all of it.
  rmSync(join(shelf.store, "projects.json"));
  expect((await turn("shared_tool")).results[0]).toContain("unknown tool");
  expect((await turn("shared_tool", ["--trust"])).results).toEqual(["said x"]);
  rmSync(join(scratch.work, ".claw"), { recursive: true });
  expect((await plugin("sync")).code).toBe(2);
  expect((await plugin("sync", "--frozen")).code).toBe(0);
  expect((await turn("shared_tool")).results[0]).toContain("unknown tool");
  expect((await turn("shared_tool", ["--trust"])).results).toEqual(["said x"]);
  rmSync(join(scratch.work, ".claw"), { recursive: true });
  expect((await plugin("sync", "--yes")).code).toBe(0);
  expect((await turn("shared_tool")).results).toEqual(["said x"]);
  const [listed] = await shelf.listed();
  writeFileSync(join(String(listed?.["path"]), "index.ts"), tool("shared_tool", "evil();"));
  expect((await plugin("doctor")).out).toContain("are not those that were installed");
  expect(await turn("glob_search")).not.toMatchObject({ results: ["said x"] });
}, 60_000);

test("a Claude Code plugin from a marketplace > its skill, agent, command and hook act", async () => {
  await using shelf = await createShelf();
  const { scratch, plugin, turn } = shelf;
  const write = (path: string, text: string): void => {
    mkdirSync(join(scratch.work, "market", path, ".."), { recursive: true });
    writeFileSync(join(scratch.work, "market", path), text);
  };
  write(".claude-plugin/marketplace.json", JSON.stringify({ name: "team", owner: { name: "A" }, plugins: [{ name: "kit", source: "./kit" }] }));
  write("kit/.claude-plugin/plugin.json", JSON.stringify({ name: "kit", version: "1.0.0" }));
  write("kit/skills/tidy/SKILL.md", "---\nname: tidy\ndescription: Tidies when asked.\n---\nTidy.\n");
  write("kit/agents/critic.md", "---\nname: critic\ndescription: Finds faults.\n---\nBe a critic.\n");
  write(
    "kit/hooks/hooks.json",
    JSON.stringify({ hooks: { UserPromptSubmit: [{ hooks: [{ type: "command", command: `touch ${scratch.work}/hooked` }] }] } }),
  );
  expect((await plugin("marketplace", "add", "./market")).out).toContain("kit@team");
  const refused = await plugin("add", "kit@team");
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("Its hooks run commands: UserPromptSubmit.")]);
  expect((await plugin("add", "kit@team", "--yes")).code).toBe(0);
  expect((await scratch.run(["skills"])).out).toContain("Tidies when asked.");
  expect((await scratch.run(["agents"])).out).toContain("Finds faults.");
  expect((await turn("glob_search")).code).toBe(0);
  expect(existsSync(join(scratch.work, "hooked"))).toBe(true);
  expect((await plugin("marketplace", "remove", "team")).code).toBe(0);
  await plugin("remove", "kit");
  rmSync(join(scratch.work, "hooked"));
  expect((await turn("glob_search", ["--plugin-dir", "market/kit"])).code).toBe(0);
  expect(existsSync(join(scratch.work, "hooked"))).toBe(true);
}, 30_000);

test("one that is named here and now > is meant, not the installed one of its name", async () => {
  await using shelf = await createShelf();
  const { scratch, plugin, turn } = shelf;
  await plugin("add", shelf.folder("mine", tool("mine_tool")), "--yes");
  writeFileSync(join(scratch.work, "mine", "index.ts"), tool("mine_tool").replace("said ", "says "));
  expect((await turn("mine_tool")).results).toEqual(["said x"]);
  expect((await turn("mine_tool", ["--plugin-dir", "mine"])).results).toEqual(["says x"]);
  const [installed] = await shelf.listed();
  rmSync(String(installed?.["path"]), { recursive: true });
  expect(await turn("glob_search")).toMatchObject({ code: 0, result: "fine" });
  expect((await plugin("list")).out).toContain("are gone from");
}, 30_000);

test("on a terminal > it asks, and only yes agrees", async () => {
  await using shelf = await createShelf();
  const { scratch } = shelf;
  const source = shelf.folder("asked", tool("asked_tool"), { capabilities: ["net"] });
  const argv = [scratch.binary, "plugin", "add", source];
  const add = () => runInTerminal({ argv, cwd: scratch.work, env: { HOME: scratch.home }, columns: 100 });
  for (const [answer, code, plugins] of [
    ["n", 130, 0],
    ["yes", 0, 1],
  ] as const) {
    await using run = add();
    await run.shows("Agree? [y/N]");
    expect((await run.lines()).join("\n")).toContain("Declares  net");
    run.write(`${answer}\r`);
    expect(await run.exited).toBe(code);
    expect(await shelf.listed()).toHaveLength(plugins);
  }
}, 30_000);

test("100 installed plugins > cost a start little", async () => {
  await using shelf = await createShelf();
  const plugins = Array.from({ length: 100 }, (_, at) => {
    const name = `plugin-${at}`;
    const manifest = { api: 1, contributes: { tool: [toolOf(name)] }, hooks: { draft: "normal" } };
    mkdirSync(join(shelf.store, "packages", name), { recursive: true });
    writeFileSync(join(shelf.store, "packages", name, "index.ts"), "");
    const size = { bytes: 1_000, files: 2, dependencies: {}, at: 0, integrity: "sha512-x", capabilities: { net: ["a.com"] }, brings: {} };
    return {
      name,
      version: "1.0.0",
      folder: `packages/${name}`,
      entry: "index.ts",
      enabled: true,
      source: name,
      resolved: "1.0.0",
      sort: "npm",
      manifest,
      ...size,
    };
  });
  const path = join(shelf.store, "index.json");
  mkdirSync(shelf.store, { recursive: true });
  // The least of many, and the processor's time: other programs only ever add.
  const least = (): number => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: shelf.scratch.home };
    const runs = Array.from({ length: 15 }, () => Bun.spawnSync([shelf.scratch.binary, "version"], { cwd: shelf.scratch.work, env }));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
    return Math.min(...runs.map(({ resourceUsage }) => Number(resourceUsage.cpuTime.total) / 1_000));
  };
  const without = least();
  writeFileSync(path, JSON.stringify({ version: 1, claw: "0.1.0", plugins }));
  expect(least() - without).toBeLessThan(15);
}, 60_000);
