import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CallScope, definePlugin, defineTool, type Setting } from "claw";
import { Sandbox } from "claw/kit";
import { createHarness, type HarnessOptions, pluginContract } from "claw/testing";
import * as v from "valibot";
import { buildFilter } from "./filter.ts";
import { gitAround, harmless } from "./git.ts";
import { grants } from "./landlock.ts";
import { watchLoose } from "./loose.ts";
import { buildPolicy } from "./policy.ts";
import { readRules } from "./rules.ts";
import { seatbeltProfile } from "./seatbelt.ts";

pluginContract(import.meta.dir);

/** A folder for one test, with `files` in it. */
function folderOf(files: Readonly<Record<string, string>> = {}): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "claw-sandbox-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, ".."), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
const NONE = { enabled: "auto", network: false, allowWrite: [], allowRead: [], denyRead: [] } as const;

/** A kernel with a tool that asks to leave the sandbox and runs `body` in its call. */
async function inCall(body: (sandbox: Sandbox, scope: CallScope) => Promise<string>, more: Partial<HarnessOptions> = {}, input: object = {}) {
  const run = async (_: unknown, scope: CallScope) => ({ content: [{ type: "text" as const, text: await body(await scope.use(Sandbox), scope) }] });
  const tool = defineTool({ name: "bash", description: "x", input: v.looseObject({}), access: () => "execute", subject: () => "ls\u202e", run });
  const probe = definePlugin({ setup: ({ contribute }) => void contribute("tool", tool) });
  await using harness = await createHarness({
    plugins: ["feature/sandbox", "feature/processes", "feature/workspace", probe],
    answers: ["yes"],
    ...more,
  });
  const result = await harness.call("bash", input as never);
  return {
    text: result.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    questions: harness.questions,
    events: harness.events,
  };
}

describe("readRules", () => {
  const layer = (source: Setting["source"], value: unknown, trusted = true): Setting => ({ source, value, origin: source, trusted });
  test("people loosen, projects tighten, whoever trusts them; the last of people's layers wins", async () => {
    const rules = await readRules(
      [
        layer("user", { network: true, allowWrite: ["~/.gradle"], enabled: false }),
        layer("project", { network: true, enabled: "auto", allowWrite: ["/"], allowRead: ["~/.ssh"], denyRead: [".env"] }),
        layer("local", { denyRead: ["/x"] }, false),
        layer("flag", { enabled: false }),
      ],
      "/home/u",
      "/w",
    );
    expect(rules).toEqual({ enabled: "auto", network: true, allowWrite: ["/home/u/.gradle"], allowRead: [], denyRead: ["/w/.env", "/x"] });
    expect((await readRules([layer("user", { network: true }), layer("project", { network: false, enabled: true }, false)], "/", "/")).network).toBe(
      false,
    );
    expect((await readRules([layer("project", { enabled: true }, false), layer("managed", { enabled: false })], "/", "/")).enabled).toBe(true);
  });
  test("a wrong setting names file and key; one that nobody trusts has no say", async () => {
    await expect(readRules([layer("user", { netwrok: true })], "/", "/")).rejects.toMatchObject({
      code: "CLAW_CONFIG_INVALID",
      message: expect.stringContaining("sandbox.netwrok"),
    });
    expect(await readRules([layer("project", { enabled: 7 }, false)], "/", "/")).toEqual(NONE);
  });
});

describe("buildPolicy", () => {
  test("guards what is there, watches what is not, hides secrets, and pins the folders between", () => {
    using folder = folderOf({ "w/.git/config": "", "w/.git/HEAD": "", "w/.claw/x": "", "u/.ssh/id": "", "u/.claw/y": "", "u/.aws/z": "" });
    const [work, user] = [join(folder.path, "w"), join(folder.path, "u")];
    symlinkSync("x", join(work, ".vscode"));
    const rules = { ...NONE, allowRead: [join(user, ".aws")] };
    const policy = buildPolicy({ rules, roots: [work], temp: folder.path, user, home: join(user, ".claw") });
    expect(policy.writable).toEqual([work]);
    expect(policy.guarded.toSorted()).toEqual([".claw", ".git/config", ".git/hooks"].map((name) => join(work, name)));
    expect(policy.loose).toContain(join(work, ".mcp.json"));
    expect(policy.loose).toContain(join(work, ".vscode"));
    expect(policy.hidden.filter((path) => path.startsWith(user)).toSorted()).toEqual([join(user, ".claw"), join(user, ".ssh")]);
    const order = policy.mounts.filter(({ path }) => path.startsWith(work)).map(({ kind, path }) => [kind, path.slice(work.length)]);
    expect(order).toEqual([["write", ""], ["read", "/.claw"], ["write", "/.git"], ["read", "/.git/config"], ["read", "/.git/hooks"]]); // biome-ignore format: rows
    const none = buildPolicy({ rules: { ...rules, allowWrite: [user] }, roots: [], temp: folder.path, user, home: user });
    expect(none.writable).toEqual([]);
  });
  test("grants of Landlock reach everything but what is hidden", () => {
    using folder = folderOf({ "u/.ssh/id": "", "u/src/a": "", "w/x": "" });
    const [work, user] = [join(folder.path, "w"), join(folder.path, "u")];
    const given = grants(buildPolicy({ rules: NONE, roots: [work], temp: work, user, home: `${user}none` }));
    const paths = given.map(([, path]) => path);
    expect(paths).toContain(join(user, "src"));
    expect(paths.filter((path) => join(user, ".ssh/id").startsWith(path)).toSorted()).toEqual(["/"]);
    expect(given.filter(([rights]) => (rights & 2) !== 0).map(([, path]) => path)).toContain(work);
  });
});

describe("gitAround", () => {
  const git = (cwd: string, ...words: string[]) => {
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: cwd,
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@b",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@b",
    };
    expect(Bun.spawnSync(["git", ...words], { cwd, env }).exitCode).toBe(0);
  };
  test("finds the folder of a worktree where that says so too, and of nothing else", () => {
    using folder = folderOf({ "forged/.git": "" });
    const main = join(folder.path, "main");
    mkdirSync(main);
    git(main, "init", "-q", ".");
    git(main, "commit", "-q", "--allow-empty", "-m", "x");
    git(main, "worktree", "add", "-q", "../tree");
    const parts = gitAround(join(folder.path, "tree"));
    expect(parts.writable).toEqual([join(main, ".git")]);
    expect(parts.guarded).toContain(join(folder.path, "tree/.git"));
    expect(parts.guarded).toContain(join(main, ".git/worktrees/tree/commondir"));
    writeFileSync(join(folder.path, "forged/.git"), `gitdir: ${join(main, ".git/worktrees/tree")}\n`);
    expect(gitAround(join(folder.path, "forged")).writable).toEqual([]);
    writeFileSync(join(folder.path, "forged/.git"), `gitdir: ${join(main, ".git")}\n`);
    expect(gitAround(join(folder.path, "forged")).writable).toEqual([]);
    mkdirSync(join(main, "sub"));
    expect(gitAround(join(main, "sub")).writable).toEqual([join(main, ".git")]);
  });
  test("harmless > is what git init and clone make, and nothing that names a program", () => {
    using folder = folderOf();
    git(folder.path, "init", "-q", "a");
    git(folder.path, "clone", "-q", "a", "b");
    for (const name of ["a", "b"]) expect(harmless(join(folder.path, name, ".git"))).toBe(true);
    const config = join(folder.path, "a/.git/config");
    const plain = readFileSync(config, "utf8");
    const evil = [
      "fsmonitor = x",
      "sshCommand = x",
      "filemode = a \\\n fsmonitor = b",
      "[include]\n path = x",
      "[alias]\n x = !y",
      "[core] fsmonitor = x",
      '[remote "x"]\n vcs = y',
    ];
    for (const line of evil) {
      writeFileSync(config, `${plain}\t${line}\n`);
      expect([line, harmless(join(folder.path, "a/.git"))]).toEqual([line, false]);
    }
    writeFileSync(config, plain);
    writeFileSync(join(folder.path, "a/.git/hooks/pre-commit"), "");
    expect(harmless(join(folder.path, "a/.git"))).toBe(false);
  });
});

test("watchLoose > renames what appeared, leaves what was there, and says what changed", () => {
  using folder = folderOf({ ".git/hooks/pre-commit": "old", ".git/HEAD": "" });
  const at = (name: string): string => join(folder.path, name);
  symlinkSync("a", at(".claw"));
  symlinkSync("a", at(".vscode"));
  const look = watchLoose([".claw", ".vscode", ".envrc", ".mcp.json"].map(at), [at(".git/hooks")]);
  writeFileSync(at(".envrc"), "x");
  writeFileSync(at(".envrc.held"), "taken");
  rmSync(at(".claw"));
  mkdirSync(at(".claw"));
  writeFileSync(at(".git/hooks/pre-commit"), "newer");
  const lines = look();
  expect(lines).toHaveLength(3);
  expect([".envrc", ".envrc.held-2", ".claw", ".claw.held"].map((name) => existsSync(at(name)))).toEqual([false, true, false, true]);
  expect(lines[2]).toContain(`${at(".git/hooks")} changed`);
  expect(look()).toHaveLength(1);
});

test("buildFilter > is a program the kernel can take, for both machines, and none for others", () => {
  for (const arch of ["x64", "arm64"]) {
    for (const sockets of ["own", "none"] as const) {
      const filter = buildFilter(arch, sockets) ?? new Uint8Array();
      const view = new DataView(filter.buffer);
      expect(filter.length / 8).toBeLessThan(120);
      // Every jump lands within the program, which ends with an answer.
      for (let at = 0; at < filter.length / 8; at++) {
        for (const jump of [2, 3]) expect(at + 1 + view.getUint8(at * 8 + jump)).toBeLessThanOrEqual(filter.length / 8);
      }
      expect(view.getUint16(filter.length - 8, true)).toBe(6);
    }
  }
  expect(buildFilter("mips", "own")).toBeUndefined();
});

test("seatbeltProfile > allows what the policy writes, then takes back what it guards in any case", () => {
  const policy = {
    temp: "/t",
    network: false,
    writable: ['/w "x"'],
    guarded: ["/w/.git/hooks"],
    loose: ["/w/.mcp.json"],
    hidden: ["/u/.ssh"],
    mounts: [],
  };
  const profile = seatbeltProfile(policy);
  expect(profile).toContain('(allow file-write* (subpath "/w \\"x\\"") (subpath "/t"))');
  expect(profile).toContain('(regex #"^/[wW]/\\.[gG][iI][tT]/[hH][oO][oO][kK][sS](/|$)")');
  expect(profile.indexOf("(deny file-write* (regex")).toBeGreaterThan(profile.indexOf("(allow file-write*"));
  expect(profile).toContain('(deny file-read* file-write* (subpath "/u/.ssh"))');
  expect(profile).toContain("(deny network*)");
  expect(seatbeltProfile({ ...policy, network: true })).not.toContain("network");
});

describe("leave", () => {
  const out = { dangerouslyDisableSandbox: true };
  const leave = async (sandbox: Sandbox, scope: CallScope): Promise<string> => sandbox.leave(scope).then(() => "out");
  test("a call that asks for it is asked about once, whole and with nothing unseen, and no rule is offered", async () => {
    const { text, questions } = await inCall(leave, {}, out);
    if ((await inCall(async (sandbox, scope) => String((await sandbox.inspect(scope)).active))).text === "false")
      return expect(questions.length).toBe(1);
    expect([text, questions.length, questions[0]?.choices]).toEqual(["out", 1, ["yes", "no"]]);
    return expect(questions[0]?.text).toContain("outside the sandbox, where it can write, read and reach everything you can: ls\\u{202e}");
  });
  test("one that was allowed without that question is asked now, and a no keeps it in", async () => {
    const { text, questions, events } = await inCall(leave, { answers: ["yes", "no"] });
    const active = (await inCall(async (sandbox, scope) => String((await sandbox.inspect(scope)).active))).text === "true";
    expect(questions).toHaveLength(active ? 2 : 1);
    expect(text).toContain(active ? "Not run outside the sandbox" : "out");
    expect(events.filter(({ type }) => type === "permission.decided")).toHaveLength(active ? 2 : 1);
  });
});

test("wrap > nothing in a mode that confines nothing, and an error when a sandbox is demanded that is not there", async () => {
  const config = { sandbox: { enabled: true }, plugins: { "@claw/feature-sandbox": { tiers: [] } } };
  const wrap = async (sandbox: Sandbox, scope: CallScope) => String(await sandbox.wrap({ argv: ["true"], cwd: scope.session.cwd }, scope));
  expect((await inCall(wrap, { config })).text).toContain("sandbox.enabled demands a sandbox, and there is none");
  const state = async (sandbox: Sandbox, scope: CallScope) => {
    scope.select({ "permission-mode": "ask" });
    return JSON.stringify([await sandbox.holds(scope), (await sandbox.inspect(scope)).tier, await wrap(sandbox, scope)]);
  };
  expect((await inCall(state, { config: { plugins: config.plugins } })).text).toBe('[false,"none","undefined"]');
  expect((await inCall(wrap, { config: { sandbox: { enabled: false } } })).text).toBe("undefined");
});
