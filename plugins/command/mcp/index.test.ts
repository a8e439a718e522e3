import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandContract, createHarness, type Harness, type HarnessOptions, pluginContract } from "claw/testing";
import { readAdding } from "./words.ts";

pluginContract(import.meta.dir);

const plugins = ["command/mcp", "feature/mcp", "feature/processes", "feature/workspace"];
const program = join(import.meta.dir, "..", "..", "feature", "mcp", "testing", "server.ts");
const stdio = (...flags: readonly string[]) => ({ command: process.execPath, args: [program, ...flags] });
await using contract = await createHarness({ plugins });
commandContract(await contract.host.get("command", "mcp"), {
  valid: [[], ["list"], ["get", "x"], ["add", "x", "y"], ["remove", "x"], ["add-json", "x", "{}"], ["login", "x"], ["logout", "x"]],
  invalid: [["frobnicate"], ["get"], ["login"], ["add"], ["remove", "--project"]],
});

const start = (options: Partial<HarnessOptions> = {}): Promise<Harness> => createHarness({ plugins, ...options });
async function mcp(harness: Harness, ...words: readonly string[]) {
  const outcome = await harness.shell.run(await harness.host.get("command", "mcp"), words);
  if (outcome.kind === "prompt") throw new Error("it is no prompt");
  return { code: outcome.kind === "exit" ? outcome.code : 0, text: outcome.notice ?? "", data: outcome.data as Record<string, unknown> };
}

describe("list, get, test", () => {
  test("say what is ready with its tools, and what is not, with why", async () => {
    const mcpServers = { good: stdio(), dead: stdio("--die") };
    await using harness = await start({ config: { mcpServers }, files: { ".mcp.json": '{"mcpServers":{"theirs":{"command":"evil"}}}' } });
    const { text, data } = await mcp(harness, "list");
    expect(text).toMatch(/^✓ good {4}stdio {2}ready in \d+ ms, 18 tools \(\d\.\d kB of each request\)$/m);
    expect(text).toMatch(/^✗ dead {4}stdio {2}failed: ended with code 3: no database$/m);
    expect(text).toMatch(/^- theirs {2}stdio {2}off: nobody has trusted this folder \(--trust\)$/m);
    expect(data).toMatchObject({ kind: "mcp", action: "list", status: "degraded", count: 3, invalid_count: 0 });
    expect((await mcp(harness, "get", "good")).text).toContain("mcp__good__echo  read  Gives back what it gets");
    expect((await mcp(harness, "get", "good")).text).toEndWith(
      "Prompts\n  /mcp__good__greet <who> [how]  Greets somebody\n  /mcp__good__talk  Talks",
    );
    expect(await mcp(harness, "test", "good")).toMatchObject({ code: 0, data: { status: "ok" } });
    expect(await mcp(harness, "test", "dead")).toMatchObject({ code: 1, data: { status: "error" } });
    expect(await mcp(harness, "test", "theirs")).toMatchObject({ code: 1 });
    await expect(mcp(harness, "get", "goood")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: 'Did you mean "good"?' } });
  }, 30_000);

  test("logout and login > name what there is, and what has none", async () => {
    await using harness = await start({ config: { mcpServers: { far: { url: "http://127.0.0.1:9/mcp" }, near: stdio() } } });
    expect(await mcp(harness, "logout", "far")).toMatchObject({ text: "There is no login of far.", data: { action: "logout", removed: false } });
    await expect(mcp(harness, "login", "near")).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED", message: expect.stringContaining("runs here") });
    await expect(mcp(harness, "login", "none")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: "Known: far, near." } });
  }, 30_000);

  test("without any, say how to add one", async () => {
    await using harness = await start();
    expect((await mcp(harness)).text).toStartWith("No MCP servers. `claw mcp add");
  });
});

describe("add, remove", () => {
  test("change the user's settings, keeping all else, and never show what is secret", async () => {
    await using harness = await start();
    const path = join(harness.home, "settings.json");
    const { text } = await mcp(harness, "add", "db", "--env", "TOKEN=hush", "--", "run-db", "--env", "x");
    expect(text).toContain(`Added db in ${path}:\n  {"command":"run-db","args":["--env","x"],"env":{"TOKEN":"***"}}`);
    expect(text).not.toContain("hush");
    expect((await mcp(harness, "add-json", "db", '{"url":"http://x/mcp"}')).text).toStartWith("Replaced db");
    const settings = JSON.parse(readFileSync(path, "utf8"));
    expect(settings).toMatchObject({ provider: "script", mcpServers: { db: { url: "http://x/mcp" } } });
    expect((await mcp(harness, "remove", "db")).text).toBe(`Removed db from ${path}`);
    expect(JSON.parse(readFileSync(path, "utf8")).mcpServers).toEqual({});
    await expect(mcp(harness, "remove", "db")).rejects.toMatchObject({ code: "CLAW_USAGE", message: 'mcp: there is no server "db"' });
  });

  test("--project changes .mcp.json, comments and all", async () => {
    await using harness = await start({ files: { ".mcp.json": '{\n  // ours\n  "mcpServers": {}\n}\n' } });
    const path = join(harness.workspace, ".mcp.json");
    const { text } = await mcp(harness, "add", "api", "https://x.org/mcp", "--header", "Authorization: Bearer 123456789", "--scope", "project");
    expect(text).toContain("It acts only where the folder is trusted");
    expect(text).toContain("looks like a secret");
    const after = readFileSync(path, "utf8");
    expect(after).toStartWith("{\n  // ours\n");
    expect(Bun.JSONC.parse(after)).toEqual({
      mcpServers: { api: { type: "http", url: "https://x.org/mcp", headers: { Authorization: "Bearer 123456789" } } },
    });
    await mcp(harness, "rm", "api");
    expect(readFileSync(path, "utf8")).toStartWith("{\n  // ours\n");
    expect(Bun.JSONC.parse(readFileSync(path, "utf8"))).toEqual({ mcpServers: {} });
  });

  test("a .mcp.json that is no JSON is left alone", async () => {
    await using harness = await start({ files: { ".mcp.json": "{ mine" } });
    await expect(mcp(harness, "add", "x", "y", "--project", "--", "z")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
    expect(readFileSync(join(harness.workspace, ".mcp.json"), "utf8")).toBe("{ mine");
  });
});

describe("readAdding", () => {
  test.each([
    [["a", "npx", "-y", "pkg"], [], { command: "npx", args: ["-y", "pkg"] }],
    [["a", "npx", "-y"], ["npx", "-y"], { command: "npx", args: ["-y"] }],
    [["a", "-e", "K=V=W", "--", "x"], [], { command: "x", env: { K: "V=W" } }],
    [["--transport=sse", "a", "http://x"], [], { type: "sse", url: "http://x" }],
    [["a", "HTTPS://x", "-H", "A:b:c"], [], { type: "http", url: "HTTPS://x", headers: { A: "b:c" } }],
  ])("%j", (words, tail, entry) => expect(readAdding(words, tail).entry as unknown).toEqual(entry));
  test.each([
    [["a"], /say the server's command/],
    [["a/b", "x"], /cannot be a server's name/],
    [["a", "--envv", "K=V", "x"], /unknown option --envv/],
    [["a", "--env", "K", "--", "x"], /write --env NAME=VALUE/],
    [["a", "http://x", "more"], /takes no more words/],
    [["a", "-t", "ws", "x"], /--transport cannot be "ws"/],
    [["a", "-t", "http", "x"], /"x" is no URL/],
    [["a", "-s", "galaxy", "x"], /--scope cannot be "galaxy"/],
  ])("%j is a mistake of usage", (words, message) => expect(() => readAdding(words, [])).toThrow(message));
});
