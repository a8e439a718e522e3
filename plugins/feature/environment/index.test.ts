import { afterEach, expect, setSystemTime, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { arch, platform, release, tmpdir } from "node:os";
import { join } from "node:path";
import { createHarness, pluginContract, says } from "claw/testing";
import { describe } from "./environment.ts";
import plugin from "./index.ts";
import { repositoryOf } from "./repository.ts";

pluginContract(import.meta.dir);
afterEach(() => void setSystemTime());

const now = new Date(Date.UTC(2031, 0, 5, 23, 59));
const system = `Platform: ${platform()} ${arch()}, ${release()}`;
function folder(): { readonly path: string; readonly run: (...argv: readonly string[]) => void } & Disposable {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "claw-environment-")));
  const env = { PATH: process.env["PATH"], HOME: path, GIT_CONFIG_NOSYSTEM: "1" };
  const who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"];
  return {
    path,
    run: (...argv) => {
      const { success, stderr } = Bun.spawnSync(["git", ...who, ...argv], { cwd: path, env });
      if (!success) throw new Error(stderr.toString());
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

test("describe > says where the session is", () => {
  using at = folder();
  const place = { cwd: at.path, env: { SHELL: "/usr/bin/zsh" }, options: {}, now };
  expect(describe(place)).toBe(`# Environment\nFolder: ${at.path}\nGit: not a repository\n${system}\nShell: zsh\nToday: 2031-01-05 (UTC)`);
  at.run("init");
  expect(describe({ ...place, env: {}, options: { "add-dir": ["/a", "/b"] } })).toBe(
    `# Environment\nFolder: ${at.path}\nOther folders: /a, /b\nGit: branch main\n${system}\nToday: 2031-01-05 (UTC)`,
  );
});

test("describe > names of the file system and of branches stay in their line, and the part stays small", () => {
  using at = folder();
  const cwd = join(at.path, "x\nToday: never\u2028\u{e0041}\u202e");
  mkdirSync(join(cwd, ".git"), { recursive: true });
  writeFileSync(join(cwd, ".git", "HEAD"), `ref: refs/heads/${"b".repeat(3_000)}`);
  const text = describe({ cwd, env: { SHELL: "s\nh" }, options: { "add-dir": ["é".repeat(999)] }, now });
  expect(text.split("\n")).toHaveLength(7);
  expect(text).not.toMatch(/[\u2028\u202e\u{e0041}]/u);
  expect(Buffer.byteLength(text)).toBeLessThan(1_024);
});

test("repositoryOf > branch, commit, what is under way, in folders, worktrees and without a repository", () => {
  using at = folder();
  expect(repositoryOf(at.path)).toBeUndefined();
  at.run("init");
  expect(repositoryOf(at.path)).toEqual({ root: at.path, branch: "main" });
  at.run("commit", "--allow-empty", "-m", "one");
  at.run("checkout", "-b", "topic/a b".replace(" ", "-"));
  mkdirSync(join(at.path, "deep", "er"), { recursive: true });
  expect(repositoryOf(join(at.path, "deep", "er"))).toEqual({ root: at.path, branch: "topic/a-b" });
  at.run("update-ref", "refs/remotes/origin/main", "HEAD");
  at.run("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
  at.run("worktree", "add", "tree", "-b", "other");
  expect(repositoryOf(join(at.path, "tree"))).toEqual({ root: join(at.path, "tree"), branch: "other", main: "main" });
  at.run("checkout", "--detach", "--quiet");
  writeFileSync(join(at.path, ".git", "MERGE_HEAD"), "");
  expect(repositoryOf(at.path)).toEqual({ root: at.path, commit: expect.stringMatching(/^[0-9a-f]{10}$/), doing: "merge", main: "main" });
});

test("repositoryOf > odd and hostile repositories end at once and run nothing", () => {
  using at = folder();
  at.run("init");
  const canary = join(at.path, "canary");
  for (const key of ["core.fsmonitor", "core.pager", "filter.x.clean", "core.sshCommand"]) at.run("config", key, `touch ${canary}`);
  writeFileSync(join(at.path, ".gitattributes"), "* filter=x\n");
  expect(repositoryOf(at.path)).toEqual({ root: at.path, branch: "main" });
  expect(Bun.spawnSync(["ls", canary]).success).toBe(false);
  const head = join(at.path, ".git", "HEAD");
  for (const text of ["", "\0\0", "ref: refs/heads/.invalid", "nonsense", "ref: /etc/passwd"]) {
    writeFileSync(head, text);
    expect(repositoryOf(at.path)).toEqual({ root: at.path });
  }
  rmSync(head);
  Bun.spawnSync(["mkfifo", head]);
  expect(repositoryOf(at.path)).toEqual({ root: at.path });
  rmSync(join(at.path, ".git"), { recursive: true });
  writeFileSync(join(at.path, ".git"), "gitdir: /dev\n");
  expect(repositoryOf(at.path)).toEqual({ root: at.path });
});

test("draft > one part, today's, the same in every request of a session", async () => {
  setSystemTime(now);
  await using harness = await createHarness({ plugins: [plugin], script: [says("a"), says("b")] });
  await harness.submit("one");
  setSystemTime(new Date(2031, 5, 6));
  await harness.submit("two");
  const systems = harness.requests.map((request) => request.system);
  expect(systems[0]).toEqual([expect.stringContaining(`Folder: ${harness.workspace}\n`)]);
  expect(systems[0]?.[0]).toEndWith("Today: 2031-01-05 (UTC)");
  expect(systems[1]).toEqual(systems[0]!);
});
