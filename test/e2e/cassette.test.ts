// A run recorded and run again offline, on the built binary: model, tools that start programs, an MCP server.
import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createScratch } from "../support/binary.ts";

const scratch = await createScratch();
afterAll(() => scratch[Symbol.asyncDispose]());

const call = (tool: string, input: Record<string, string>) => ({ type: "call" as const, tool, input });

test("--record, --replay > the same run, with no key, no server and no program run", async () => {
  const line = "echo from-bash; echo x >> ran.txt";
  scratch.serve({ replies: [{ blocks: [call("bash", { command: line })] }, { text: "The tape says hello." }] });
  const words = ["--dangerously-skip-permissions", "--record", "run.jsonl", "-p", "please run it"];
  const first = await scratch.ask(words, { env: { ANTHROPIC_API_KEY: "sk-ant-a-real-secret-key" } });
  await scratch.mock.stop();
  expect({ code: first.code, out: first.out }).toEqual({ code: 0, out: "The tape says hello.\n" });
  const tape = join(scratch.work, "run.jsonl");
  expect(readFileSync(tape, "utf8")).not.toContain("a-real-secret");
  expect(readFileSync(tape, "utf8")).toContain("from-bash");
  const again = await scratch.run(["--replay", "run.jsonl", "--dangerously-skip-permissions"]);
  expect({ code: again.code, out: again.out }).toEqual({ code: 0, out: first.out });
  const { out } = await scratch.run(["--replay", "run.jsonl", "--output-format", "json", "--dangerously-skip-permissions"]);
  const result = JSON.parse(out);
  expect(result).toMatchObject({ result: "The tape says hello.", iterations: 2 });
  expect(result.tool_results[0].output).toContain("from-bash");
  expect(readFileSync(join(scratch.work, "ran.txt"), "utf8")).toBe("x\n");
}, 60_000);

test("--record, --replay > an MCP server on stdin and stdout answers from the tape", async () => {
  const server = join(scratch.work, "server.ts");
  writeFileSync(
    server,
    `const tools = [{ name: "greet", description: "Greets.", inputSchema: { type: "object", properties: {} }, annotations: { readOnlyHint: true } }];
for await (const line of console) {
  if (line.trim() === "") continue;
  const { id, method } = JSON.parse(line);
  if (id === undefined) continue;
  const result = method === "initialize" ? { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }
    : method === "tools/list" ? { tools }
    : method === "tools/call" ? { content: [{ type: "text", text: "greetings from the server" }] } : {};
  console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
}`,
  );
  const config = { mcpServers: { hello: { command: process.execPath, args: [server] } } };
  writeFileSync(join(scratch.work, "mcp.json"), JSON.stringify(config));
  scratch.serve({ replies: [{ blocks: [call("mcp__hello__greet", {})] }, { text: "greeted" }] });
  const words = ["--dangerously-skip-permissions", "--mcp-config", "mcp.json", "--record", "mcp.jsonl", "--output-format", "json", "-p", "greet"];
  const first = JSON.parse((await scratch.ask(words)).out);
  await scratch.mock.stop();
  expect(first).toMatchObject({ result: "greeted", tool_results: [{ output: expect.stringContaining("greetings from the server") }] });
  rmSync(server);
  const again = JSON.parse((await scratch.run(["--replay", "mcp.jsonl", "--dangerously-skip-permissions"])).out);
  expect({ result: again.result, results: again.tool_results }).toEqual({ result: first.result, results: first.tool_results });
}, 60_000);

test("--replay > a cassette from somebody else lets nothing pass that would be asked about", async () => {
  scratch.serve({ replies: [{ blocks: [call("bash", { command: "node -e 0" })] }, { text: "done" }] });
  const env = { CLAW_PERMISSION_MODE: "danger-full-access" };
  await scratch.ask(["--record", "loose.jsonl", "--output-format", "json", "--allowedTools", "bash", "-p", "go"], { env });
  await scratch.mock.stop();
  const { permission_denials: denials } = JSON.parse((await scratch.run(["--replay", "loose.jsonl"])).out);
  expect(denials).toHaveLength(1);
}, 60_000);

test("--replay > what is no cassette is a usage error; so is a tape that cannot be written", async () => {
  writeFileSync(join(scratch.work, "no.jsonl"), "nothing");
  for (const words of [
    ["--replay", "no.jsonl"],
    ["--replay", "nowhere"],
    ["--record", "no/such/folder/x", "-p", "hi"],
  ]) {
    const { code, err } = await scratch.run(words, { env: { ANTHROPIC_API_KEY: "sk-test", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" } });
    expect({ words, code, told: err.startsWith("error: ") }).toEqual({ words, code: 2, told: true });
  }
  expect(existsSync(join(scratch.work, "no"))).toBe(false);
});
