import { expect, test } from "bun:test";
import { calls, createHarness, pluginContract, says, toolContract } from "claw/testing";

pluginContract(import.meta.dir);
const PLUGINS = ["tool/skill", "feature/skills", "feature/workspace", "feature/processes"];
await using contract = await createHarness({ plugins: PLUGINS });
toolContract(await contract.host.get("tool", "Skill"), {
  valid: [{ skill: "x" }, { skill: " /x ", args: "all of it" }],
  invalid: [{}, { skill: "" }, { skill: 1 }, { skill: "x", args: 1 }, { skill: "x", more: true }],
});

const SKILL = "---\nname: greet\ndescription: Greets people\nargument-hint: '[who]'\n---\nSay hello to $1, then read references/tone.md.\n";
const textOf = (result: { readonly content: readonly { readonly type: string }[] }) => (result.content[0] as unknown as { text: string }).text;

test("Skill > gives the text with arguments in place, and says where its files are", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, options: { trust: true }, files: { ".claw/skills/greet/SKILL.md": SKILL } });
  const result = await harness.call("Skill", { skill: "$Greet", args: '"Ann Lee" now' });
  const folder = `${harness.workspace}/.claw/skills/greet`;
  expect(result).toMatchObject({
    failed: false,
    details: { skill: "greet", path: `${folder}/SKILL.md`, args: '"Ann Lee" now', description: "Greets people", source: "project" },
  });
  expect(textOf(result)).toBe(
    `Follow the skill \`greet\`. Its relative paths start from ${folder}\n\nSay hello to Ann Lee, then read references/tone.md.`,
  );
});

test("Skill > one that is not there, and one nobody trusts, are failed results that say what to do", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, files: { ".claw/skills/greet/SKILL.md": SKILL } });
  const missing = await harness.call("Skill", { skill: "debuging-claw" });
  expect(missing.failed).toBe(true);
  expect(textOf(missing)).toBe('there is no skill "debuging-claw"\nDid you mean "debugging-claw"?');
  const untrusted = await harness.call("Skill", { skill: "greet" });
  expect(untrusted.failed).toBe(true);
  expect(textOf(untrusted)).toContain("nobody has trusted this folder");
  expect(textOf(untrusted)).not.toContain("Say hello");
});

test("Skill > one with `context: fork` is followed by a sub-agent, whose answer is the result", async () => {
  const text = "---\nname: apart\ndescription: Works apart\ncontext: fork\n---\nCount the files in $1.\n";
  const plugins = [...PLUGINS, "feature/agents", "feature/tasks"];
  const script = [calls("Skill", { skill: "apart", args: "src" }), says("There are three."), says("done")];
  await using harness = await createHarness({ plugins, script, options: { trust: true }, files: { ".claw/skills/apart/SKILL.md": text } });
  await harness.submit("go");
  expect(harness.requests).toHaveLength(3);
  expect(JSON.stringify(harness.requests[1]?.messages)).toContain("Count the files in src.");
  expect(harness.requests[1]?.messages).toHaveLength(1);
  const ended = harness.events.find((event) => event.type === "call.ended" && event.session === harness.shell.session.id);
  expect(ended?.data).toMatchObject({ tool: "Skill", failed: false, details: { skill: "apart", agent: "general-purpose" } });
  expect(JSON.stringify(harness.requests[2]?.messages.at(-1))).toContain("There are three.");
});
