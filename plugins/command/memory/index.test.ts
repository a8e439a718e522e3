import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "claw";
import { commandContract, createHarness, type Harness, type HarnessOptions, pluginContract } from "claw/testing";

const harness = (options: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({ plugins: ["command/memory", "feature/memory-files"], ...options });
async function run(on: Harness, ...words: string[]) {
  const outcome = await on.shell.run(await on.host.get("command", "memory"), words);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return { notice: outcome.notice ?? "", data: outcome.data as { readonly [key: string]: Json } };
}

pluginContract(import.meta.dir);
{
  await using on = await harness();
  commandContract(await on.host.get("command", "memory"), {
    valid: [[], ["list"], ["show", "CLAUDE.md"], ["edit"], ["edit", "AGENTS.md"]],
    invalid: [["show"], ["forget"], ["list", "x"], ["show", "--x"]],
  });
}

test("memory > every file in force, with size and source", async () => {
  const files = {
    "CLAUDE.md": "# Rules\n\nBe kind. See @docs/style.md",
    "docs/style.md": "Tabs.",
    ".claw/rules/ts.md": "---\npaths: src/**/*.ts\n---\nNo any.",
    "AGENTS.local.md": "Só eu.",
  };
  await using on = await harness({ files });
  writeFileSync(join(on.home, "CLAUDE.md"), "Mine.");
  const { notice, data } = await run(on);
  expect(
    notice
      .split("\n")
      .slice(0, 6)
      .map((line) => line.trim().split(/ {2,}/)),
  ).toEqual([
    ["File", "Level", "Source", "Lines", "Characters", "Tokens"],
    [join(on.home, "CLAUDE.md"), "user", "CLAUDE.md", "1", "5", "~2"],
    ["CLAUDE.md", "project", "CLAUDE.md", "3", "36", "~9"],
    ["docs/style.md", "project", "import", "1", "5", "~2"],
    [".claw/rules/ts.md", "project", "rules", "1", "7", "~2"],
    ["AGENTS.local.md", "project", "AGENTS.local.md", "1", "6", "~2"],
  ]);
  expect(notice).toContain("docs/style.md: imported by CLAUDE.md\n.claw/rules/ts.md: sent once the model touches src/**/*.ts\n");
  expect(data).toMatchObject({
    ...{ kind: "memory", action: "list", status: "ok", instruction_files: 5, totals: { characters: 59, bytes: 60 }, warnings: [] },
    files: [
      { level: "user" },
      { preview: "# Rules", when: "always" },
      { imported_by: join(on.workspace, "CLAUDE.md") },
      { paths: ["src/**/*.ts"], when: "touched" },
      { bytes: 7 },
    ],
  });
  expect(on.requests).toEqual([]);
});

test("memory show > one by its path or the end of it, harmless for a terminal", async () => {
  await using on = await harness({ files: { "docs/a.md": "\u001b[31mred", "CLAUDE.md": "@docs/a.md" } });
  expect((await run(on, "show", "a.md")).notice).toBe("docs/a.md\n\nred");
  await expect(run(on, "show", "b.md")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.any(String) } });
});

test("memory > none, and --bare", async () => {
  await using on = await harness();
  expect((await run(on)).notice).toContain("`claw init` writes one.");
  await using bare = await harness({ files: { "CLAUDE.md": "x" }, options: { bare: true } });
  expect(await run(bare)).toMatchObject({ notice: "--bare leaves instruction files out.", data: { instruction_files: 0 } });
});

test("memory edit > asks which, those that could be made too; without a person or a terminal it says what to do", async () => {
  await using on = await harness({ files: { "AGENTS.md": "x" }, answers: ["no"] });
  expect((await run(on, "edit")).notice).toBe("Nothing was opened.");
  expect(on.questions[0]?.choices).toEqual(["AGENTS.md · project, 1 characters", "CLAUDE.md · new", `${join(on.home, "CLAUDE.md")} · new`]);
  await expect(run(on, "edit", "AGENTS.md")).rejects.toMatchObject({
    code: "CLAW_USAGE",
    info: { hint: `Edit ${join(on.workspace, "AGENTS.md")} yourself.` },
  });
  await using headless = await harness();
  await expect(run(headless, "edit")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: "Write memory edit FILE." } });
});
