import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calls, commandContract, createHarness, type Harness, type HarnessOptions, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
const PLUGINS = ["command/diff", "feature/processes", "feature/workspace"];
await using contract = await createHarness({ plugins: PLUGINS });
commandContract(await contract.host.get("command", "diff"), {
  valid: [[], ["--staged"], ["a.txt"], ["--word", "a"], ["--session", "--stat"]],
  invalid: [["--output=x"], ["--staged", "--unstaged"], [""]],
});

const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
};
function git(harness: Harness, ...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["git", ...words], { cwd: harness.workspace, env });
  if (exitCode !== 0) throw new Error(stderr.toString());
}
async function repository(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  const harness = await createHarness({ plugins: PLUGINS, files: { "a.txt": "one\ntwo\n", "b.txt": "b\n", ".gitignore": "ignored\n" }, ...options });
  git(harness, "init", "-q", "-b", "main");
  git(harness, "add", ".");
  git(harness, "commit", "-q", "-m", "first");
  return harness;
}
async function diff(harness: Harness, ...words: string[]) {
  const outcome = await harness.shell.run(await harness.host.get("command", "diff"), words);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return { notice: outcome.notice ?? "", data: outcome.data as Record<string, unknown> };
}
const write = (harness: Harness, name: string, text: string | Uint8Array): void => writeFileSync(join(harness.workspace, name), text);

test("diff > work, index and untracked files together, each half alone, and files", async () => {
  await using harness = await repository();
  expect(await diff(harness)).toMatchObject({
    notice: "Nothing has changed since the last commit.",
    data: { result: "clean", changed_file_count: 0 },
  });
  write(harness, "a.txt", "one\nthree\n");
  git(harness, "add", "a.txt");
  write(harness, "b.txt", "b\nc\n");
  write(harness, "new.txt", "n\n");
  write(harness, "raw.bin", new Uint8Array([0, 1, 2]));
  write(harness, "ignored", "x");
  write(harness, 'odd "ü".txt', "");
  const { notice, data } = await diff(harness);
  expect(notice).toStartWith(
    '5 files changed since the last commit: +3 -1, 3 untracked\n  M a.txt  +1 -1\n  M b.txt  +1 -0\n  ? new.txt  +1 -0\n  ? odd "ü".txt  +0 -0\n  ? raw.bin  no text\n\n',
  );
  expect(notice).toContain("-two\n+three");
  expect(notice).toEndWith(
    'new file\n--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,1 @@\n+n\ndiff --git a/odd "ü".txt b/odd "ü".txt\nnew file\ndiff --git a/raw.bin b/raw.bin\nnew file\nBinary file',
  );
  expect(data).toMatchObject({
    kind: "diff",
    status: "ok",
    result: "changes",
    changed_file_count: 5,
    added: 3,
    removed: 1,
    untracked: ["new.txt", 'odd "ü".txt', "raw.bin"],
  });
  expect([data["staged"], data["unstaged"]]).toEqual([expect.stringContaining("+three"), expect.stringContaining("+c")]);
  expect((await diff(harness, "--staged")).data).toMatchObject({ changed_file_count: 1, diff: expect.not.stringContaining("+c") });
  expect((await diff(harness, "--unstaged", "b.txt")).data).toMatchObject({ changed_file_count: 1, diff: expect.stringContaining("+c") });
  expect((await diff(harness, "--word", "a.txt")).notice).toContain("[-two-]{+three+}");
  expect((await diff(harness, "--stat")).data).toMatchObject({ diff: "", changed_file_count: 5 });
});

test("diff > before the first commit everything is new; outside a repository it says so", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, files: { "a.txt": "one\n" } });
  expect(await diff(harness)).toMatchObject({ notice: "This folder is in no git repository.", data: { result: "no_git_repo" } });
  git(harness, "init", "-q");
  git(harness, "add", ".");
  expect((await diff(harness)).data).toMatchObject({ changed_file_count: 1, added: 1, diff: expect.stringContaining("+one") });
});

test("diff > nothing that the repository names is run", async () => {
  const evil = "touch ran; cat";
  await using harness = await repository({ files: { "a.txt": "one\n", ".gitattributes": "*.txt filter=evil diff=evil\n" } });
  for (const key of ["filter.evil.clean", "diff.evil.textconv", "diff.evil.command", "diff.external", "core.fsmonitor", "core.pager"]) {
    git(harness, "config", key, evil);
  }
  write(harness, "a.txt", "two\n");
  expect((await diff(harness)).notice).toContain("-one\n+two");
  expect(existsSync(join(harness.workspace, "ran"))).toBe(false);
});

test("diff > a trusted folder's filters count, so that what they hide is no change", async () => {
  await using harness = await repository({ files: { "a.txt": "one\n", ".gitattributes": "*.txt filter=low\n" }, options: { trust: true } });
  git(harness, "config", "filter.low.clean", "tr A-Z a-z");
  write(harness, "a.txt", "ONE\n");
  expect((await diff(harness)).data).toMatchObject({ result: "clean" });
});

test("diff --session > only what this session's turns changed", async () => {
  const plugins = [
    ...PLUGINS,
    "feature/checkpoints",
    "feature/workspace",
    "feature/tree",
    "feature/shell",
    "tool/write-file",
    "permission-mode/allow",
  ];
  await using harness = await repository({
    plugins,
    config: { permissionMode: "allow" },
    script: [calls("write_file", { path: "made.txt", content: "m\n" }), says("done")],
  });
  write(harness, "a.txt", "mine\n");
  expect((await diff(harness, "--session")).notice).toBe("Nothing has changed in this session.");
  await harness.submit("go");
  expect(readFileSync(join(harness.workspace, "made.txt"), "utf8")).toBe("m\n");
  expect((await diff(harness, "--session")).data).toMatchObject({ files: [{ path: "made.txt", kind: "untracked" }] });
  expect((await diff(harness)).data).toMatchObject({ changed_file_count: 2 });
});
