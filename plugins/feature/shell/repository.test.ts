// Git in repositories that could make it run something, and in those of most people.
import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { createYard } from "./testing/yard.ts";

describe("git in a repository that names helpers", () => {
  const CONFIGS: readonly (readonly [string, string])[] = [
    ["[core]\n\tfsmonitor = ./x", "git status"],
    ["[diff]\n\texternal = ./x", "git diff"],
    ['[diff "x"]\n\ttextconv = ./x', "git log -p"],
    ['[filter "x"]\n\tclean = ./x', "git status"],
    ["[core]\n\thooksPath = x", "git status"],
    ["[include]\n\tpath = x", "git log"],
    ['[includeIf "gitdir:/"]\n\tpath = x', "git log"],
    ["[gpg]\n\tprogram = ./x", "git log"],
    ["[log]\n\tshowSignature = true", "git log"],
    ["[core]\n\tworktree = /", "git diff"],
    ['[remote "o"]\n\tpromisor = true', "git log"],
    ["[core] pager = ./x", "git log"],
    ["[core]\n\tfsmonitor \\\n= ./x", "git status"],
    ["[CORE]\n\tFsMonitor=./x", "git status"],
    ["[alias]\n\tlog = !./x", "git log"],
    ["[submodule]\n\trecurse = true", "git grep x"],
  ];
  test.each(CONFIGS)("%j", (config, line) => {
    using own = createYard();
    expect(own.verdict(line)).toBe("read");
    own.write("ws/.git/config", `[core]\n\tbare = false\n${config}\n`);
    expect(own.verdict(line)).toBe("execute");
    expect(own.verdict(line, join(own.ws, "sub"))).toBe("execute");
  });
  test("hooks, submodules, bare repositories and links", () => {
    using own = createYard();
    own.write("ws/.git/hooks/post-index-change", "#!/bin/sh\n");
    expect([own.verdict("git status"), own.verdict("git log")]).toEqual(["execute", "read"]);
    for (const file of ["HEAD", "objects/x", "refs/x", "config"]) own.write(`ws/sub/bare/${file}`);
    expect(own.verdict("git log", join(own.ws, "sub/bare"))).toBe("execute");
    expect(own.verdict("cd sub/bare && git log")).toBe("execute");
    using linked = createYard();
    Bun.spawnSync(["git", "-C", linked.ws, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},sub`]);
    expect([linked.verdict("git status"), linked.verdict("git log")]).toEqual(["execute", "read"]);
    symlinkSync(join(linked.ws, ".git"), join(linked.ws, "sub", ".git"));
    expect(linked.verdict("git log", join(linked.ws, "sub"))).toBe("execute");
  });
  test("what people's repositories hold is no reason to ask", () => {
    using own = createYard();
    own.write(
      "ws/.git/config",
      '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n[remote "origin"]\n\turl = https://x/y.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n\tvscode-merge-base = origin/main\n[user]\n\tname = A B ; c\n[gc]\n\tauto = 0\n[http "https://github.com/"]\n\textraheader = x\n',
    );
    expect(own.verdict("git status && git diff && git log")).toBe("read");
  });
});
