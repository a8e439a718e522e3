// The workspace in a running session: places, what the gate judged, reading, and the scratch folder.
import { expect, test } from "bun:test";
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin } from "claw";
import { type Place, Workspace } from "claw/kit";
import { createHarness, pluginContract } from "claw/testing";
import { locate, open, probe, textOf, type Work } from "./testing/probe.ts";

pluginContract(import.meta.dir);

test("locate > tells real path, inside and guarded for every kind of name", async () => {
  await using harness = await open(locate, { files: { "src/a.ts": "a" } });
  const root = harness.workspace;
  mkdirSync(`${root}-evil`);
  mkdirSync(join(root, "deep/er"), { recursive: true });
  symlinkSync("../..", join(root, "deep/er/up"));
  symlinkSync(`${root}-evil/new.txt`, join(root, "dangling"));
  symlinkSync("deep/er", join(root, "hop"));
  const table: [string, string, boolean, boolean][] = [
    ["src/a.ts", `${root}/src/a.ts`, true, false],
    [".", root, true, false],
    ["missing/dir/x.ts", `${root}/missing/dir/x.ts`, true, false],
    ["missing/../src/a.ts", `${root}/src/a.ts`, true, false],
    ["missing/../hop/x", `${root}/deep/er/x`, true, false],
    ["../workspace-evil/x", `${root}-evil/x`, false, false],
    [`${root}-evil`, `${root}-evil`, false, false],
    ["dangling", `${root}-evil/new.txt`, false, false],
    ["hop/../x", `${root}/deep/x`, true, false],
    ["hop/../../../x", `${join(root, "..")}/x`, false, false],
    ["deep/er/up/src/a.ts", `${root}/src/a.ts`, true, false],
    ["/proc/self/root/etc/hostname", "/etc/hostname", false, false],
    [".GIT/Hooks/pre-commit", `${root}/.GIT/Hooks/pre-commit`, true, true],
    ["sub/.mcp.json", `${root}/sub/.mcp.json`, true, true],
    ["~/.bashrc", `${harness.home}/.bashrc`, false, true],
  ];
  const result = await harness.call("probe", { paths: table.map(([path]) => path) });
  expect(JSON.parse(textOf(result))).toEqual(table.map(([given, path, inside, guarded]) => ({ given, path, inside, guarded })));
});

test("locate > counts --add-dir folders and the scratch folder as inside", async () => {
  const added = join(import.meta.dir, "..");
  const work: Work = async (workspace, scope) => {
    const scratch = await workspace.scratch(scope);
    return [await workspace.locate(added, scope), await workspace.locate(join(scratch, "out.txt"), scope)].map((place) => place.inside);
  };
  await using harness = await open(work, { options: { "add-dir": [added] } });
  expect(textOf(await harness.call("probe", { paths: [] }))).toBe("[true,true]");
});

test("locate > refuses what the kernel makes up, whatever it is called", async () => {
  await using harness = await open(locate);
  symlinkSync("/proc/self/environ", join(harness.workspace, "notes.txt"));
  symlinkSync("/dev", join(harness.workspace, "devices"));
  for (const path of ["/proc/self/environ", "notes.txt", "devices/null", "/dev/fd/0", "/sys/kernel", "/proc/self/root/proc/1/environ"]) {
    const result = await harness.call("probe", { paths: [path] });
    expect(result.failed).toBe(true);
    expect(textOf(result)).toContain("no ordinary file");
  }
});

test("locate > says what is wrong with a path that leads nowhere", async () => {
  await using harness = await open(locate, { files: { file: "x" } });
  symlinkSync("loop", join(harness.workspace, "loop"));
  expect(textOf(await harness.call("probe", { paths: ["loop"] }))).toContain("too many symbolic links");
  expect(textOf(await harness.call("probe", { paths: ["file/below"] }))).toContain("a part of the path is a file, not a folder");
  expect(textOf(await harness.call("probe", { paths: ["a\0b"] }))).toContain("is no path");
});

test("locate > holds a call to the place that was judged", async () => {
  const work: Work = async (workspace, scope, [path = ""]) => {
    rmSync(join(scope.session.cwd, "out"), { recursive: true });
    symlinkSync("/etc", join(scope.session.cwd, "out"));
    return workspace.locate(path, scope);
  };
  await using harness = await open(work, { files: { "out/x": "" } });
  const result = await harness.call("probe", { paths: ["out/passwd"] });
  expect(result.failed).toBe(true);
  expect(textOf(result)).toContain(`now leads to /etc/passwd, but was allowed as ${harness.workspace}/out/passwd`);
});

test("locate > lets a call touch what it did not name only in the workspace or in a folder it named", async () => {
  const work: Work = async (workspace, scope, [, ...others]) => {
    const tries = ["src/b", ".mcp.json", "/etc/passwd", ...others].map((path) =>
      workspace.locate(path, scope).then(
        () => "yes",
        (thrown: Error) => (thrown.message.includes("not what this call was allowed for") ? "no" : thrown.message),
      ),
    );
    return Promise.all(tries);
  };
  await using harness = await open(work);
  expect(textOf(await harness.call("probe", { paths: ["src/a"] }))).toBe('["yes","no","no"]');
  expect(textOf(await harness.call("probe", { paths: ["/etc"] }))).toBe('["yes","no","yes"]');
});

test("places > gives a gate the places that the call will get", async () => {
  const judged: unknown[] = [];
  const gate = definePlugin({
    setup(ctx) {
      ctx.hooks.permit.tap(async (call, scope) => {
        judged.push(await (await scope.use(Workspace)).places(call, scope));
        return undefined;
      });
    },
  });
  const work: Work = async (workspace, scope, paths) => {
    const found = await Promise.all(paths.map((path) => workspace.locate(path, scope)));
    return found.every((place, index) => place === (judged[0] as readonly Place[])[index]);
  };
  await using harness = await createHarness({ plugins: ["feature/workspace", probe(work), gate] });
  expect(textOf(await harness.call("probe", { paths: ["a", "../b"] }))).toBe("true");
});

test("read > refuses folders, pipes and large files, and names near names for missing ones", async () => {
  const work: Work = async (workspace, scope, [path = ""]) => workspace.read(await workspace.locate(path, scope), scope, 1000);
  await using harness = await open(work, { files: { "sub/x": "", "large.txt": "x".repeat(1001), "config.ts": "" } });
  expect(Bun.spawnSync(["mkfifo", join(harness.workspace, "pipe")]).exitCode).toBe(0);
  const said = async (path: string): Promise<string> => textOf(await harness.call("probe", { paths: [path] }));
  expect(await said("sub")).toContain("sub is a folder, not a file");
  expect(await said("pipe")).toContain("pipe is a pipe, not a file");
  expect(await said("large.txt")).toContain("large.txt is too large: 1001 bytes, at most 1000 bytes");
  expect(await said("confg.ts")).toBe(`confg.ts does not exist (${harness.workspace}/confg.ts).\nDid you mean "config.ts"?`);
  expect(await said("nowhere/x.ts")).toContain("Its folder");
});

test("list > gives the names in a folder, folders marked", async () => {
  const work: Work = async (workspace, scope, [path = ""]) => workspace.list(await workspace.locate(path, scope), scope);
  await using harness = await open(work, { files: { "b.txt": "", "a/x": "", ".hidden": "" } });
  expect(JSON.parse(textOf(await harness.call("probe", { paths: ["."] })))).toEqual([".hidden", "a/", "b.txt"]);
});

test("scratch > is private, one a session, not fooled by what is there already, and gone with the session", async () => {
  const made: string[] = [];
  const work: Work = async (workspace, scope) => {
    const both = await Promise.all([workspace.scratch(scope), workspace.scratch(scope)]);
    made.push(...both);
    writeFileSync(join(both[0], "secret"), "x");
    symlinkSync("/etc", join(both[0], "link"));
    return lstatSync(both[0]).mode & 0o777;
  };
  const shared = join(import.meta.dir, "../../../node_modules/.cache/scratch-test");
  mkdirSync(shared, { recursive: true });
  for (const name of ["claw", "claw-", "claw-scratch"])
    if (!lstatSync(join(shared, name), { throwIfNoEntry: false })) symlinkSync("/etc", join(shared, name));
  const before = process.umask(0);
  try {
    await using harness = await open(work, { env: { TMPDIR: shared, PATH: "/usr/bin:/bin" } });
    expect(textOf(await harness.call("probe", { paths: [] }))).toBe(String(0o700));
    expect(made[0]).toBe(made[1] as string);
    expect(made[0]).toStartWith(join(shared, "claw-"));
    expect(lstatSync(made[0] as string).isDirectory()).toBe(true);
    await harness.shell.close();
    expect(existsSync(made[0] as string)).toBe(false);
    expect(existsSync("/etc/passwd")).toBe(true);
  } finally {
    process.umask(before);
    rmSync(shared, { recursive: true, force: true });
  }
});
