import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createHarness, pluginContract, toolContract } from "claw/testing";

pluginContract(import.meta.dir);

const plugins = ["tool/read-mcp-resource", "feature/mcp", "feature/processes", "feature/workspace"];
const program = join(import.meta.dir, "..", "..", "feature", "mcp", "testing", "server.ts");
await using contract = await createHarness({ plugins });
toolContract(await contract.host.get("tool", "ReadMcpResource"), {
  valid: [{ server: "one", uri: "test://note" }],
  invalid: [{ server: "one" }, { uri: "test://note" }, { server: "", uri: "x" }, { server: "one", uri: "x", more: 1 }],
});

test("ReadMcpResource > text as it is, bytes as a file, and what is not there is an error", async () => {
  await using harness = await createHarness({ plugins, config: { mcpServers: { one: { command: process.execPath, args: [program] } } } });
  const read = (server: string, uri: string) => harness.call("ReadMcpResource", { server, uri });
  expect(await read("one", "test://note")).toMatchObject({ failed: false, content: [{ type: "text", text: "note" }] });
  const { content } = await read("one", "test://blob");
  const [, path = ""] = /4 bytes, kept in (\S+)\]$/.exec(content[0]?.type === "text" ? content[0].text : "") ?? [];
  expect(readFileSync(path, "utf8")).toBe("%PDF");
  expect(await read("one", "test://x")).toMatchObject({ failed: true, content: [{ text: "MCP server one: no resource test://x" }] });
  expect(await read("two", "test://x")).toMatchObject({ failed: true, content: [{ text: "There is no MCP server two.\nKnown: one." }] });
}, 30_000);
