import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CommandOutcome } from "claw";
import { commandContract, createHarness, type Harness, type HarnessOptions, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
const PLUGINS = ["command/skills", "feature/processes", "feature/skills", "feature/slash", "feature/workspace", "tool/read-file", "tool/skill"];
await using contract = await createHarness({ plugins: PLUGINS });
commandContract(await contract.host.get("command", "skills"), {
  valid: [[], ["list"], ["new", "x", "--project"], ["check"], ["anything", "at", "all"]],
  invalid: [["new"], ["add", "--yes"], ["remove"], ["show"]],
});

let user = "";
beforeEach(() => {
  user = realpathSync(mkdtempSync(join(tmpdir(), "claw-skill-")));
});
afterEach(() => rmSync(user, { recursive: true, force: true }));

function write(path: string, text: string): string {
  mkdirSync(dirname(join(user, path)), { recursive: true });
  writeFileSync(join(user, path), text);
  return join(user, path);
}
const good = (name: string, more = "") => `---\nname: ${name}\ndescription: Does ${name} when asked\n${more}---\nDo it.\n`;
function harness(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: user, GIT_CONFIG_GLOBAL: "/dev/null" };
  const config = { plugins: { "@claw/feature-skills": { bundled: false } } };
  return createHarness({ plugins: PLUGINS, env, config, ...options });
}
async function run(kernel: Harness, ...words: string[]): Promise<CommandOutcome> {
  return kernel.shell.run(await kernel.host.get("command", "skills"), words);
}
async function refusal(kernel: Harness, ...words: string[]): Promise<string> {
  const error = await run(kernel, ...words).then(
    () => new Error("was accepted"),
    (thrown: Error & { info?: { hint?: string } }) => thrown,
  );
  return `${error.message} | ${"info" in error ? (error.info?.hint ?? "") : ""}`;
}
const noticeOf = (outcome: CommandOutcome) => (outcome.kind === "prompt" ? "" : (outcome.notice ?? ""));

test("list > name, source, size and why one is not used; the same for programs", async () => {
  write(".claude/skills/deploy/SKILL.md", good("deploy", "disable-model-invocation: true\n"));
  const files = { ".git/HEAD": "", ".claw/skills/local/SKILL.md": good("local"), ".claw/skills/bad/SKILL.md": "---\nname: bad\n" };
  await using kernel = await harness({ files });
  const outcome = await run(kernel);
  expect(noticeOf(outcome).split("\n").slice(0, 3)).toEqual([
    "  deploy  user          7 B  Does deploy when asked [user only]",
    "! bad     project       0 B  not used: SKILL.md line 1: the front matter that opens here is never closed. Add a line `---` below its last field.",
    "! local   project       7 B  not used: nobody has trusted this folder (--trust)",
  ]);
  expect(outcome).toMatchObject({
    kind: "done",
    data: {
      ...{ kind: "skills", action: "list", status: "ok", working_directory: kernel.workspace, count: 3, valid_count: 2, invalid_count: 1 },
      summary: { total: 3, active: 1, shadowed: 0 },
      skills: [
        { name: "deploy", source: "user", bytes: 7, active: true, model_invocable: false },
        { active: false },
        { active: false, trusted: false },
      ],
    },
  });
  expect(noticeOf(await run(kernel, "show", "/Deploy"))).toContain(`Source       user, ${user}/.claude/skills/deploy/SKILL.md\nSize         7 B`);
  expect(await refusal(kernel, "show", "deplyo")).toBe('there is no skill "deplyo" | Did you mean "deploy"?');
});

test("new > makes one that can be used at once, and never writes over another", async () => {
  await using kernel = await harness({ files: { ".git/HEAD": "" }, options: { trust: true }, script: [says("a")] });
  const path = join(kernel.home, "skills/fix-it/SKILL.md");
  expect(await run(kernel, "new", "fix-it", "Fixes: what is", "broken")).toMatchObject({
    kind: "done",
    data: { action: "new", name: "fix-it", path },
  });
  expect(noticeOf(await run(kernel, "check", "fix-it"))).toBe("1 checked, 0 errors, 0 warnings");
  expect(await refusal(kernel, "new", "fix-it")).toContain("there is a skill already");
  await run(kernel, "new", "local", "--project");
  expect(readdirSync(join(kernel.workspace, ".claw/skills"))).toEqual(["local"]);
  expect(noticeOf(await run(kernel, "check", "local"))).toContain("its description is still the one it was made with");
  for (const name of ["../x", "Fix", "a--b", "x".repeat(65)]) expect(await refusal(kernel, "new", name)).toContain("not a name for a skill");
  expect(await refusal(kernel, "new", "x", "--globl")).toBe('skills: unknown option --globl | Did you mean "--global"?');
  await kernel.submit("/fix-it the tests");
  expect(JSON.stringify(kernel.requests[0]?.messages)).toContain("What it is about: the tests");
});

test("add > a folder of skills, one of them, a single file; whole, with its modes; --force replaces", async () => {
  write("pack/skills/one/SKILL.md", good("one"));
  chmodSync(write("pack/skills/one/scripts/run.sh", "#!/bin/sh\n"), 0o755);
  write("pack/skills/two/SKILL.md", good("two"));
  const single = write("three.md", "Do three.\n");
  await using kernel = await harness();
  const target = join(kernel.home, "skills");
  expect(noticeOf(await run(kernel, "add", join(user, "pack"), "one"))).toContain("one (2 files, 68 B, 1 of them no text): Does one when asked");
  expect(statSync(join(target, "one/scripts/run.sh")).mode & 0o777).toBe(0o755);
  await run(kernel, "install", single);
  expect(readdirSync(target).sort()).toEqual(["one", "three"]);
  expect(await refusal(kernel, "add", join(user, "pack"))).toContain(`there already: ${target}/one`);
  write("pack/skills/one/SKILL.md", good("one", "license: MIT\n"));
  rmSync(join(user, "pack/skills/one/scripts"), { recursive: true });
  await run(kernel, "add", join(user, "pack"), "--force");
  expect(readFileSync(join(target, "one/SKILL.md"), "utf8")).toContain("MIT");
  expect([readdirSync(target).sort(), readdirSync(join(target, "one"))]).toEqual([["one", "three", "two"], ["SKILL.md"]]);
});

test("add > refuses links, names that are paths, what is too large, and what is no skill", async () => {
  write("linked/SKILL.md", good("linked"));
  symlinkSync("/etc/passwd", join(user, "linked/notes"));
  write("evil/SKILL.md", good("../../evil"));
  write("many/SKILL.md", good("many"));
  for (let at = 0; at < 501; at++) write(`many/${at}.md`, "");
  mkdirSync(join(user, "none"));
  await using kernel = await harness();
  expect(await refusal(kernel, "add", join(user, "linked"))).toContain("notes is a link");
  expect(await refusal(kernel, "add", join(user, "evil"))).toContain("not a name for a skill");
  expect(await refusal(kernel, "add", join(user, "many"))).toContain("too large for a skill");
  expect(await refusal(kernel, "add", join(user, "none"))).toContain("there is no SKILL.md");
  expect(await refusal(kernel, "add", "nowhere")).toContain("there is nothing at");
  expect(existsSync(join(kernel.home, "skills"))).toBe(false);
});

test("add > from git only when agreed", async () => {
  write("origin/skills/remote/SKILL.md", good("remote", "allowed-tools: Bash(git log *)\n"));
  const git = (...words: string[]) => Bun.spawnSync(["git", "-c", "user.name=x", "-c", "user.email=x@y", ...words], { cwd: join(user, "origin") });
  for (const words of [
    ["init", "-q", "-b", "main"],
    ["add", "."],
    ["commit", "-q", "-m", "x"],
  ])
    expect(git(...words).exitCode).toBe(0);
  const url = `file://${user}/origin`;
  await using kernel = await harness();
  expect(await refusal(kernel, "add", url)).toContain(
    "remote (1 file, 95 B, allows Bash(git log *)): Does remote when asked | Look at what it is, then say --yes.",
  );
  expect(await refusal(kernel, "add", `${url}#nowhere`, "--yes")).toContain("could not be cloned");
  await run(kernel, "add", `${url}#main`, "--yes");
  expect(readdirSync(join(kernel.home, "skills/remote"))).toEqual(["SKILL.md"]);
  await using asking = await harness({ answers: ["no", "yes"] });
  expect(await refusal(asking, "add", url)).toContain("nothing was added");
  await run(asking, "add", url);
  expect(asking.questions[0]?.text).toContain(`Add from ${url}`);
}, 30_000);

test("check > says every fault, and ends with 1", async () => {
  write(
    ".claude/skills/Bad_Name/SKILL.md",
    "---\nname: other\nallowed-tools: Bash, Nope(x), Read, (y)\ncolour: red\n---\nSee [it](missing.md), scripts/run.sh and https://x.org/references/a.\n\nNow: !`date`\n",
  );
  await using kernel = await harness();
  const outcome = await run(kernel, "check");
  expect(outcome).toMatchObject({ kind: "exit", code: 1, data: { checked: 1, errors: 5 } });
  const path = `${user}/.claude/skills/Bad_Name/SKILL.md: `;
  expect(
    noticeOf(outcome)
      .split("\n")
      .map((line) => line.replace(path, "")),
  ).toEqual([
    'error    name "other" is not that of its folder, "Bad_Name"',
    "error    has no description: nobody will know when to use it",
    "warning  colour: has no effect here",
    "warning  allowed-tools: there is no tool Bash",
    "warning  allowed-tools: there is no tool Nope(x)",
    'error    allowed-tools: "(y)" is no rule: Tool or Tool(pattern)',
    "warning  has a !`line`: skills run none; write the command as a step, or make it a Markdown command",
    "error    names missing.md, which is not there",
    "error    names scripts/run.sh, which is not there",
    "1 checked, 5 errors, 4 warnings",
  ]);
  expect(await run(kernel, "check", join(user, ".claude/skills/Bad_Name"))).toMatchObject({ kind: "exit", code: 1 });
});

test("remove > only from claw's own folders; of a link only the link", async () => {
  write(".claude/skills/theirs/SKILL.md", good("theirs"));
  const real = dirname(write("work/linked/SKILL.md", good("linked")));
  await using kernel = await harness({ files: { ".git/HEAD": "" } });
  await run(kernel, "new", "mine");
  symlinkSync(real, join(kernel.home, "skills/linked"));
  await run(kernel, "remove", "mine");
  await run(kernel, "remove", "linked");
  expect([readdirSync(join(kernel.home, "skills")), existsSync(join(real, "SKILL.md"))]).toEqual([[], true]);
  expect(await refusal(kernel, "remove", "theirs")).toContain("is not claw's to remove");
  expect(await refusal(kernel, "remove", "mine")).toContain("there is no skill");
  await run(kernel, "new", "both");
  await run(kernel, "new", "both", "--project");
  expect(await refusal(kernel, "remove", "both")).toContain("is there twice");
  await run(kernel, "remove", "both", "--project");
  expect(existsSync(join(kernel.home, "skills/both"))).toBe(true);
});

test("use > in a fresh shell /name is for the turn that follows, in a session its text", async () => {
  write(".claude/skills/greet/SKILL.md", good("greet"));
  await using kernel = await harness({ script: [says("a"), says("b")] });
  expect(await run(kernel, "greet", "Ann")).toEqual({ kind: "prompt", text: "/greet Ann" });
  await kernel.submit("/skills greet Ann");
  expect(JSON.stringify(kernel.requests[0]?.messages)).toContain("Do it.\\n\\nARGUMENTS: Ann");
  expect(await refusal(kernel, "greeet")).toBe('there is no skill "greeet" | Did you mean "greet"?');
});
