import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { treeOfIndex } from "./tree-of-index.ts";

function git(cwd: string, ...words: string[]): string {
  const env = { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  return Bun.spawnSync(["git", ...words], { cwd, env })
    .stdout.toString()
    .trim();
}

test.each(["2", "4"])("treeOfIndex > is what write-tree says, in an index of version %s", (version) => {
  const folder = mkdtempSync(join(tmpdir(), "claw-tree-of-index-"));
  const known = () => treeOfIndex(readFileSync(join(folder, ".git", "index")));
  try {
    git(folder, "init", "--quiet");
    git(folder, "config", "index.version", version);
    git(folder, "config", "index.skipHash", "true");
    for (const name of ["a.txt", "TREE", "TREE.md", "z TREE"]) {
      writeFileSync(join(folder, name), `${name}\n`);
      // Clearly before the index: else git does not trust that it is as it was.
      utimesSync(join(folder, name), 1_000_000_000, 1_000_000_000);
    }
    git(folder, "add", "--all");
    expect(known()).toBeUndefined();
    const first = git(folder, "write-tree");
    expect(first).toMatch(/^[0-9a-f]{40}$/);
    expect(known()).toBe(first);
    git(folder, "add", "--all");
    expect(known()).toBe(first);
    writeFileSync(join(folder, "a.txt"), "changed\n");
    git(folder, "add", "--all");
    expect(known()).toBeUndefined();
    const second = git(folder, "write-tree");
    expect(known()).toBe(second);
    expect(second).not.toBe(first);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("treeOfIndex > of anything else is not there", () => {
  const empty = treeOfIndex(Buffer.alloc(0));
  const short = treeOfIndex(Buffer.from("DIRC TREE"));
  const wrong = treeOfIndex(Buffer.concat([Buffer.from("DIRC....TREE"), Buffer.alloc(60, 255)]));
  expect([empty, short, wrong]).toEqual([undefined, undefined, undefined]);
});
