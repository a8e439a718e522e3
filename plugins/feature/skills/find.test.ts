import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { PluginScope, PluginStatus } from "claw";
import { findSkills, MOST_BYTES } from "./find.ts";
import { budgetOf, listing, news, skillText } from "./text.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "claw-find-")));
  mkdirSync(join(root, "repo/.git"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
function found(options: PluginScope["options"] = { trust: true }, plugins: readonly PluginStatus[] = []) {
  const scope = { cwd: join(root, "repo"), home: join(root, "home"), env: { HOME: join(root, "user") }, options } as unknown as PluginScope;
  return findSkills(scope, plugins, new Map(), false);
}

test("findSkills > reads what SKILL.md says, in any form people write", async () => {
  write(
    "repo/.claw/skills/one/SKILL.md",
    "\uFEFF---\r\nname: uno\r\ndescription: >\r\n  Use when:\r\n  asked\r\nargument-hint: [file] [how]\r\nallowed-tools: Bash(git *) Read\r\nmodel: big\r\nuser-invocable: false\r\n---\r\nBody\r\n",
  );
  write("repo/.claw/skills/two/SKILL.md", "# Two\n\nThe second\u{E0041} line.\n");
  const folder = join(root, "repo/.claw/skills");
  const common = { source: "project", trusted: true, byModel: true } as const;
  expect(await found()).toEqual([
    {
      ...{ ...common, name: "uno", path: join(folder, "one/SKILL.md"), folder: join(folder, "one"), description: "Use when: asked", bytes: 5 },
      ...{ tools: ["Bash(git *)", "Read"], byUser: false, hint: "[file] [how]", model: "big" },
    },
    {
      ...{ ...common, name: "two", path: join(folder, "two/SKILL.md"), folder: join(folder, "two"), description: "The second line." },
      ...{ bytes: 24, tools: [], byUser: true },
    },
  ]);
});

test("findSkills > of a name the nearest acts; what is untrusted or broken hides nothing", async () => {
  write("repo/.claw/skills/x/SKILL.md", "near");
  write("repo/.claw/skills/y/SKILL.md", "---\na: 'b\n---\n");
  write("user/.claude/skills/x/SKILL.md", "far");
  write("user/.claude/skills/y/SKILL.md", "far");
  const brief = async (options: PluginScope["options"]) =>
    (await found(options)).map(({ name, source, shadowedBy, problem }) => [
      name,
      source,
      shadowedBy?.includes("/repo/") ?? shadowedBy,
      problem?.slice(0, 15),
    ]);
  expect(await brief({ trust: true })).toEqual([
    ["x", "project", undefined, undefined],
    ["x", "user", true, undefined],
    ["y", "user", undefined, undefined],
    ["y", "project", false, "SKILL.md line 2"],
  ]);
  expect((await brief({})).map(([name, source, hidden]) => [name, source, hidden])).toEqual([
    ["x", "user", undefined],
    ["y", "user", undefined],
    ["x", "project", false],
    ["y", "project", false],
  ]);
});

test("findSkills > a plugin's own; neither it nor a project reaches out of itself by a link", async () => {
  write("plug/skills/p/SKILL.md", "plugin");
  write("elsewhere/secret", "SECRET");
  for (const path of ["plug/skills/q", "repo/.claw/skills/q"]) {
    mkdirSync(join(root, path), { recursive: true });
    symlinkSync(join(root, "elsewhere/secret"), join(root, path, "SKILL.md"));
  }
  write("elsewhere/mine/SKILL.md", "mine");
  mkdirSync(join(root, "user/.claude/skills"), { recursive: true });
  symlinkSync(join(root, "elsewhere/mine"), join(root, "user/.claude/skills/mine"));
  const plugin: PluginStatus = { name: "@me/plug", version: "1.0.0", source: join(root, "plug"), state: "listed", manifest: { api: 1 } };
  expect((await found({ trust: true }, [plugin])).map(({ name, plugin: by, description, problem }) => [name, by, description, problem])).toEqual([
    ["mine", undefined, "mine", undefined],
    ["p", "@me/plug", "plugin", undefined],
    ["q", undefined, "", "SKILL.md is a link that leads out of the project"],
    ["q", "@me/plug", "", "SKILL.md is a link that leads out of the plugin"],
  ]);
});

test("findSkills > what is no skill, too large or no file is left out or said", async () => {
  write("repo/.claw/skills/README.md", "no");
  write("repo/.claw/skills/empty/notes.md", "no");
  mkdirSync(join(root, "repo/.claw/skills/folder/SKILL.md"), { recursive: true });
  write("repo/.claw/skills/huge/SKILL.md", "x");
  truncateSync(join(root, "repo/.claw/skills/huge/SKILL.md"), MOST_BYTES + 1);
  expect((await found()).map(({ name, problem }) => [name, problem?.slice(0, 30)])).toEqual([
    ["folder", "SKILL.md is no file"],
    ["huge", "SKILL.md has 256001 bytes, mor"],
  ]);
});

test("listing > keeps to its budget: then names alone, then a count", async () => {
  for (let at = 0; at < 60; at++)
    write(`user/.claude/skills/skill-${String(at).padStart(2, "0")}/SKILL.md`, `Does the ${"é".repeat(60)} number ${at}.`);
  const skills = await found();
  expect(listing(skills, 20_000)).toMatchObject({ cut: 0 });
  for (const budget of [4_096, 2_000, 1_024]) {
    const { text, cut } = listing(skills, budget);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(budget + 80);
    expect(cut).toBeGreaterThan(0);
    expect(text).toContain("\n- also: ");
  }
  expect(listing(skills, 500).text).toMatch(/\n- and \d+ more, which the user can name$/);
  expect(listing([], 4_096)).toEqual({ text: "", cut: 0 });
  expect([0, 1_000, 50_000, 200_000].map(budgetOf)).toEqual([4_096, 1_024, 2_000, 4_096]);
  expect(news(skills).split("\n")).toHaveLength(24);
});

test("skillText > a plugin's skill finds its plugin's folder and its own; another's words about a plugin stay", async () => {
  const body = `$1 $\{CLAUDE_PLUGIN_ROOT}/x $\{PLUGIN_ROOT} $\{CLAUDE_SKILL_DIR}`;
  write("plug/skills/p/SKILL.md", body);
  write("user/.claude/skills/u/SKILL.md", body);
  const plug = join(root, "plug");
  const plugin: PluginStatus = { name: "@me/plug", version: "1.0.0", source: plug, state: "listed", manifest: { api: 1 } };
  const texts = await Promise.all((await found({}, [plugin])).map((skill) => skillText(skill, "one")));
  expect(texts.map((text) => text.split("\n").at(-1))).toEqual([
    `one $\{CLAUDE_PLUGIN_ROOT}/x $\{PLUGIN_ROOT} ${join(root, "user/.claude/skills/u")}`,
    `one ${plug}/x ${plug} ${join(plug, "skills/p")}`,
  ]);
});
