import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, type Json, type Loadable } from "claw";
import { commandContract, createHarness, pluginContract } from "claw/testing";
import { checkBaseUrls, checkHome, checkTools } from "./checks.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/doctor"] });
commandContract(await contract.host.get("command", "doctor"), { valid: [[]], invalid: [["x"]] });

type Report = {
  readonly status: string;
  readonly checks: readonly { readonly id: string; readonly status: string; readonly summary: string; readonly details: readonly string[] }[];
};

async function examine(plugins: readonly Loadable[] = [], config: Json = {}) {
  await using harness = await createHarness({ plugins: ["command/doctor", ...plugins], config });
  const outcome = await harness.shell.run(await harness.host.get("command", "doctor"), []);
  return { outcome, report: (outcome.kind === "prompt" ? undefined : outcome.data) as unknown as Report };
}
const broken: Loadable = {
  name: "broken",
  version: "0.0.0",
  manifest: { api: 1 },
  load: async () => ({
    default: definePlugin({
      setup() {
        throw new Error("not today");
      },
    }),
  }),
};

describe("doctor", () => {
  test("doctor > everything that is there is ok", async () => {
    const { outcome, report } = await examine();
    expect(outcome.kind).toBe("done");
    expect(report.checks.map((check) => check.id)).toEqual([
      ...["credentials", "base-urls", "config", "plugins"],
      ...["home", "store", "folder", "tools"],
    ]);
    expect(report.checks.filter((check) => check.status === "fail")).toEqual([]);
  });

  test("doctor > a plugin that cannot be activated is named with its reason, and the exit code is 1", async () => {
    const { outcome, report } = await examine([broken]);
    expect(outcome).toMatchObject({
      kind: "exit",
      code: 1,
      notice: expect.stringContaining("broken: not today"),
      data: { status: "fail" },
    });
    expect(report.checks.find((check) => check.id === "plugins")).toMatchObject({ status: "fail", details: ["broken: not today"] });
  });

  test("doctor > a name that two plugins have is told with the name the second one got, also where only its code says what it adds", async () => {
    const mode = { name: "same", summary: "x", decide: () => undefined };
    const load = async () => ({ default: definePlugin({ setup: ({ contribute }) => void contribute("permission-mode", mode) }) });
    const manifest = { api: 1, contributes: { "permission-mode": ["same"] } } as const;
    const { report } = await examine([
      { name: "@x/first", version: "0.0.0", manifest, load },
      { name: "@x/second", version: "0.0.0", manifest, load },
      { name: "third", version: "0.0.0", load },
    ]);
    const told = (plugin: string, name: string): string =>
      `permission-mode "same" is in both @x/first and ${plugin}; the latter's is named "${name}__same"`;
    const check = report.checks.find(({ id }) => id === "plugins");
    expect(check).toMatchObject({ status: "warn", summary: expect.stringContaining("0 off, 2 names in two of them") });
    expect(check?.details.toSorted()).toEqual([told("@x/second", "x_second"), told("third", "third")]);
    expect(report.checks.find(({ id }) => id === "config")).toMatchObject({ status: "ok" });
  });

  test("doctor > a provider that is not there fails, the rest is still examined", async () => {
    const { outcome, report } = await examine([], { provider: "nobody" });
    expect(outcome).toMatchObject({ kind: "exit", code: 1 });
    expect(report.checks.filter((check) => check.status === "fail").map((check) => check.id)).toEqual(["credentials"]);
  });

  test("doctor > a warning of the config is a warning here", async () => {
    const { report } = await examine([], { modle: "x" });
    expect(report.checks.find((check) => check.id === "config")).toMatchObject({ status: "warn" });
  });

  test.each<[Record<string, string>, string]>([
    [{}, "ok"],
    [{ ANTHROPIC_BASE_URL: "http://127.0.0.1:8080/v1" }, "ok"],
    [{ ANTHROPIC_BASE_URL: "https://gateway.example/v1", OPENAI_BASE_URL: "" }, "ok"],
    [{ ANTHROPIC_BASE_URL: "http://gateway.example" }, "warn"],
    [{ OPENAI_BASE_URL: "gateway" }, "fail"],
    [{ OPENAI_BASE_URL: "file:///etc/passwd" }, "fail"],
  ])("checkBaseUrls > %j is %s", (env, status) => {
    const check = checkBaseUrls(env);
    expect(check.status).toBe(status as typeof check.status);
  });

  test("checkBaseUrls > a password in a URL is not shown", () => {
    expect(checkBaseUrls({ OPENAI_BASE_URL: "https://me:secret@gateway.example/v1" }).details).toEqual(["OPENAI_BASE_URL: https://gateway.example"]);
  });

  test("checkHome > absent is fine, open to others is not", async () => {
    await using harness = await createHarness({ plugins: [] });
    const home = join(harness.workspace, "home");
    expect(checkHome(home)).toMatchObject({ status: "ok", summary: expect.stringContaining("will be made") });
    mkdirSync(home, { mode: 0o700 });
    expect(checkHome(home)).toEqual({ status: "ok", summary: `${home} is writable`, details: [] });
    writeFileSync(join(home, "credentials.json"), "{}");
    chmodSync(join(home, "credentials.json"), 0o644);
    expect(checkHome(home)).toEqual({
      status: "warn",
      summary: `${home} can be read by others`,
      details: [`${join(home, "credentials.json")} has mode 644`],
      hint: `chmod -R go= ${home}`,
    });
  });

  test("checkTools > git is missed, ripgrep is not", async () => {
    await using harness = await createHarness({ plugins: [] });
    expect(checkTools({ PATH: harness.workspace })).toMatchObject({ status: "warn", hint: "Install git." });
    writeFileSync(join(harness.workspace, "git"), "#!/bin/sh\n", { mode: 0o755 });
    expect(checkTools({ PATH: harness.workspace })).toMatchObject({ status: "ok", summary: "git, and the built-in search" });
  });

  test("checkTools > names language servers where there is a plugin for them, those of trusted settings first", async () => {
    await using harness = await createHarness({ plugins: [] });
    for (const name of ["git", "gopls", "zls"]) writeFileSync(join(harness.workspace, name), "#!/bin/sh\n", { mode: 0o755 });
    const env = { PATH: harness.workspace };
    const setting = (value: Json, trusted: boolean) => ({ value, trusted, source: "user", origin: "x" }) as const;
    const servers = [setting({ mine: {}, off: false }, true), setting({ theirs: {} }, false)];
    expect(checkTools(env, servers).details.at(-1)).toBe("language servers: mine, gopls, zls");
    expect(checkTools(env).details).toHaveLength(2);
    expect(checkTools({ PATH: "/nowhere" }, []).details.at(-1)).toStartWith("language servers: none found");
  });

  test("doctor > MCP servers that are trusted are started, and told with what is wrong", async () => {
    const program = join(import.meta.dir, "..", "..", "feature", "mcp", "testing", "server.ts");
    const stdio = (...flags: readonly string[]) => ({ command: process.execPath, args: [program, ...flags] });
    const check = async (mcpServers: Json, files: Record<string, string> = {}) => {
      const plugins = ["command/doctor", "feature/mcp", "feature/processes", "feature/workspace"];
      await using harness = await createHarness({ plugins, config: { mcpServers }, files });
      const outcome = await harness.shell.run(await harness.host.get("command", "doctor"), []);
      const report = (outcome.kind === "prompt" ? undefined : outcome.data) as unknown as Report;
      return report.checks.find(({ id }) => id === "mcp");
    };
    expect(await check({})).toMatchObject({ status: "ok", summary: "no servers" });
    expect(await check({ good: stdio(), off: { ...stdio(), disabled: true } })).toMatchObject({ status: "ok", summary: "1 of 2 servers ready" });
    expect(
      await check({ good: stdio(), dead: stdio("--die") }, { ".mcp.json": '{"mcpServers":{"theirs":{"command":"touch","args":["ran"]}}}' }),
    ).toMatchObject({
      status: "warn",
      summary: "1 of 3 servers ready",
      details: expect.arrayContaining([
        expect.stringMatching(/^good: ready in \d+ ms, 18 tools$/),
        "dead: failed, ended with code 3: no database",
        expect.stringMatching(/^theirs: not started, nobody has trusted this folder/),
      ]),
    });
  }, 30_000);
});
