// MCP through the built binary: servers of settings, `.mcp.json` and flags; trust, rules, kills, and what `claw mcp` says.
import { afterAll, afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { serveIssuer } from "../../plugins/feature/mcp/testing/issuer.ts";
import { serve, stopServers } from "../../plugins/feature/mcp/testing/session.ts";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran } from "../support/binary.ts";
import { alive, until } from "../support/processes.ts";
import { root } from "../support/sources.ts";

const program = join(root, "plugins/feature/mcp/testing/server.ts");
const scratch = await createScratch();
const pids = join(scratch.home, "pids");
mkdirSync(join(scratch.work, ".git"));
afterEach(() => {
  rmSync(pids, { force: true });
  rmSync(join(scratch.work, ".mcp.json"), { force: true });
});
afterAll(async () => {
  stopServers();
  await scratch[Symbol.asyncDispose]();
});

const server = (...flags: readonly string[]) => ({ command: process.execPath, args: [program, "--pids", pids, ...flags] });
const servers = (mcpServers: object): string => JSON.stringify({ mcpServers });
function turn(words: readonly string[], ...replies: readonly Reply[]): Promise<Ran> {
  scratch.serve({ replies, cached: true });
  return scratch.ask(words);
}
const toolsOf = (at: number): readonly string[] =>
  (JSON.parse(scratch.mock.requests[at]?.text ?? "{}") as { tools: { name: string }[] }).tools.map((tool) => tool.name);
/** With it every tool is in the request. */
const whole = ["--settings", JSON.stringify({ plugins: { "@claw/tool-tool-search": { budget: 1_000_000 } } })];
const results = ({ out }: Ran): readonly { readonly output: string; readonly is_error: boolean }[] => JSON.parse(out).tool_results;

test("a one-shot run > calls a server's tool, under the rules, and leaves no process", async () => {
  const config = ["--mcp-config", servers({ one: server(), two: server("--name", "second") })];
  const words = ["-p", "go", "--output-format", "json", ...config, ...whole, "--allowedTools", "mcp__two"];
  const ran = await turn(words, call("mcp__one__echo", { text: "a" }), call("mcp__two__pid"), call("mcp__one__pid"), { text: "done" });
  expect(ran.code).toBe(0);
  expect(results(ran)).toMatchObject([
    { output: "test: a", is_error: false },
    { output: expect.stringMatching(/^\d+$/), is_error: false },
    { output: expect.stringMatching(/mcp__one__pid/), is_error: true },
  ]);
  expect(toolsOf(0)).toEqual(toolsOf(3));
  expect(toolsOf(0)).toEqual(expect.arrayContaining(["mcp__one__echo", "mcp__two__echo", "ListMcpResources"]));
  for (const pid of readFileSync(pids, "utf8").trim().split("\n")) expect(alive(Number(pid))).toBe(false);
}, 60_000);

test(".mcp.json > starts nothing until the folder is trusted; --bare never does", async () => {
  scratch.put(".mcp.json", servers({ theirs: server() }));
  expect(await turn(["-p", "go"], { text: "ok" })).toMatchObject({ out: "ok\n", code: 0 });
  expect(toolsOf(0).some((tool) => tool.startsWith("mcp__") || tool.includes("Mcp"))).toBe(false);
  expect(await turn(["-p", "go", "--trust", "--bare"], { text: "ok" })).toMatchObject({ code: 0 });
  expect((await scratch.run(["mcp", "list"])).out).toContain("off: nobody has trusted this folder");
  expect(existsSync(pids)).toBe(false);
  expect(await turn(["-p", "go", "--trust"], { text: "ok" })).toMatchObject({ out: "ok\n", code: 0 });
  // Too many to be sent: named only, until ToolSearch finds them.
  expect(toolsOf(0)).not.toContain("mcp__theirs__echo");
  expect(scratch.mock.requests[0]?.text).toContain("mcp__theirs__*: echo");
  expect(await turn(["-p", "go", "--trust", ...whole], { text: "ok" })).toMatchObject({ out: "ok\n", code: 0 });
  expect(toolsOf(0)).toContain("mcp__theirs__echo");
}, 60_000);

test("broken servers > cost no run: dead, killed in a call, garbage; a bad --mcp-config is a mistake of usage", async () => {
  const config = servers({ dead: server("--die"), one: server("--garbage"), none: { command: "no-such-program" } });
  const words = ["-p", "go", "--output-format", "json", "--mcp-config", config, "--allowedTools", "mcp__one__*"];
  const ran = await turn(words, call("mcp__one__crash"), call("mcp__one__echo", { text: "back" }), { text: "done" });
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(results(ran)).toMatchObject([
    { output: "MCP server one: was ended by SIGKILL", is_error: true },
    { output: "test: back", is_error: false },
  ]);
  const refused = await turn(["-p", "go", "--mcp-config", "nowhere.json"], { text: "no" });
  expect(refused).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--mcp-config: there is no file") });
  expect(scratch.mock.requests).toHaveLength(0);
}, 60_000);

test("kill -9 of claw > takes its servers along, even one that clings", async () => {
  const mock = scratch.serve({ replies: [{ fault: { kind: "hang" } }] });
  const config = servers({ one: server("--stubborn") });
  const child = Bun.spawn([scratch.binary, "-p", "go", "--mcp-config", config], {
    cwd: scratch.work,
    env: scratch.env,
    stdio: ["ignore", "ignore", "ignore"],
  });
  await mock.arrived(1);
  const pid = Number(readFileSync(pids, "utf8"));
  expect(alive(pid)).toBe(true);
  child.kill("SIGKILL");
  await child.exited;
  await until(() => !alive(pid));
}, 60_000);

test("a prompt of a server > is what the user says", async () => {
  const ran = await turn(["-p", "/mcp__one__greet Ada warmly", "--mcp-config", servers({ one: server() })], { text: "Hello, Ada" });
  expect(ran).toMatchObject({ code: 0, out: "Hello, Ada\n" });
  expect(scratch.mock.requests[0]?.text).toContain("Greet Ada warmly.");
}, 60_000);

test("claw mcp login > the person's browser is sent to the issuer, and the token it brings is used and never told", async () => {
  using issuer = serveIssuer();
  const url = await serve("--http", "--issuer", issuer.url);
  const config = ["--mcp-config", servers({ far: { url } })];
  const child = Bun.spawn([scratch.binary, "mcp", "login", "far", ...config], {
    cwd: scratch.work,
    env: { PATH: "", HOME: scratch.home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for await (const chunk of child.stderr) {
    said += new TextDecoder().decode(chunk);
    const [, address] = /open (\S+)\s/.exec(said) ?? [];
    if (address === undefined) continue;
    expect(await fetch(address)).toMatchObject({ status: 200 });
    break;
  }
  expect(await child.stdout.text()).toBe(`Logged in to far at ${issuer.url}. It is ready with 18 tools.\n`);
  const path = join(scratch.home, ".claw", "credentials.json");
  const { access } = JSON.parse(readFileSync(path, "utf8")).mcp[url];
  const words = ["-p", "go", "--output-format", "stream-json", "--verbose", "--debug", ...config, "--allowedTools", "mcp__far"];
  const ran = await turn(words, call("mcp__far__echo", { text: "in" }), { text: "done" });
  expect(ran.out).toContain("test: in");
  expect(`${ran.out}${ran.err}${scratch.mock.requests.map(({ text }) => text)}`).not.toContain(access);
  expect(await scratch.run(["mcp", "logout", "far", ...config])).toMatchObject({ code: 0, out: "Forgot the login of far.\n" });
}, 60_000);

test("claw mcp > add, list, test and remove", async () => {
  expect(await scratch.run(["mcp", "add", "mine", "--", process.execPath, program, "--pids", pids])).toMatchObject({ code: 0, err: "" });
  const listed = await scratch.run(["mcp", "list", "--output-format", "json"]);
  expect(JSON.parse(listed.out)).toMatchObject({
    kind: "mcp",
    status: "ok",
    count: 1,
    servers: [{ name: "mine", state: "ready", scope: { id: "user" } }],
  });
  expect(await scratch.run(["mcp", "test", "mine"])).toMatchObject({ code: 0, out: expect.stringContaining("mcp__mine__echo") });
  expect(await turn(["-p", "go", "--strict-mcp-config"], { text: "ok" })).toMatchObject({ code: 0 });
  expect(toolsOf(0).filter((tool) => tool.startsWith("mcp__"))).toEqual([]);
  expect(await scratch.run(["mcp", "remove", "mine"])).toMatchObject({ code: 0, err: "" });
  expect(await scratch.run(["mcp"])).toMatchObject({ code: 0, out: expect.stringContaining("No MCP servers") });
  expect(await scratch.run(["mcp", "frob"])).toMatchObject({ code: 2 });
}, 60_000);
