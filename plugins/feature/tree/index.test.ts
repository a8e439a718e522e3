// The walk over real folders.
import { afterAll, expect, test } from "bun:test";
import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Tree } from "claw/kit";
import { createHarness, pluginContract } from "claw/testing";
import { clear, folderOf, found } from "./fixture.ts";
import { walk } from "./walk.ts";

afterAll(clear);
pluginContract(import.meta.dir);

test("walk > lists files, hidden ones too, and never enters .git", async () => {
  const root = await folderOf({
    "a.txt": "",
    ".env": "",
    "b/c.txt": "",
    ".git/config": "",
    "b/.git": "gitdir: nowhere",
    ".github/x.yml": "",
  });
  expect(await found(root)).toEqual([".env", ".github/x.yml", "a.txt", "b/c.txt"]);
  expect(await found(root, { hidden: false })).toEqual(["a.txt", "b/c.txt"]);
});

test("walk > lists an empty and a missing folder as nothing", async () => {
  const root = await folderOf({});
  expect(await found(root)).toEqual([]);
  expect(await found(join(root, "missing"))).toEqual([]);
});

test("walk > obeys nested ignore files with negation, and ignored: true lists all", async () => {
  const root = await folderOf({
    ".gitignore": "*.log\nbuild/\n!keep.log\n/top.txt\n",
    "a.log": "",
    "keep.log": "",
    "top.txt": "",
    "build/out.js": "",
    "src/top.txt": "",
    "src/build/gen.js": "",
    "src/deep/.gitignore": "!a.log\nx/*\n!x/keep\n",
    "src/deep/a.log": "",
    "src/deep/b.log": "",
    "src/deep/x/keep": "",
    "src/deep/x/drop": "",
  });
  expect(await found(root)).toEqual([".gitignore", "keep.log", "src/deep/.gitignore", "src/deep/a.log", "src/deep/x/keep", "src/top.txt"]);
  expect(await found(root, { ignored: true })).toHaveLength(12);
});

test("walk > lets .ignore win over .gitignore, and reads info/exclude", async () => {
  const root = await folderOf({
    ".git/info/exclude": "secret.txt\n",
    ".gitignore": "dist/\n",
    ".ignore": "!dist/\nnoise.txt\n",
    "dist/a.js": "",
    "noise.txt": "",
    "secret.txt": "",
    "sub/secret.txt": "",
  });
  expect(await found(root)).toEqual([".gitignore", ".ignore", "dist/a.js"]);
});

test("walk > reads the exclude file of a worktree, whose .git is a file", async () => {
  const root = await folderOf({
    "main/.git/info/exclude": "*.tmp\n",
    "main/.git/worktrees/w/commondir": "../..\n",
    "w/a.tmp": "",
    "w/a.txt": "",
  });
  await Bun.write(join(root, "w/.git"), `gitdir: ${join(root, "main/.git/worktrees/w")}\n`);
  expect(await found(join(root, "w"))).toEqual(["a.txt"]);
});

test("walk > from a folder inside a repository obeys the rules above it", async () => {
  const root = await folderOf({
    ".git/HEAD": "",
    ".gitignore": "/pkg/src/gen\n*.log\n",
    "pkg/.gitignore": "/src/own\nsrc/other\n",
    "pkg/src/gen/a.js": "",
    "pkg/src/own/a.js": "",
    "pkg/src/other": "",
    "pkg/src/a.log": "",
    "pkg/src/a.js": "",
    "pkg/src/deep/own/b.js": "",
  });
  expect(await found(join(root, "pkg/src"))).toEqual(["a.js", "deep/own/b.js"]);
});

test("walk > of a folder that is itself ignored lists it", async () => {
  const root = await folderOf({
    ".git/HEAD": "",
    ".gitignore": "node_modules\n*.js\n",
    "node_modules/x/a.js": "",
    "node_modules/x/.gitignore": "b\n",
    "node_modules/x/b": "",
  });
  expect(await found(join(root, "node_modules/x"))).toEqual([".gitignore", "a.js"]);
});

test("walk > a repository inside another is ruled by its own files", async () => {
  const root = await folderOf({
    ".git/HEAD": "",
    ".gitignore": "*.txt\n",
    "in/.git/HEAD": "",
    "in/.gitignore": "*.md\n",
    "in/a.txt": "",
    "in/a.md": "",
    "a.txt": "",
  });
  expect(await found(root)).toEqual([".gitignore", "in/.gitignore", "in/a.txt"]);
});

test("walk > survives loops of links, links to nowhere, pipes and over-long paths", async () => {
  const root = await folderOf({ "a/b/c.txt": "", "real.txt": "" });
  await symlink(root, join(root, "a/b/loop"));
  await symlink("..", join(root, "a/up"));
  await symlink("self", join(root, "self"));
  await symlink("nowhere", join(root, "broken"));
  await symlink("real.txt", join(root, "link.txt"));
  await Bun.$`mkfifo ${join(root, "pipe")} ${join(root, ".gitignore")}`.quiet();
  // Moved together from two halves, deeper than any path may be long: the far end cannot be read.
  const half = `${"d".repeat(200)}/`.repeat(15);
  await mkdir(join(root, "half", half), { recursive: true });
  await mkdir(join(root, "other", half), { recursive: true });
  await Bun.spawn(["mv", join(root, "other"), "."], { cwd: join(root, "half", half) }).exited;
  expect(await found(root)).toEqual(["a/b/c.txt", "link.txt", "real.txt"]);
});

test("walk > skips what it may not read", async () => {
  const root = await folderOf({ "open/a.txt": "", "locked/b.txt": "" });
  await chmod(join(root, "locked"), 0);
  // Root may read everything.
  const all = process.getuid?.() === 0 ? ["locked/b.txt", "open/a.txt"] : ["open/a.txt"];
  expect(await found(root)).toEqual(all);
});

test("walk > stops at `most` files, `depth` levels, and stays out of /proc", async () => {
  const root = await folderOf(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`d${n % 5}/e/f${n}`, ""])));
  await Bun.write(join(root, "top"), "");
  expect(await found(root, { most: 7 })).toHaveLength(7);
  expect(await found(root, { depth: 0 })).toEqual(["top"]);
  expect(await found(root, { depth: 1 })).toEqual(["top"]);
  expect(await found(root, { depth: 2 })).toHaveLength(51);
  const shallow = await found("/", { depth: 1, ignored: true });
  expect(shallow.filter((path) => /^(proc|sys|dev)\//.test(path))).toEqual([]);
});

test("walk > lists folders when asked to, those of the last level too", async () => {
  const root = await folderOf({ ".gitignore": "out/\n", "a/b/c/d.txt": "", "out/x": "", ".git/HEAD": "", "e.txt": "" });
  expect(await found(root, { folders: true })).toEqual(["a/", "a/b/", "a/b/c/"]);
  expect(await found(root, { folders: true, depth: 1 })).toEqual(["a/", "a/b/"]);
});

test("walk > aborts with the signal's reason, before and between batches", async () => {
  const root = await folderOf(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`d${n}/e/f`, ""])));
  await expect(found(root, { signal: AbortSignal.abort(new Error("early")) })).rejects.toThrow("early");
  const control = new AbortController();
  let seen = 0;
  const late = (async () => {
    for await (const batch of walk(root, { signal: control.signal })) {
      seen += batch.length;
      control.abort(new Error("late"));
    }
  })();
  await expect(late).rejects.toThrow("late");
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(200);
});

test("Tree > is provided as a service", async () => {
  await using harness = await createHarness({ plugins: ["feature/tree"], files: { "a/b.txt": "" } });
  const tree = await harness.host.use(Tree);
  expect(await Array.fromAsync(tree.walk(harness.workspace))).toEqual([["a/b.txt"]]);
  expect(await tree.repository(join(harness.workspace, "a"))).toBeUndefined();
  await mkdir(join(harness.workspace, ".git"));
  expect(await tree.repository(join(harness.workspace, "a"))).toBe(harness.workspace);
  await Bun.write(join(harness.workspace, ".gitignore"), "a/\n");
  expect(await tree.repository(join(harness.workspace, "a"))).toBeUndefined();
});
