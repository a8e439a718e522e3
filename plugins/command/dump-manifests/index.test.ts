import { expect, test } from "bun:test";
import type { Json } from "claw";
import { commandContract, createHarness, type Harness, type HarnessOptions, pluginContract } from "claw/testing";

const PLUGINS = [
  "command/dump-manifests",
  "command/status",
  ...["agents", "prompt-commands", "processes", "skills", "tasks", "workspace"].map((name) => `feature/${name}`),
  ...["read-file", "sleep"].map((name) => `tool/${name}`),
];
type Row = Readonly<Record<string, Json>>;
const SORTS = ["tools", "commands", "agents", "skills", "plugins"] as const;
function harness(more: Partial<HarnessOptions> = {}): Promise<Harness> {
  return createHarness({ plugins: PLUGINS, ...more });
}
async function dump(on: Harness) {
  const outcome = await on.shell.run(await on.host.get("command", "dump-manifests"), []);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  expect(JSON.parse(outcome.notice ?? "")).toEqual(JSON.parse(JSON.stringify(outcome.data)));
  const data = outcome.data as Readonly<Record<(typeof SORTS)[number], readonly Row[]>> & Readonly<Record<string, unknown>>;
  return { data, row: (sort: (typeof SORTS)[number], name: string) => data[sort].find((one) => one["name"] === name) };
}

pluginContract(import.meta.dir);
{
  await using on = await harness();
  commandContract(await on.host.get("command", "dump-manifests"), { valid: [[]], invalid: [["x"]] });
}

test("dump-manifests > has every sort, and counts them", async () => {
  const files = {
    ".claude/agents/mine.md": "---\nname: mine\ndescription: Says mine\ntools: Read\n---\nBe mine.\n",
    ".claude/skills/own/SKILL.md": "---\nname: own\ndescription: Does own things\n---\nDo it.\n",
    ".claude/commands/ship.md": "---\ndescription: Ships it\nargument-hint: [where]\n---\nShip $1.\n",
  };
  await using on = await harness({ files, options: { trust: true } });
  const { data, row } = await dump(on);
  expect(data).toMatchObject({ kind: "dump-manifests", status: "ok", workspace: on.workspace, problems: [] });
  expect(data["counts"]).toEqual(Object.fromEntries(SORTS.map((sort) => [sort, data[sort].length])));
  expect(row("tools", "read_file")).toMatchObject({
    permission: "read-only",
    plugin: "@claw/tool-read-file",
    state: "sent",
    input_schema: { type: "object" },
  });
  expect(row("commands", "status")).toMatchObject({ plugin: "@claw/command-status", slash: true, shell: true, usable: true });
  expect(row("commands", "ship")).toMatchObject({ summary: "Ships it", category: "Markdown", shell: false });
  expect(row("agents", "mine")).toMatchObject({ source: "project", active: true, tools: ["Read"] });
  expect(row("agents", "Explore")).toMatchObject({ source: "bundled" });
  expect(row("skills", "own")).toMatchObject({ description: "Does own things", active: true });
  expect(row("plugins", "@claw/tool-sleep")).toMatchObject({ source: "bundled", manifest: { contributes: { tool: ["Sleep"] } } });
  expect(on.requests).toEqual([]);
});

test("dump-manifests > a sort that cannot be had is told of, the others come", async () => {
  await using on = await harness({ options: { agents: "{ broken" } });
  const { data } = await dump(on);
  expect(data).toMatchObject({ status: "degraded", agents: [], problems: [expect.stringContaining("--agents")] });
  expect(data.tools.length).toBe(2);
});
