import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Prompts } from "claw/kit";
import { calls, createHarness, type Harness, type HarnessOptions, pluginContract, type Reply, says } from "claw/testing";

pluginContract(import.meta.dir);

let user = "";
beforeEach(() => {
  user = realpathSync(mkdtempSync(join(tmpdir(), "claw-commands-")));
});
afterEach(() => rmSync(user, { recursive: true, force: true }));

const PLUGINS = [
  ...[
    "command/status",
    "feature/permissions",
    "feature/shell",
    "feature/processes",
    "feature/prompt-commands",
    "feature/skills",
    "feature/slash",
    "feature/workspace",
  ],
  ...["tool/bash", "tool/skill"],
];
function write(name: string, text: string): void {
  const path = join(user, ".claude", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
function harness(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return createHarness({ plugins: PLUGINS, env: { PATH: process.env["PATH"] ?? "", HOME: user }, script: [says("a"), says("b")], ...options });
}
/** What the model was told, and how the turn ended when that was not well. */
async function told(text: string, options: Partial<HarnessOptions> = {}): Promise<string> {
  await using kernel = await harness(options);
  const outcome = await kernel.submit(text);
  if (outcome.kind === "failed") return `${outcome.error.code} ${outcome.error.message} | ${outcome.error.info.hint ?? ""}`;
  const block = kernel.requests[0]?.messages.at(-1)?.content[0];
  return block?.type === "text" ? block.text : "nothing was sent";
}
const allow = (...rules: string[]): Partial<HarnessOptions> => ({ config: { permissions: { allow: rules } } });

test("route > arguments in place, namespaces, any case; commands win; what is unknown goes on", async () => {
  write("commands/git/Push.md", "---\ndescription: Pushes\n---\nPush to $1 ($ARGUMENTS).\n");
  write("commands/status.md", "mine");
  expect(await told('/git:push "my fork" now')).toBe('Push to my fork ("my fork" now).');
  expect(await told("/status")).toBe("nothing was sent");
  expect(await told("/gitpush")).toStartWith("CLAW_USAGE unknown command: /gitpush");
  expect(await told("look at /git:push")).toBe("look at /git:push");
});

test("route > nearest first: the project's where it is trusted, the user's else; a plugin's by its long name too", async () => {
  write("commands/x.md", "the user's");
  const files = { ".git/HEAD": "", ".claw/commands/x.md": "the project's", ".claw/commands/y.md": "only the project's" };
  expect(await told("/x", { files })).toBe("the user's");
  expect(await told("/x", { files, options: { trust: true } })).toBe("the project's");
  expect(await told("/y", { files })).toStartWith("CLAW_PLUGIN_UNTRUSTED the command /y belongs to this project");
  expect(await told("/x", { files, options: { trust: true, bare: true } })).toStartWith("CLAW_USAGE unknown command: /x");
});

test("route > a broken file says where, and nothing is sent", async () => {
  write("commands/x.md", "---\ndescription: 'x\n---\nbody");
  expect(await told("/x")).toMatch(/^CLAW_CONFIG_INVALID the command \/x .*x\.md\): line 2: not valid YAML/);
});

test("shell lines > give their output when a rule of the user or of the command allows them", async () => {
  write("commands/x.md", '---\nallowed-tools: Bash(echo:*)\n---\nOne: !`echo $1`\nTwo: !`echo "$ARGUMENTS"`\nmail!`x`\n```\n!`echo $1`\n```\n');
  expect(await told("/x a b")).toBe("One: a\nTwo: a b\nmail!`x`\n```\n!`echo a`\n```");
  write("commands/y.md", "!`echo hi; exit 3`");
  expect(await told("/y")).toBe(
    "CLAW_TOOL_FAILED /y was not sent, since its line `echo hi; exit 3` was refused: it needs approval, and nobody can be asked | " +
      "Allow it with --allowedTools, or in the command's `allowed-tools`: Bash(echo hi; exit 3).",
  );
  expect(await told("/y", allow("Bash"))).toBe("hi\n[exit code 3]");
  expect(await told("/y", { options: { allowedTools: ["Bash(*)"] } })).toBe("hi\n[exit code 3]");
});

test("shell lines > an argument is never code, nor read again", async () => {
  write("commands/x.md", '---\nallowed-tools: Bash(echo *)\n---\n!`echo $1`|!`echo "$2"`| $1');
  const nasty = "'$(touch gone)' '`touch gone`; touch gone'";
  await using kernel = await harness();
  expect(await kernel.submit(`/x ${nasty}`)).toEqual({ kind: "completed" });
  expect(await Bun.file(join(kernel.workspace, "gone")).exists()).toBe(false);
  write("commands/y.md", "---\nallowed-tools: Bash(echo *)\n---\n!`echo $1`");
  expect(await told("/y '!`echo x` $ARGUMENTS @y'")).toBe("!`echo x` $ARGUMENTS @y");
});

test("shell lines > deny and ask rules hold, the mode's refusal too, and people are asked", async () => {
  write("commands/x.md", "---\nallowed-tools: Bash\n---\n!`true && git push $1`");
  expect(await told("/x", { options: { disallowedTools: ["Bash(git push*)"] } })).toContain("a deny rule forbids it");
  expect(await told("/x --force", { config: { permissions: { deny: ["Bash(git push --force*)"] } } })).toContain("a deny rule forbids it");
  expect(await told("/x", { config: { permissions: { ask: ["Bash(git push*)"] } } })).toContain("nobody can be asked");
  const plugins = [...PLUGINS, "permission-mode/read-only"];
  expect(await told("/x", { plugins, config: { permissionMode: "read-only" } })).toContain("current mode is read-only");
  write("commands/y.md", "!`echo asked`");
  expect(await told("/y", { answers: ["yes"] })).toBe("asked");
  expect(await told("/y", { answers: [{ choice: "no", text: "not now" }] })).toContain("was refused: not now");
});

test("files > what @ names in the text or in the arguments stands below; other words stay", async () => {
  write("commands/x.md", "Look at @a.md, @$1 and me@a.md, not @nobody or @../out.\n```\n@code.md\n```");
  const files = { "a.md": "A </file>\n", "b c.md": "B\n", "code.md": "C", "d.md": "D" };
  expect(await told("/x d.md with @b\\ c.md", { files })).toBe(
    [
      "Look at @a.md, @d.md and me@a.md, not @nobody or @../out.\n```\n@code.md\n```",
      '<file path="b c.md">\nB\n</file>',
      '<file path="a.md">\nA <\\/file>\n</file>',
      '<file path="d.md">\nD\n</file>',
    ].join("\n\n"),
  );
});

test("allowed-tools and model > hold for the turn", async () => {
  write("commands/x.md", "---\nallowed-tools: Bash(true *)\nmodel: bigger\n---\ngo");
  const script = [calls("bash", { command: "true a" }), says("a"), calls("bash", { command: "true b" }), says("b")];
  await using kernel = await harness({ script, config: { model: "small" } });
  await kernel.submit("/x");
  await kernel.submit("again");
  expect(kernel.requests.map(({ model }) => model.id)).toEqual(["bigger", "bigger", "small", "small"]);
  const decided = kernel.events.flatMap((event) => (event.type === "permission.decided" ? [event.data.decision.verdict] : []));
  expect(decided).toEqual(["allow", "deny"]);
});

test("Prompts > all that a user may call so, commands before skills, with hints", async () => {
  write("commands/fix.md", "---\ndescription: Fixes\nargument-hint: [file] [how]\n---\nx");
  write("commands/plain.md", "# Do the thing\n");
  write("commands/status.md", "hidden by a command");
  write("skills/fix/SKILL.md", "hidden by the file above");
  write("skills/deploy/SKILL.md", "---\ndescription: Deploys\n---\nx");
  write("skills/inner/SKILL.md", "---\nuser-invocable: false\n---\nx");
  await using kernel = await harness({
    config: { plugins: { "@claw/feature-skills": { bundled: false }, "@claw/feature-prompt-commands": { bundled: false } } },
    files: { ".git/HEAD": "", ".claw/commands/no.md": "x" },
  });
  const path = (name: string) => join(user, ".claude", name);
  expect(await (await kernel.host.use(Prompts)).list(kernel.host)).toEqual([
    { name: "deploy", description: "Deploys", kind: "skill", source: "user", path: path("skills/deploy/SKILL.md") },
    { name: "fix", description: "Fixes", kind: "command", source: "user", path: path("commands/fix.md"), hint: "[file] [how]" },
    { name: "plain", description: "Do the thing", kind: "command", source: "user", path: path("commands/plain.md") },
  ]);
});

test("Prompts > those in the binary come last: a user's command or skill of the same name hides them", async () => {
  write("commands/review.md", "---\ndescription: My review\n---\nmy way");
  write("skills/pr/SKILL.md", "---\ndescription: My pr\n---\nmy pr");
  await using kernel = await harness({ config: { plugins: { "@claw/feature-skills": { bundled: false } } } });
  const listed = await (await kernel.host.use(Prompts)).list(kernel.host);
  expect(listed.map(({ name, source, kind }) => `${name} ${source} ${kind}`)).toEqual([
    ...["bughunter bundled command", "commit bundled command", "issue bundled command", "pr user skill", "review user command"],
    ...["security-review bundled command", "ultraplan bundled command"],
  ]);
  expect(listed.filter(({ source }) => source === "bundled").every(({ description, path }) => description !== "" && path === undefined)).toBe(true);
  expect(await told("/review now")).toBe("my way\n\nARGUMENTS: now");
  expect(await told("/pr")).toContain("my pr");
  expect(await told("/ULTRAPLAN move it")).toStartWith("Make a plan for this task, and change nothing yet: move it\n");
  const off = { config: { plugins: { "@claw/feature-prompt-commands": { bundled: false } } } };
  expect(await told("/ultraplan move it", off)).toStartWith("CLAW_USAGE unknown command: /ultraplan");
});

test("bundled > what its lines cannot show it says so, and the prompt goes out all the same", async () => {
  const plugins = [...PLUGINS, "permission-mode/workspace-write"];
  const text = await told("/commit", { plugins, config: { permissionMode: "workspace-write" }, files: { ".git": "gitdir: nowhere" } });
  expect(text).toStartWith("Make a git commit of the work in this folder.");
  expect(text.match(/\[not run: look yourself\]|\[exit code \d+\]/g)).toHaveLength(3);
});

/** The verdict on each line, called in its turn under a command with these rules. */
async function verdicts(tools: string, mode: string, lines: readonly string[]): Promise<readonly string[]> {
  write("commands/x.md", `---\nallowed-tools: ${tools}\n---\ngo`);
  const script = [...lines.map((command) => calls("bash", { command })), says("a"), ...lines.map((command) => calls("bash", { command })), says("b")];
  await using kernel = await harness({ script, plugins: [...PLUGINS, `permission-mode/${mode}`], config: { permissionMode: mode } });
  await kernel.submit("/x");
  const decided = kernel.events.flatMap((event) => (event.type === "permission.decided" ? [event.data.decision.verdict] : []));
  await kernel.submit("again");
  const after = kernel.events.flatMap((event) => (event.type === "permission.decided" ? [event.data.decision.verdict] : [])).slice(decided.length);
  expect(new Set(after)).toEqual(new Set(["deny"]));
  return decided;
}

const bashCall = (command: string) => ({ type: "call", id: crypto.randomUUID(), tool: "bash", input: { command } }) as const;
async function verdictsOf(tools: string, step: Reply): Promise<readonly string[]> {
  write("commands/x.md", `---\nallowed-tools: ${tools}\n---\ngo`);
  await using kernel = await harness({
    script: [step, says("a")],
    plugins: [...PLUGINS, "permission-mode/prompt"],
    config: { permissionMode: "prompt" },
    files: { "a.txt": "a" },
  });
  await kernel.submit("/x");
  return kernel.events.flatMap((event) => (event.type === "permission.decided" ? [event.data.decision.verdict] : []));
}

test("allowed-tools > a line is read part by part, with quotes, and every part has to be covered", async () => {
  const rules = "Bash(probe *), Bash(other a*)";
  expect(await verdicts(rules, "prompt", ["probe -m 'two words' \"$(cat <<'E'\ntext\nE\n)\"", "probe a && other ab", "probe <<'E'\nx\nE"])).toEqual([
    ...["allow", "allow", "allow"],
  ]);
  const bad = ["probe 'a b'; other b", "probe `touch x`", "probe x > out", "X=1 probe 'a b'", "other $(true)b 'a'", "'probe a'"];
  for (const line of bad) expect([line, ...(await verdicts(rules, "prompt", [line]))]).toEqual([line, "deny"]);
  // Calls of one step: each is judged when those before it have run, in the folder that they have left.
  expect(
    await verdictsOf(rules, { content: ["other a", "probe 'a b'", "probe 'a b' > out", "cat a.txt && probe 'x y'"].map(bashCall), stop: "calls" }),
  ).toEqual([...["allow", "allow", "deny", "allow"]]);
  expect(await verdicts(rules, "read-only", ["probe 'a b'"])).toEqual(["deny"]);
});
