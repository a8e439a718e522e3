// What servers offer besides sound tools: prompts, schemas that are none; and servers in the sandbox.
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCommand, definePlugin } from "claw";
import { Mcp, Sandbox } from "claw/kit";
import { says } from "claw/testing";
import * as v from "valibot";
import { notices, PLUGINS, said, scopeOf, start, stdio, toolsOf } from "./testing/session.ts";

const folder = mkdtempSync(join(tmpdir(), "claw-mcp-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a tool whose schema is none > is left out and named, and the request goes with all others", async () => {
  await using harness = await start({ one: stdio("--odd") });
  await harness.submit("hello");
  expect(toolsOf(harness)).toContain("mcp__one__echo");
  expect(toolsOf(harness)).not.toContain("mcp__one__odd");
  expect(notices(harness)).toEqual(["MCP server one: 1 of its tools are left out: odd (its schema is none: properties/n/type)."]);
}, 30_000);

test("prompts > are listed, become what the user says, and take their words", async () => {
  const script = [says("a"), says("b"), says("c")];
  await using harness = await start({ one: stdio(), dead: stdio("--die") }, { script });
  const { prompts, problems } = await (await harness.host.use(Mcp)).prompts(await scopeOf(harness));
  expect(prompts.map(({ name }) => name)).toEqual(["mcp__one__greet", "mcp__one__talk"]);
  expect(prompts[0]).toMatchObject({ server: "one", description: "Greets somebody", arguments: [{ name: "who", required: true }, { name: "how" }] });
  expect(problems).toEqual(["MCP server dead is not connected: ended with code 3: no database"]);
  for (const text of ["/mcp__one__greet 'Mr. X' very loudly", "/MCP__one__greet how=softly Y", "/mcp__one__talk"]) {
    expect(await harness.submit(text)).toEqual({ kind: "completed" });
  }
  const asked = harness.requests.map(({ messages }) => messages.at(-1)?.content.map((block) => (block.type === "text" ? block.text : block.type)));
  expect(asked).toEqual([["image", "Greet Mr. X very loudly."], ["image", "Greet Y softly."], ["User:\nLet us talk.\nAssistant:\nGladly."]]);
}, 30_000);

test.each([
  ["/mcp__one__greet", "/mcp__one__greet needs who", "Write /mcp__one__greet <who> [how]"],
  ["/mcp__one__talk loudly", "/mcp__one__talk takes no words", "Write /mcp__one__talk"],
  ["/mcp__one__tolk", "MCP server one has no prompt /mcp__one__tolk", 'Did you mean "/mcp__one__talk"?'],
])(
  "prompts > %s is a mistake of usage, and nothing is sent",
  async (text, message, hint) => {
    await using harness = await start({ one: stdio() });
    expect(await harness.submit(text)).toMatchObject({ kind: "failed", error: { code: "CLAW_USAGE", message, info: { hint } } });
    expect(harness.requests).toEqual([]);
  },
  30_000,
);

test("sandbox > a server whose entry says so starts in it, or not at all", async () => {
  const outside = join(folder, "outside");
  const servers = { one: { ...stdio("--pids", outside), sandbox: true } };
  const more = { env: { PATH: process.env["PATH"] ?? "", HOME: folder } };
  const all = [...PLUGINS, "feature/sandbox", "permission-mode/workspace-write", "permission-mode/allow"];
  await using open = await start(servers, { ...more, plugins: all, config: { permissionMode: "allow" } });
  await open.submit("hello");
  expect(notices(open)).toEqual([
    "MCP server one is not there: it is to run in the sandbox, which is not active: the permission mode allow does not confine commands\nTake `sandbox` out of its entry to run it outside.",
  ]);
  await using harness = await start(servers, { ...more, plugins: all, config: { permissionMode: "workspace-write" } });
  await harness.submit("hello");
  const { tier } = await (await harness.host.use(Sandbox)).inspect(await scopeOf(harness));
  if (tier === "none") expect(notices(harness).join("\n")).toContain("the sandbox, which is not active");
  // It cannot write there, so it ends at once.
  else expect(notices(harness).join("\n")).toMatch(/MCP server one is not there: ended with code 1: [\s\S]*(EACCES|EROFS|ENOENT|EPERM)/);
  expect(existsSync(outside)).toBe(false);
  await using inside = await start({ one: { ...stdio(), sandbox: true } }, { ...more, plugins: all, config: { permissionMode: "workspace-write" } });
  if (tier !== "none") expect(await said(inside, "mcp__one__echo", { text: "in" })).toBe("test: in");
}, 60_000);

test("a command that becomes a prompt > has the servers from a later step on, and waits for none", async () => {
  const command = definePlugin({
    setup: ({ contribute }) =>
      void contribute(
        "command",
        defineCommand({ name: "ask", summary: "Asks", args: v.unknown(), run: async () => ({ kind: "prompt", text: "go" }) }),
      ),
  });
  const manifest = { api: 1, contributes: { command: [{ name: "ask", slash: true }] } } as const;
  const asking = { name: "asking", version: "0.0.0", manifest, load: async () => ({ default: command }) };
  await using harness = await start({ one: stdio() }, { plugins: [...PLUGINS, "feature/slash", asking] });
  await harness.submit("/ask");
  await harness.submit("and now");
  expect(toolsOf(harness)).toContain("mcp__one__echo");
  expect(await harness.submit("/nothing")).toMatchObject({
    kind: "failed",
    error: { message: expect.stringContaining("unknown command: /nothing") },
  });
}, 30_000);
