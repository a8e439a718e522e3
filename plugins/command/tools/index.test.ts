import { expect, test } from "bun:test";
import { definePlugin, defineTool, type Json, type Options } from "claw";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";
import * as v from "valibot";

const TOOLS = ["read-file", "bash", "config", "sleep", "todo-write", "write-file", "web-fetch", "tool-search"].map((name) => `tool/${name}`);
const SUPPORT = ["workspace", "processes", "sandbox", "shell", "permissions", "web"].map((name) => `feature/${name}`);
type Row = Readonly<Record<string, Json>>;
function harness(options: Options = {}, more: Parameters<typeof createHarness>[0]["plugins"] = []): Promise<Harness> {
  return createHarness({
    plugins: ["command/tools", ...SUPPORT, ...TOOLS, ...more],
    options,
    config: { plugins: { "@claw/tool-tool-search": { budget: 1_000 } } },
  });
}
async function run(on: Harness, ...words: readonly string[]) {
  const outcome = await on.shell.run(await on.host.get("command", "tools"), words);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  const data = outcome.data as { readonly tools: readonly Row[]; readonly tool: Row; readonly [key: string]: unknown };
  return { notice: outcome.notice ?? "", data, row: (name: string) => data.tools.find((tool) => tool["name"] === name) };
}

pluginContract(import.meta.dir);
{
  await using on = await harness();
  commandContract(await on.host.get("command", "tools"), { valid: [[], ["bash"]], invalid: [["a", "b"], [""]] });
}

test("tools > each with access, level, plugin, cost and state; nothing is sent", async () => {
  await using on = await harness();
  const { data, row, notice } = await run(on);
  expect(data).toMatchObject({ kind: "tools", action: "list", status: "ok", count: 8 });
  expect(row("read_file")).toMatchObject({
    plugin: "@claw/tool-read-file",
    source: "bundled",
    state: "sent",
    access: ["read"],
    permission: "read-only",
  });
  expect(row("bash")).toMatchObject({ access: ["execute"], permission: "danger-full-access", deferred: false });
  expect(row("write_file")).toMatchObject({ permission: "workspace-write" });
  expect(row("WebFetch")).toMatchObject({ access: ["network"], permission: "read-only" });
  expect(row("Config")).toMatchObject({ access: ["none", "write"], permission: "workspace-write", state: "deferred", deferred: true });
  const sent = data.tools.filter((tool) => tool["state"] === "sent");
  const bytes = sent.reduce((sum, tool) => sum + Number(tool["bytes"]), 0);
  expect(data["sent"]).toEqual({ count: sent.length, bytes, estimated_tokens: Math.ceil(bytes / 4) });
  expect(on.requests).toEqual([]);
  await on.submit("go");
  const specs = on.requests[0]?.tools ?? [];
  expect(sent.map((tool) => String(tool["name"])).sort()).toEqual(specs.map(({ name }) => name).sort());
  const real = specs.map(({ name, description, schema }) => Buffer.byteLength(JSON.stringify({ name, description, input_schema: schema })));
  expect(bytes).toBe(real.reduce((sum, one) => sum + one, 0));
  expect(notice).toMatch(/^Tool +Access +Needs +Bytes +Tokens +State +From\nbash +execute +danger-full-access +\d+ +~\d+ +sent +@claw\/tool-bash\n/);
  expect(notice).toContain(`Each request carries ${sent.length} of 8 tools: ${bytes} bytes`);
  expect(notice).toContain("\ndeferred: sent by name only");
});

test("tools > one of them, by any of its names, with description and schema", async () => {
  await using on = await harness();
  const { notice, data } = await run(on, "Read");
  expect(notice).toMatch(
    /^Tool {3}read_file\nFrom {3}@claw\/tool-read-file\nNeeds {2}read-only \(access read\)\nCosts {2}\d+ bytes, about \d+ tokens a request\nState {2}sent\n\n/,
  );
  expect(notice).toContain('"type": "object"');
  expect(data.tool).toMatchObject({ name: "read_file", description: expect.stringContaining("file"), input_schema: { type: "object" } });
  expect((await run(on, "Sleep")).notice).toContain("State  deferred: sent by name only");
  await expect(run(on, "slep")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: 'Did you mean "Sleep"?' } });
});

test("tools > what is left out, what is broken, and what no manifest lists", async () => {
  const bare = definePlugin({
    setup({ contribute }) {
      const input = v.strictObject({ deep: v.strictObject({ list: v.array(v.picklist(["a"])) }) });
      const access = ({ deep }: v.InferOutput<typeof input>) => (deep.list.length > 0 ? "network" : "none");
      contribute(
        "tool",
        defineTool({ name: "own", description: "Somebody's own tool.", input, access, subject: () => "", run: async () => ({ content: [] }) }),
      );
    },
  });
  const broken = {
    name: "broken",
    version: "1.0.0",
    manifest: { api: 1, contributes: { tool: ["burst"] } },
    load: () => Promise.reject(new Error("no code")),
  } as const;
  await using on = await harness({ disallowedTools: "TodoWrite" }, [bare, broken]);
  const { row, notice } = await run(on);
  expect(row("TodoWrite")).toMatchObject({ state: "left out" });
  expect(row("own")).toMatchObject({ plugin: null, source: null, access: ["network"], permission: "read-only" });
  expect(row("burst")).toMatchObject({ state: "broken", plugin: "broken", problem: expect.stringContaining("no code"), bytes: 0 });
  expect(notice).toContain("\nbroken: cannot be used\n");
  expect((await run(on, "burst")).notice).toContain("State  broken: ");
});
