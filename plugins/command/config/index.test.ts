import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Json } from "claw";
import { commandContract, createHarness, pluginContract } from "claw/testing";
import { redact } from "./run.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/config"] });
commandContract(await contract.host.get("command", "config"), {
  valid: [[], ["show"], ["model"], ["show", "model"], ["explain", "model"]],
  invalid: [
    ["set", "model"],
    ["show", "a", "b"],
    ["explain", ""],
  ],
});

async function config(words: string[], user: Json, files: Record<string, string> = {}) {
  await using harness = await createHarness({ plugins: ["command/config", "feature/effort"], config: user, files });
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
    const user = { plugins: { "@claw/feature-effort": { deep: { apiKey: "sk-1", url: "u" } } } };
    expect((await config(["show", "plugins"], user)).outcome).toMatchObject({
      data: { value: { "@claw/feature-effort": { deep: { apiKey: "[redacted]", url: "u" } } } },
    });
    expect((await config(["plugins.@claw/feature-effort.deep.url"], user)).outcome).toMatchObject({ notice: '"u"', data: { value: "u" } });
    expect((await config(["explain", "plugins.@claw/feature-effort.deep.apiKey"], user)).outcome).toMatchObject({
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
