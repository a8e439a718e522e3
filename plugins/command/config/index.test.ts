import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "claw";
import { commandContract, createHarness, pluginContract } from "claw/testing";
import { redact } from "./run.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/config"] });
commandContract(await contract.host.get("command", "config"), {
  valid: [[], ["show"], ["model"], ["show", "model"], ["explain", "model"], ["edit"], ["set", "a.b", "x", "y"], ["unset", "model"]],
  invalid: [["set", "model"], ["set"], ["unset"], ["edit", "x"], ["show", "a", "b"], ["explain", ""]],
});

async function config(words: string[], user: Json, files: Record<string, string> = {}) {
  await using harness = await createHarness({ plugins: ["command/config", "command/effort"], config: user, files });
  const outcome = await harness.shell.run(await harness.host.get("command", "config"), words);
  return { outcome, user: join(harness.home, "settings.json"), project: join(harness.workspace, ".claw", "settings.json") };
}

describe("config", () => {
  test("explain > names every layer, lowest first, and which is in force", async () => {
    const files = { ".claw/settings.json": '{ "model": "theirs" }' };
    const { outcome, user, project } = await config(["explain", "model"], { model: "mine" }, files);
    expect(outcome).toEqual({
      kind: "done",
      notice: [
        "model, lowest precedence first; * is in force",
        `* user         "mine"  ${user}`,
        `  project      "theirs"  ${project}  (not used: this folder is not trusted; see --trust)`,
      ].join("\n"),
      data: {
        kind: "config",
        action: "explain",
        status: "ok",
        key: "model",
        value: "mine",
        source: "user",
        layers: [
          { source: "user", origin: user, trusted: true, value: "mine" },
          { source: "project", origin: project, trusted: false, value: "theirs" },
        ],
      },
    });
  });

  test("explain > says so when nothing but the default is in force", async () => {
    expect((await config(["explain", "frontend"], {})).outcome).toMatchObject({
      notice: 'frontend, lowest precedence first; * is in force\n* default      "cli"',
      data: { source: "default", value: "cli", layers: [] },
    });
  });

  test("show > goes into a value, and keeps secrets out of sight", async () => {
    const user = { plugins: { "@claw/command-effort": { deep: { apiKey: "sk-1", url: "u" } } } };
    expect((await config(["show", "plugins"], user)).outcome).toMatchObject({
      data: { value: { "@claw/command-effort": { deep: { apiKey: "[redacted]", url: "u" } } } },
    });
    expect((await config(["plugins.@claw/command-effort.deep.url"], user)).outcome).toMatchObject({ notice: '"u"', data: { value: "u" } });
    expect((await config(["explain", "plugins.@claw/command-effort.deep.apiKey"], user)).outcome).toMatchObject({
      data: { value: "[redacted]", layers: [{ value: "[redacted]" }] },
    });
  });

  test("show > all keys, each with who set it", async () => {
    const { outcome, user } = await config([], { model: "mine" });
    expect(outcome).toMatchObject({ data: { kind: "config", action: "show", status: "ok", merged: { model: "mine", frontend: "cli" } } });
    expect(outcome.kind === "done" ? outcome.notice : "").toContain(`model            "mine"  (user: ${user})`);
  });

  test("show > an unknown key names the nearest", async () => {
    await expect(config(["modle"], {})).rejects.toMatchObject({
      code: "CLAW_USAGE",
      message: "no setting is named modle",
    });
  });

  test("redact > goes by names, at any depth, and leaves what is not text", () => {
    expect(redact({ env: { A_TOKEN: "x", PATH: "p" }, list: [{ password: "y", maxTokens: 5 }] })).toEqual({
      env: { A_TOKEN: "[redacted]", PATH: "p" },
      list: [{ password: "[redacted]", maxTokens: 5 }],
    });
  });

  test("explain > permissionMode says what permissions.defaultMode makes of it", async () => {
    const plugins = [
      "command/config",
      "feature/permissions",
      "feature/workspace",
      "feature/shell",
      "permission-mode/plan",
      "permission-mode/prompt",
      "permission-mode/workspace-write",
    ];
    const run = async (user: Json, key: string) => {
      await using harness = await createHarness({ plugins, config: user });
      const outcome = await harness.shell.run(await harness.host.get("command", "config"), ["explain", key]);
      return {
        notice: outcome.kind === "done" ? outcome.notice : "",
        data: outcome.kind === "done" ? outcome.data : {},
        file: join(harness.home, "settings.json"),
      };
    };
    const asked = await run({ permissionMode: "prompt", permissions: { defaultMode: "plan" } }, "permissions.defaultMode");
    expect(asked.notice).toEndWith(`> A session starts in prompt: permissionMode, ${asked.file}`);
    const told = await run({ permissionMode: undefined as never, permissions: { defaultMode: "plan" } }, "permissionMode");
    expect(told.data).toMatchObject({ in_force: { mode: "plan", key: "permissions.defaultMode", source: "user", origin: told.file } });
  });
});

describe("config set", () => {
  const PLUGINS = [
    ...["command/config", "command/effort", "feature/output-style", "feature/permissions", "feature/workspace", "feature/shell"],
    ...["permission-mode/plan", "permission-mode/workspace-write"],
  ];
  const start = () => createHarness({ plugins: PLUGINS, config: { permissionMode: "workspace-write" } });
  type Started = Awaited<ReturnType<typeof start>>;
  const file = (harness: Started): string => join(harness.home, "settings.json");
  const run = async (harness: Started, ...words: string[]) => harness.shell.run(await harness.host.get("command", "config"), words);
  const kept = (harness: Started): Record<string, unknown> => Bun.JSONC.parse(readFileSync(file(harness), "utf8")) as Record<string, unknown>;

  test("set > JSON or text, into values too, with the file's comments kept; unset takes it away", async () => {
    await using harness = await start();
    writeFileSync(file(harness), '{\n  // mine\n  "model": "old"\n}\n');
    expect(await run(harness, "set", "effort", "high")).toMatchObject({
      notice: `effort is "high" in ${file(harness)}.`,
      data: { kind: "config", action: "set", status: "ok", key: "effort", value: "high", changed: true, overridden_by: null },
    });
    await run(harness, "set", "limits.hookMs", "5000");
    await run(harness, "set", "renderers", '["json"]');
    await run(harness, "set", "permissions.allow", '["Bash(git status *)"]');
    expect(kept(harness)).toEqual({
      ...{ model: "old", effort: "high", limits: { hookMs: 5000 }, renderers: ["json"] },
      permissions: { allow: ["Bash(git status *)"] },
    });
    expect(readFileSync(file(harness), "utf8")).toContain("// mine");
    expect(await run(harness, "set", "effort", "high")).toMatchObject({
      notice: `effort is "high" in ${file(harness)} already.`,
      data: { changed: false },
    });
    expect(await run(harness, "unset", "limits.hookMs")).toMatchObject({ notice: `limits.hookMs is not set in ${file(harness)}.` });
    expect(kept(harness)["limits"]).toEqual({});
  });

  test("set > what cannot be is refused, and nothing is written", async () => {
    await using harness = await start();
    const before = readFileSync(file(harness), "utf8");
    const refused: readonly (readonly [string, string, string])[] = [
      ["modle", "x", "CLAW_USAGE"],
      ["renderers", "3", "CLAW_CONFIG_INVALID"],
      ["limits.hookMs", "soon", "CLAW_CONFIG_INVALID"],
      ["model.name", "x", "CLAW_CONFIG_INVALID"],
      ["permissionMode", "plann", "CLAW_CONTRIBUTION_MISSING"],
      ["permissions.allow", '["Bash(git"]', "CLAW_CONFIG_INVALID"],
      ["outputStyle", "nothing such", "CLAW_USAGE"],
    ];
    for (const [key, value, code] of refused) {
      await expect(run(harness, "set", key, value).then(() => key)).rejects.toMatchObject({ code });
    }
    expect(readFileSync(file(harness), "utf8")).toBe(before);
    // A name may look like a number.
    expect(await run(harness, "set", "model", "4")).toMatchObject({ data: { value: "4" } });
  });

  test("set > hooks and slices of plugins are refused with the words of a start, and nothing is written; what is wrong already is no matter", async () => {
    await using harness = await createHarness({
      plugins: [
        "command/config",
        "feature/shell-hooks",
        "feature/processes",
        "feature/sandbox",
        "feature/workspace",
        "feature/web",
        "tool/web-search",
        "command/effort",
      ],
      config: { plugins: { "@claw/tool-web-search": { results: 99 }, "@claw/feature-retry": false } },
    });
    const before = readFileSync(file(harness), "utf8");
    const slice = `${file(harness)}: plugins.@claw/tool-web-search`;
    const hooks = `${file(harness)}: hooks`;
    const refused: readonly (readonly [string, string, string])[] = [
      ["plugins.@claw/tool-web-search.results", '"many"', `${slice}.results → Invalid type: Expected number but received "many"`],
      ["plugins.@claw/tool-web-search.resluts", "3", `${slice}.resluts → Invalid key: Expected never but received "resluts"`],
      ["plugins.@claw/command-effort.x", "3", `${file(harness)}: plugins.@claw/command-effort.x → Invalid key: Expected never but received "x"`],
      ["plugins.@claw/tool-web-serch.results", "3", expect.stringContaining("plugin @claw/tool-web-serch: there is nothing at") as unknown as string],
      ["hooks.PreToolUse", '[{ "hooks": [{ "type": "command" }] }]', `${hooks}.PreToolUse[0].hooks[0] → a hook of type command needs a command`],
      ["hooks.Stop", '"echo"', `${hooks}.Stop → must be a list`],
      [
        "hooks",
        '{ "PreTolUse": [] }',
        expect.stringContaining('there is no such event, so this never runs. Did you mean "PreToolUse"?') as unknown as string,
      ],
    ];
    for (const [key, value, message] of refused) {
      await expect(run(harness, "set", key, value).then(() => key)).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID", message });
    }
    expect(readFileSync(file(harness), "utf8")).toBe(before);
    await run(harness, "set", "plugins.@claw/tool-web-search.results", "3");
    await run(harness, "set", "hooks.Stop", '["echo"]');
    await run(harness, "set", "plugins.@claw/tool-none", "false");
    expect(kept(harness)).toMatchObject({
      hooks: { Stop: ["echo"] },
      plugins: { "@claw/tool-web-search": { results: 3 }, "@claw/feature-retry": false, "@claw/tool-none": false },
    });
  });

  test("set > model, mode and style hold at once", async () => {
    await using harness = await start();
    await run(harness, "set", "model", "bigger");
    await run(harness, "set", "permissionMode", "plan");
    await run(harness, "set", "outputStyle", "concise");
    expect(harness.shell.selection).toMatchObject({ model: "bigger", "permission-mode": "plan" });
    await harness.submit("hi");
    expect(harness.requests[0]).toMatchObject({ model: { id: "bigger" }, system: [expect.stringContaining("# Output style: concise")] });
    expect(kept(harness)).toMatchObject({ model: "bigger", permissionMode: "plan", outputStyle: "concise" });
  });

  test("set > says whose setting wins over it", async () => {
    await using harness = await createHarness({
      plugins: PLUGINS,
      files: { ".git/HEAD": "", ".claw/settings.json": '{ "effort": "low" }' },
      options: { trust: true },
    });
    expect(await run(harness, "set", "effort", "high")).toMatchObject({
      notice: expect.stringContaining(`settings.json says "low", which wins over it.`),
      data: { overridden_by: join(harness.workspace, ".claw", "settings.json") },
    });
  });

  test("edit > without a terminal says which file it is", async () => {
    await using harness = await start();
    await expect(run(harness, "edit")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.stringContaining(file(harness)) } });
  });
});
