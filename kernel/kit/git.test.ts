import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitHead } from "./git.ts";

const root = mkdtempSync(join(tmpdir(), "claw-git-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("gitHead > a branch, a worktree's commit, and no repository", () => {
  mkdirSync(join(root, "own", ".git"), { recursive: true });
  mkdirSync(join(root, "own", "deep"));
  expect(gitHead(join(root, "own", "deep"))).toBeUndefined();
  writeFileSync(join(root, "own", ".git", "HEAD"), "ref: refs/heads/feature/x\n");
  expect(gitHead(join(root, "own", "deep"))).toEqual({ root: join(root, "own"), branch: "feature/x" });
  mkdirSync(join(root, "real"));
  mkdirSync(join(root, "linked"));
  writeFileSync(join(root, "real", "HEAD"), "0123456789abcdef0123456789abcdef01234567\n");
  writeFileSync(join(root, "linked", ".git"), "gitdir: ../real\n");
  expect(gitHead(join(root, "linked"))).toEqual({ root: join(root, "linked"), branch: "0123456789ab" });
});
