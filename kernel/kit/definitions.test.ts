import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Options, PluginStatus } from "claw";
import { containedDefinition, definitionFolders, markdownFiles, shadowed } from "./definitions.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "claw-definitions-")));
  mkdirSync(join(root, "user/repo/.git"), { recursive: true });
  mkdirSync(join(root, "user/repo/a"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const plugin = (name: string, source: string, state: PluginStatus["state"] = "listed"): PluginStatus => ({
  name,
  version: "1.0.0",
  source,
  state,
  manifest: { api: 1 },
});
const PLUGINS = [plugin("@claw/x", "bundled"), plugin("mine", "/store/mine"), plugin("off", "/store/off", "off")];
function found(cwd: string, options: Options = {}): readonly string[] {
  const scope = { cwd: join(root, cwd), home: join(root, "user/.claw"), env: { HOME: join(root, "user") }, options };
  return definitionFolders("skills", scope, PLUGINS).map(
    ({ path, source, trusted }) => `${trusted ? "" : "?"}${source} ${path.replace(`${root}/`, "")}`,
  );
}
const USER = ["user/.claw/skills", "user/.agents/skills", "user/.claude/skills", "user/.config/agents/skills"].map((path) => `user ${path}`);

test("definitionFolders > nearest first: from the folder up to the git root, the user's, plugins' that are on", () => {
  const project = ["a/.claw", "a/.agents", "a/.claude", ".claw", ".agents", ".claude"].map((own) => `?project user/repo/${own}/skills`);
  expect(found("user/repo/a")).toEqual([...project, ...USER, "plugin /store/mine/skills"]);
});

test("definitionFolders > a trusted project's are trusted", () => {
  expect(found("user/repo", { trust: true }).slice(0, 3)).toEqual([".claw", ".agents", ".claude"].map((own) => `project user/repo/${own}/skills`));
});

test("definitionFolders > in the home folder, the user's own folders are the user's", () => {
  expect(found("user")).toEqual([...USER, "plugin /store/mine/skills"]);
});

test("definitionFolders > --bare leaves only plugins that were asked for", () => {
  expect(found("user/repo", { bare: true })).toEqual(["plugin /store/mine/skills"]);
});

test("markdownFiles > nested folders are namespaces; links in a circle and other files are no matter", () => {
  for (const path of ["b.md", "git/push.md", "git/deep/x.md", "note.txt", ".hidden.md"]) {
    mkdirSync(join(root, "commands", dirname(path)), { recursive: true });
    writeFileSync(join(root, "commands", path), path);
  }
  symlinkSync(join(root, "nowhere"), join(root, "commands/broken.md"));
  expect(markdownFiles(join(root, "commands")).map(({ name }) => name)).toEqual(["b", "git:deep:x", "git:push"]);
  expect(markdownFiles(join(root, "nothing"))).toEqual([]);
  symlinkSync("..", join(root, "commands/git/up"));
  expect(markdownFiles(join(root, "commands")).length).toBeLessThan(100);
});

test("shadowed > the first of a name wins, the others say who hides them", () => {
  const list = [
    { name: "x", path: "1" },
    { name: "y", path: "2" },
    { name: "x", path: "3" },
  ];
  expect(shadowed(list)).toEqual([list[0]!, list[1]!, { name: "x", path: "3", shadowedBy: "1" }]);
});

test("containedDefinition > a project's and a plugin's file stays in it, the user's may lead anywhere", () => {
  const cwd = join(root, "user/repo/a");
  const commands = join(root, "user/repo/.claw/commands");
  mkdirSync(commands, { recursive: true });
  writeFileSync(join(commands, "own.md"), "");
  writeFileSync(join(root, "user/outside.md"), "");
  symlinkSync(join(root, "user/outside.md"), join(commands, "link.md"));
  symlinkSync("own.md", join(commands, "alias.md"));
  const inside = (name: string, source: "project" | "user" | "plugin") =>
    containedDefinition(join(commands, name), { path: commands, source, trusted: true }, cwd);
  expect(["own.md", "alias.md", "link.md"].map((name) => inside(name, "project"))).toEqual([true, true, false]);
  expect(["own.md", "link.md"].map((name) => inside(name, "plugin"))).toEqual([true, false]);
  expect(inside("link.md", "user")).toBe(true);
  expect(() => inside("nothing.md", "project")).toThrow();
});
