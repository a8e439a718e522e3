// The prompts in the binary, with a model that does as they say: commits are made, pull requests and issues opened, and nothing else passes unasked.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bash, call, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran, type Scratch } from "../support/binary.ts";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

const WHO = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "a@b.c",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "a@b.c",
  GIT_CONFIG_GLOBAL: "/dev/null",
};
function git(scratch: Scratch, ...words: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["git", ...words], {
    cwd: scratch.work,
    env: { PATH: process.env["PATH"], HOME: scratch.home, ...WHO },
  });
  if (exitCode !== 0) throw new Error(stderr.toString());
  return stdout.toString().trim();
}
function repository(scratch: Scratch): void {
  git(scratch, "init", "-q", "-b", "main");
  scratch.put("a.txt", "one\n");
  git(scratch, "add", ".");
  git(scratch, "commit", "-q", "-m", "feat: a");
  git(scratch, "config", "user.name", "Ada");
  git(scratch, "config", "user.email", "a@b.c");
}
/** A `gh` that keeps what it was called with, and answers like the real one. */
function fakeGh(scratch: Scratch): { readonly path: string; calls(): readonly string[] } {
  const bin = join(dirname(scratch.work), "bin");
  const log = join(dirname(scratch.work), "gh.log");
  scratch.put(log, "");
  scratch.put(join(bin, "gh"), `#!/bin/sh\nprintf '%s|' "$@" >> ${log}\necho >> ${log}\necho https://example.com/pull/7\n`, 0o755);
  return { path: `${bin}:${process.env["PATH"] ?? ""}`, calls: () => readFileSync(log, "utf8").trimEnd().split("\n") };
}
async function run(scratch: Scratch, words: readonly string[], replies: readonly Reply[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  scratch.serve({ replies, cached: true });
  return scratch.ask(words, { env: { GIT_CONFIG_GLOBAL: "/dev/null", ...env } });
}
interface Result {
  readonly permission_denials: readonly { readonly tool_input: { readonly command: string } }[];
  readonly tool_results: readonly { readonly is_error: boolean; readonly output: string }[];
}
const denied = ({ out }: Ran): readonly string[] => (JSON.parse(out) as Result).permission_denials.map(({ tool_input }) => tool_input.command);
/** Every call that is not proven to only read is asked about, and nobody is there to say yes. */
const STRICT = ["--permission-mode", "prompt", "--output-format", "json"];
const OUTSIDE = ["--settings", '{"sandbox":{"enabled":false}}'];

test("/commit > makes the commit with git alone; whatever else is asked for is refused", async () => {
  await using scratch = await createScratch();
  repository(scratch);
  scratch.put("b.txt", "two\n");
  scratch.put("a.txt", "one\nmore\n");
  const ran = await run(
    scratch,
    ["-p", "/commit the new file", ...STRICT],
    [
      bash("git status --short", "git diff HEAD"),
      bash('git add b.txt a.txt && git commit -m \'feat: b\' -m "Why: it\'s \\"needed\\"."'),
      bash("git push origin main", "git commit -m x > b.txt", "touch c.txt", "git log --oneline -1"),
      { text: "Committed." },
    ],
  );
  expect([ran.code, git(scratch, "log", "--format=%s|%b", "-1"), git(scratch, "status", "--short")]).toEqual([0, 'feat: b|Why: it\'s "needed".', ""]);
  expect(denied(ran)).toEqual(["git push origin main", "git commit -m x > b.txt", "touch c.txt"]);
  expect(toldIn(scratch.mock, 0)).toContain("Make a git commit of the work in this folder. What the user adds: the new file");
  // What the prompt's own lines found is there, so that no step is spent on it.
  expect(toldIn(scratch.mock, 0)).toContain("## main\\n M a.txt\\n?? b.txt");
  expect(toldIn(scratch.mock, 0)).toContain("feat: a");
}, 60_000);

test("/commit > a message by heredoc passes too; the rules end with the turn, and read-only stays read-only", async () => {
  await using scratch = await createScratch();
  repository(scratch);
  scratch.put("b.txt", "two\n");
  const commit = "git add b.txt && git commit -F - <<'EOF'\nfeat: b\n\nBecause.\nEOF";
  const refused = await run(scratch, ["-p", "/commit", "--permission-mode", "read-only", "--output-format", "json"], [bash(commit), { text: "no" }]);
  expect([denied(refused), git(scratch, "log", "--format=%s")]).toEqual([[commit], "feat: a"]);
  const id = "22222222-2222-4222-8222-222222222222";
  expect(denied(await run(scratch, ["-p", "/commit", "--session-id", id, ...STRICT], [bash(commit), { text: "ok" }]))).toEqual([]);
  expect(git(scratch, "log", "--format=%s|%b", "-1")).toBe("feat: b|Because.");
  expect(denied(await run(scratch, ["-p", "again", "--resume", id, ...STRICT], [bash("git commit --amend -m x"), { text: "no" }]))).toEqual([
    "git commit --amend -m x",
  ]);
}, 60_000);

test("/pr > branch, commit, push and `gh pr create`, each just as the prompt says; a forced push is refused", async () => {
  await using scratch = await createScratch();
  repository(scratch);
  const remote = join(dirname(scratch.work), "remote.git");
  git(scratch, "init", "-q", "--bare", remote);
  git(scratch, "remote", "add", "origin", remote);
  git(scratch, "push", "-q", "origin", "main");
  scratch.put("b.txt", "two\n");
  const gh = fakeGh(scratch);
  const ran = await run(
    scratch,
    ["/pr", "for", "review", ...STRICT, ...OUTSIDE],
    [
      bash("git switch -c add-b", "git add b.txt", 'git commit -m "feat: b"'),
      bash("git push --force origin HEAD", "git push origin HEAD:main"),
      bash("git push -u origin HEAD"),
      bash('gh pr create --title "Adds b" --body "What: b.\n\nWhy: wanted."', "gh pr merge 7", "gh repo delete x"),
      { text: "https://example.com/pull/7" },
    ],
    { PATH: gh.path },
  );
  expect(ran.code).toBe(0);
  expect(denied(ran)).toEqual(["git push --force origin HEAD", "git push origin HEAD:main", "gh pr merge 7", "gh repo delete x"]);
  expect(gh.calls()).toEqual(["pr|create|--title|Adds b|--body|What: b.", "", "Why: wanted.|"]);
  expect([
    git(scratch, "--git-dir", remote, "log", "--format=%s", "-1", "add-b"),
    git(scratch, "--git-dir", remote, "log", "--format=%s", "-1", "main"),
  ]).toEqual(["feat: b", "feat: a"]);
  expect(toldIn(scratch.mock, 0)).toContain("Open a pull request for the work in this folder. What the user adds: for review");
}, 60_000);

test("/issue > searches, then opens; nothing else of gh passes", async () => {
  await using scratch = await createScratch();
  repository(scratch);
  const gh = fakeGh(scratch);
  const ran = await run(
    scratch,
    ["-p", "/issue it crashes", ...STRICT, ...OUTSIDE],
    [
      bash('gh issue list --search "crash" --state all'),
      bash("gh issue create --title 'It crashes' --body 'On start.'", "gh issue close 1", "gh auth token"),
      { text: "done" },
    ],
    { PATH: gh.path },
  );
  expect([ran.code, denied(ran)]).toEqual([0, ["gh issue close 1", "gh auth token"]]);
  expect(gh.calls()).toEqual(["issue|list|--search|crash|--state|all|", "issue|create|--title|It crashes|--body|On start.|"]);
}, 60_000);

test.each([
  ["review", "Review changes. Change nothing. What to review: src"],
  ["security-review", "Review changes for security alone."],
  ["bughunter", "Hunt for bugs. Where: src"],
  ["ultraplan", "Make a plan for this task, and change nothing yet: src"],
])(
  "/%s > is sent by its name from a shell, in every way to write it",
  async (name, start) => {
    await using scratch = await createScratch();
    repository(scratch);
    scratch.put("a.txt", "one\nmore\n");
    for (const words of [[`/${name}`, "src"], [`/${name} src`], ["-p", `/${name} src`], ["prompt", `/${name}`, "src"]]) {
      expect(await run(scratch, words, [{ text: "seen" }])).toEqual({ code: 0, out: "seen\n", err: "" });
      expect(toldIn(scratch.mock, 0)).toContain(start);
      if (name.endsWith("review")) expect(toldIn(scratch.mock, 0)).toContain("## main\\n M a.txt");
    }
  },
  60_000,
);

test("/review > a user's own of that name is meant instead; a slip is told with the nearest, and nothing is sent", async () => {
  await using scratch = await createScratch();
  scratch.put(join(scratch.home, ".claude", "commands", "review.md"), "My way: $ARGUMENTS");
  expect(await run(scratch, ["/review", "src"], [{ text: "seen" }])).toMatchObject({ code: 0, out: "seen\n" });
  expect(toldIn(scratch.mock, 0)).toContain("My way: src");
  const { out, err, code } = await run(scratch, ["-p", "/reviw"], []);
  expect([code, out, scratch.mock.requests.length]).toEqual([2, "", 0]);
  expect(err).toContain('Did you mean "/review"?');
}, 60_000);

test("/pr > in a session: offered in help and completion; what needs the network is asked about, and done after a yes", async () => {
  const push: Reply = call("bash", { command: "git push -u origin HEAD", dangerouslyDisableSandbox: true });
  await using at = await sitDown([push, { text: "Pushed it." }]);
  const { scratch } = at;
  repository(scratch);
  const remote = join(dirname(scratch.work), "remote.git");
  git(scratch, "init", "-q", "--bare", remote);
  git(scratch, "remote", "add", "origin", remote);
  const claw = await at.open([], { rows: 60 });
  claw.write("/help\r");
  await claw.shows(/\/security-review \[files or a branch\]/);
  await claw.shows(/\/pr \[what it is about\]/);
  await claw.shows(idle);
  claw.write("/commi");
  await claw.shows("Commit what has changed");
  claw.write("\x15/pr now\r");
  await claw.shows("asks to run outside the sandbox");
  await claw.shows("git push -u origin HEAD");
  claw.write("1");
  await claw.shows("Pushed it.");
  expect(git(scratch, "--git-dir", remote, "log", "--format=%s", "-1", "main")).toBe("feat: a");
  expect(toldIn(at.mock, 0)).toContain("What the user adds: now");
  claw.write("\x04");
  await claw.exited;
}, 60_000);
