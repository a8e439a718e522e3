// Guarded names, and the tricks by which other names mean the same file.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guarded } from "./guard.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-guard-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("guarded > knows what can make something run, in every spelling", () => {
  const names = [
    [".git", ".git/hooks/pre-commit", ".git/config", "sub/.git/info/attributes", ".git/modules/x/config"],
    [".claw/settings.json", ".CLAW/settings.local.json", ".Claude/agents/a.md", ".mcp.json", ".MCP.JSON", "deep/er/.mcp.json"],
    [".vscode/tasks.json", ".idea/workspace.xml", ".envrc", ".husky/pre-push", ".npmrc", ".yarnrc.yml", ".yarn/releases/yarn.cjs", "bunfig.toml"],
    [".bashrc", ".bash_profile", ".profile", ".zshrc", ".zshenv", ".cshrc", ".ssh/authorized_keys", ".gitconfig", ".gitmodules"],
    [
      ".g\u200cit/config",
      ".git./config",
      ".git /config",
      "GIT~1/config",
      ".git::$INDEX_ALLOCATION/config",
      ".cla\u017f\u017f".replace("cla\u017f\u017f", "claw\u00ad"),
    ],
    ["bare/HEAD", ".vſcode/x", "．git/config", ".mcp.json.", ".mcp.json:stream"],
  ].flat();
  expect(names.filter((name) => !guarded(join(root, name)))).toEqual([]);
});

test("guarded > leaves ordinary names alone", () => {
  const names = [
    "src/git.ts",
    ".gitignore",
    ".github/workflows/ci.yml",
    ".env",
    "package.json",
    "CLAUDE.md",
    "hooks/use.ts",
    "src/config",
    "info/x",
    "claw/a",
    ".clawx/a",
    "headers.ts",
    "foo:bar",
    "..",
    "a..b",
  ];
  expect(names.filter((name) => guarded(join(root, name)))).toEqual([]);
});

test("guarded > knows a git folder by another name", () => {
  mkdirSync(join(root, "store/hooks"), { recursive: true });
  writeFileSync(join(root, "store/HEAD"), "ref: refs/heads/main\n");
  const names = ["store/config", "store/Hooks/post-checkout", "store/info/attributes", "store/config.worktree"];
  expect(names.filter((name) => !guarded(join(root, name)))).toEqual([]);
  expect(guarded(join(root, "store/objects/aa"))).toBe(false);
});
