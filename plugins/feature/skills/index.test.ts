import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Request, TurnScope } from "claw";
import { Skills } from "claw/kit";
import { calls, createHarness, type Harness, type HarnessOptions, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);

let user = "";
beforeEach(() => {
  user = realpathSync(mkdtempSync(join(tmpdir(), "claw-skills-")));
});
afterEach(() => rmSync(user, { recursive: true, force: true }));

// As in the binary: by name.
const PLUGINS = [
  ...["feature/permissions", "feature/shell", "feature/processes", "feature/skills", "feature/slash", "feature/workspace"],
  ...["tool/bash", "tool/read-file", "tool/skill"],
];
const skill = (description: string, body: string, ...fields: string[]) => ["---", `description: ${description}`, ...fields, "---", body].join("\n");
function write(path: string, text: string): string {
  mkdirSync(dirname(join(user, path)), { recursive: true });
  writeFileSync(join(user, path), text);
  return join(user, path);
}
/** A harness whose user has a home of its own, and no skills of the binary. */
function harness(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  const { config, ...rest } = options;
  const plugins = { "@claw/feature-skills": { bundled: false }, ...(config as { plugins?: object } | undefined)?.plugins };
  const env = { PATH: process.env["PATH"] ?? "", HOME: user };
  return createHarness({ plugins: PLUGINS, env, config: { ...(config as object), plugins } as never, ...rest });
}
const part = (request: Request | undefined) => request?.system.find((text) => text.startsWith("# Skills"));
const texts = (request: Request | undefined) =>
  request?.messages.flatMap(({ content }) => content.flatMap((block) => (block.type === "text" ? [block.text] : [])));
const said = (kernel: Harness, type: string) => kernel.events.filter((event) => event.type === type).map((event) => event.data as unknown);

test("draft > names and descriptions of skills that may act, once, the nearest of a name", async () => {
  write(".claude/skills/deploy/SKILL.md", skill("Deploys: to production", "x"));
  write(".agents/skills/deploy/SKILL.md", skill("The nearer one", "x"));
  write(".agents/skills/secret/SKILL.md", skill("For users", "x", "disable-model-invocation: true"));
  write(".agents/skills/broken/SKILL.md", "---\nname: broken\n");
  await using kernel = await harness({
    files: { ".git/HEAD": "", ".claw/skills/deploy/SKILL.md": skill("Untrusted", "x") },
    script: [says("a"), says("b")],
  });
  await kernel.submit("one");
  expect(part(kernel.requests[0])).toEndWith("Users call one as /name.\n\n- deploy: The nearer one");
  write(".agents/skills/deploy/SKILL.md", skill("Changed meanwhile", "x"));
  await kernel.submit("two");
  expect(kernel.requests[1]?.system).toEqual(kernel.requests[0]?.system ?? []);
});

test("draft > nothing without the tool, nothing without skills, and with --bare only those of the binary", async () => {
  write(".agents/skills/x/SKILL.md", skill("X", "x"));
  await using none = await harness({ options: { tools: "bash" } });
  await none.submit("hi");
  expect(part(none.requests[0])).toBeUndefined();
  await using bare = await harness({ options: { bare: true }, config: { plugins: { "@claw/feature-skills": { bundled: true } } } });
  await bare.submit("hi");
  expect(part(bare.requests[0])).toContain("- authoring-a-skill: ");
  expect(part(bare.requests[0])).not.toContain("- x");
});

test("announce > a skill that comes later is told in a message, and the prefix stays as it was", async () => {
  write(".agents/skills/old/SKILL.md", skill("Old", "x"));
  await using kernel = await harness({ script: [says("a"), says("b"), says("c")] });
  await kernel.submit("one");
  write(".agents/skills/fresh/SKILL.md", skill("Fresh", "Do it."));
  await kernel.submit("two");
  await kernel.submit("three");
  const [first, second, third] = kernel.requests;
  expect(second?.system).toEqual(first?.system ?? []);
  expect(second?.messages.slice(0, 1)).toEqual([...(first?.messages.slice(0, 1) ?? [])]);
  expect(third?.messages.slice(0, second?.messages.length)).toEqual([...(second?.messages ?? [])]);
  const note = "<note>\nNew skills, which the Skill tool can load from now on:\n- fresh: Fresh\n</note>";
  expect(texts(third)).toEqual(["one", "a", note, "two", "b", "three"]);
  expect(said(kernel, "skills.found")).toEqual([{ names: ["fresh"] }]);
});

test("route > /name args is the skill's text; commands and those not for users are none; unknown goes on", async () => {
  write(".agents/skills/greet/SKILL.md", skill("Greets", "Greet $1, $ARGUMENTS."));
  write(".agents/skills/inner/SKILL.md", skill("Inner", "x", "user-invocable: false"));
  await using kernel = await harness({ script: [says("a")] });
  await kernel.submit("/GREET Ann and Bob");
  expect(texts(kernel.requests[0])).toEqual([
    `Follow the skill \`greet\`. Its relative paths start from ${user}/.agents/skills/greet\n\nGreet Ann, Ann and Bob.`,
  ]);
  expect(said(kernel, "skill.used")).toEqual([{ name: "greet", source: "user", path: `${user}/.agents/skills/greet/SKILL.md`, by: "user" }]);
  expect(await kernel.submit("/inner")).toMatchObject({ kind: "failed", error: { message: expect.stringContaining("unknown command: /inner") } });
  expect(kernel.requests).toHaveLength(1);
});

test("route > of a project nobody trusts, and a broken one, the turn fails and says why", async () => {
  const files = { ".git/HEAD": "", ".claw/skills/x/SKILL.md": skill("X", "x"), ".claw/skills/y/SKILL.md": "---\nname: 'y\n---\n" };
  await using kernel = await harness({ files });
  expect(await kernel.submit("/x")).toMatchObject({ kind: "failed", error: { code: "CLAW_PLUGIN_UNTRUSTED" } });
  await using trusting = await harness({ files, options: { trust: true }, script: [says("a")] });
  expect(await trusting.submit("/x")).toEqual({ kind: "completed" });
  const broken = await trusting.submit("/y");
  expect(broken).toMatchObject({ kind: "failed", error: { code: "CLAW_CONFIG_INVALID" } });
  expect(broken.kind === "failed" && broken.error.message).toContain("SKILL.md line 2: not valid YAML");
});

test("permit > allowed-tools pass for the turn that uses the skill, and no longer", async () => {
  write(".agents/skills/look/SKILL.md", skill("Looks", "x", "allowed-tools: Bash(true *), Bash(git push *)"));
  const line = (command: string) => calls("bash", { command });
  await using kernel = await harness({
    config: { permissions: { ask: ["Bash(git push*)"] } },
    script: [
      line("true early"),
      calls("Skill", { skill: "look" }),
      line("true one"),
      line("true 'two words' \"and $(ls | wc -l)\"; ls"),
      line("true two; touch made"),
      line("true `touch made`"),
      line("true one"),
      line("true two > made"),
      line("git push x"),
      says("a"),
      line("true late"),
      says("b"),
    ],
  });
  await kernel.submit("go");
  await kernel.submit("again");
  const decided = said(kernel, "permission.decided") as readonly { subject: string; by: string; decision: { verdict: string } }[];
  expect(decided.map(({ subject, by, decision }) => `${subject} ${decision.verdict} ${by}`)).toEqual([
    "true early deny headless",
    "look allow mode:ask",
    "true one allow @claw/feature-skills",
    "true 'two words' \"and $(ls | wc -l)\"; ls allow @claw/feature-skills",
    "true two; touch made deny headless",
    "true `touch made` deny headless",
    "true one allow @claw/feature-skills",
    "true two > made deny headless",
    "git push x deny headless",
    "true late deny headless",
  ]);
});

test("permit > a skill's own folder may be read; a mode that refuses still refuses", async () => {
  write(".agents/skills/look/SKILL.md", skill("Looks", "x", "allowed-tools: Bash"));
  const path = write(".agents/skills/look/notes.md", "notes");
  const other = write("other.md", "other");
  const script = [
    calls("Skill", { skill: "look" }),
    calls("read_file", { path }),
    calls("read_file", { path: other }),
    calls("bash", { command: "node -e 1" }),
    says("a"),
  ];
  const plugins = [...PLUGINS, "permission-mode/read-only", "permission-mode/workspace-write"];
  await using kernel = await harness({ plugins, config: { permissionMode: "workspace-write" }, script: [...script] });
  await kernel.submit("go");
  const ended = (one: Harness) => said(one, "permission.decided").map((data) => (data as { decision: { verdict: string } }).decision.verdict);
  expect(ended(kernel)).toEqual(["allow", "allow", "deny", "allow"]);
  await using strict = await harness({ plugins, config: { permissionMode: "read-only" }, script: [...script] });
  await strict.submit("go");
  expect(ended(strict).at(-1)).toBe("deny");
});

test("lend > the model that a skill asks for is taken for its turn, then given back", async () => {
  write(".agents/skills/big/SKILL.md", skill("Big", "x", "model: bigger"));
  await using kernel = await harness({ config: { model: "small" }, script: [says("a"), says("b")] });
  await kernel.submit("/big");
  await kernel.submit("hi");
  expect(kernel.requests.map(({ model }) => model.id)).toEqual(["bigger", "small"]);
});

test("Skills > a skill of the binary, and what cannot be used", async () => {
  await using kernel = await harness({ config: { plugins: { "@claw/feature-skills": { bundled: true } } } });
  const skills = await kernel.host.use(Skills);
  const found = await skills.list(kernel.host);
  expect(found.map(({ name }) => name)).toEqual(["authoring-a-plugin", "authoring-a-skill", "debugging-claw", "reviewing-a-change", "writing-hooks"]);
  for (const { description, bytes, problem } of found)
    expect({ problem, short: description.length < 100, small: bytes < 5_000 }).toEqual({ problem: undefined, short: true, small: true });
  const scope = { ...kernel.host, session: kernel.shell.session, selection: kernel.shell.selection } as unknown as TurnScope;
  expect((await skills.use("writing-hooks", "", scope, "model")).text).toStartWith("Follow the skill `writing-hooks`.\n\n# Writing hooks");
});
