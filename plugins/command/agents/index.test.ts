import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Options } from "claw";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";

const PLUGINS = ["command/agents", "feature/agents", "feature/tasks", "feature/workspace"];
const mine = (name: string, more = ""): string => `---\nname: ${name}\ndescription: Says ${name}\n${more}---\nBe ${name}.\n`;
const harness = (files: Readonly<Record<string, string>> = {}, options: Options = {}): Promise<Harness> =>
  createHarness({ plugins: PLUGINS, files, options });
async function run(on: Harness, ...words: readonly string[]) {
  const outcome = await on.shell.run(await on.host.get("command", "agents"), words);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return {
    notice: outcome.notice ?? "",
    data: outcome.data as { readonly agents: readonly { readonly [key: string]: unknown }[]; readonly [key: string]: unknown },
  };
}

pluginContract(import.meta.dir);
{
  await using on = await harness();
  commandContract(await on.host.get("command", "agents"), {
    valid: [[], ["list"], ["show", "Explore"], ["create", "mine"]],
    invalid: [["dance"], ["show"], ["create"], ["show", ""], ["list", "x"]],
  });
}

test("agents > lists the bundled ones", async () => {
  await using on = await harness();
  const { notice, data } = await run(on);
  expect(notice).toContain("  Explore          Searches and reads to answer a question about code; changes nothing\n                   bundled");
  expect(data).toMatchObject({
    kind: "agents",
    action: "list",
    status: "ok",
    count: 4,
    valid_count: 4,
    invalid_count: 0,
    working_directory: on.workspace,
  });
  expect(data.agents.map(({ name, source, active }) => [name, source, active])).toEqual([
    ["general-purpose", "bundled", true],
    ["Explore", "bundled", true],
    ["Plan", "bundled", true],
    ["Verification", "bundled", true],
  ]);
});

test("agents > nearer ones hide others, broken ones say why, the command line's win", async () => {
  const files = {
    ".claw/agents/a.md": mine("explore", "tools: Read, Bash(git *)\nmodel: small\nmaxTurns: 3\n"),
    ".claude/agents/a.md": mine("Explore"),
    ".claude/agents/b.md": "no front matter",
    ".claude/agents/c.md": mine("many", "maxTurns: lots\n"),
    ".claude/agents/d.md": mine("a b"),
  };
  const own = JSON.stringify({ many: { description: "d", prompt: "p" } });
  await using on = await harness(files, { trust: true, agents: own });
  const { notice, data } = await run(on);
  const [claw, claude] = [join(on.workspace, ".claw/agents"), join(on.workspace, ".claude/agents")];
  expect(data.agents.map(({ name, path, active, shadowed_by: by, problem }) => [name, path, active, by ?? problem]).slice(0, -3)).toEqual([
    ["many", "--agents", true, null],
    ["explore", `${claw}/a.md`, true, null],
    ["Explore", `${claude}/a.md`, false, `${claw}/a.md`],
    ["b", `${claude}/b.md`, false, "it has no description"],
    ["many", `${claude}/c.md`, false, "maxTurns is no whole number above 0"],
    ["a b", `${claude}/d.md`, false, "its name must be letters, digits and . : _ - only"],
    ["general-purpose", "bundled", true, null],
  ]);
  expect(notice).toContain(`! Explore          not used: hidden by ${claw}/a.md`);
  const shown = await run(on, "show", "EXPLORE");
  expect(shown.notice).toBe(
    `Agent     explore\nFrom      project, ${claw}/a.md\nFor       Says explore\nTools     Read, Bash(git *)\nModel     small\nSteps     3\n\nBe explore.`,
  );
  expect(shown.data).toMatchObject({ action: "show", status: "ok", agent: { prompt: "Be explore.", tools: ["Read", "Bash(git *)"], max_turns: 3 } });
  await expect(run(on, "show", "Explor2")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.stringContaining("xplore") } });
});

test("agents > those of a folder that nobody has trusted are listed and hide nothing", async () => {
  await using on = await harness({ ".claw/agents/Explore.md": mine("Explore") });
  const { data } = await run(on);
  const found = data.agents.filter(({ name }) => name === "Explore");
  expect(found.map(({ active, problem }) => [active, problem])).toEqual([
    [false, "nobody has trusted this folder; see --trust"],
    [true, null],
  ]);
});

test("agents > create writes a file to begin with, and never over another", async () => {
  await using on = await harness({}, { trust: true });
  const { data } = await run(on, "create", "mine");
  expect(readFileSync(join(on.workspace, ".claw/agents/mine.md"), "utf8")).toContain("name: mine");
  expect(data).toMatchObject({ action: "create", name: "mine" });
  expect((await run(on)).data.agents[0]).toMatchObject({ name: "mine", active: true, source: "project" });
  for (const name of ["mine", "../up", ""]) await expect(run(on, "create", name)).rejects.toMatchObject({ code: "CLAW_USAGE" });
});
