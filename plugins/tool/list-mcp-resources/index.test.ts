import { expect, test } from "bun:test";
import { join } from "node:path";
import { createHarness, pluginContract, toolContract } from "claw/testing";

pluginContract(import.meta.dir);

const plugins = ["tool/list-mcp-resources", "feature/mcp", "feature/processes", "feature/workspace"];
const program = join(import.meta.dir, "..", "..", "feature", "mcp", "testing", "server.ts");
await using contract = await createHarness({ plugins });
toolContract(await contract.host.get("tool", "ListMcpResources"), {
  valid: [{}, { server: "one" }],
  invalid: [{ server: "" }, { server: 1 }, { uri: "x" }],
});

test("ListMcpResources > resources and templates of every server, and which would not say", async () => {
  const one = { command: process.execPath, args: [program] };
  const two = { command: process.execPath, args: [program, "--die"] };
  await using harness = await createHarness({ plugins, config: { mcpServers: { one, two } } });
  const { content, failed } = await harness.call("ListMcpResources", {});
  expect(failed).toBe(false);
  expect(content).toEqual([
    {
      type: "text",
      text: [
        "one  test://note  Note (text/plain, 4 bytes)",
        "one  test://blob  Blob",
        "one  test://{day}  Day (fill in the parts in braces)",
        "MCP server two is not connected: ended with code 3: no database",
      ].join("\n"),
    },
  ]);
  expect(harness.requests[0]?.tools.map(({ name }) => name)).toContain("ListMcpResources");
}, 30_000);

test("ListMcpResources > is not offered where no server has resources", async () => {
  await using harness = await createHarness({
    plugins,
    config: { mcpServers: { one: { command: process.execPath, args: [program, "--no-resources"] } } },
  });
  await harness.submit("hello");
  expect(harness.requests[0]?.tools.map(({ name }) => name)).toContain("mcp__one__echo");
  expect(harness.requests[0]?.tools.map(({ name }) => name)).not.toContain("ListMcpResources");
}, 30_000);
