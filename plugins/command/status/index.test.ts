import { expect, test } from "bun:test";
import { join } from "node:path";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/status"] });
commandContract(await contract.host.get("command", "status"), { valid: [[]], invalid: [["x"]] });

test("status > tells model, mode, session, folder and files", async () => {
  await using harness = await createHarness({
    plugins: ["command/status"],
    config: { model: "big" },
    files: { ".git/HEAD": "ref: refs/heads/feature/x\n" },
  });
  await harness.submit("hello");
  const outcome = await harness.shell.run(await harness.host.get("command", "status"), []);
  const config = join(harness.home, "settings.json");
  expect(outcome).toMatchObject({
    kind: "done",
    data: {
      kind: "status",
      action: "show",
      status: "ok",
      provider: "script",
      model: "big",
      resolved_model: "big",
      model_source: "user",
      permission_mode: "ask",
      permission_mode_source: "user",
      session: { id: harness.shell.session.id, path: null, messages: 2 },
      workspace: { cwd: harness.workspace, project_root: harness.workspace, git_branch: "feature/x" },
      loaded_config_files: [config],
      warnings: [],
    },
  });
  const notice = outcome.kind === "done" ? outcome.notice : "";
  expect(notice).toContain("Model            big via script (user)\n");
  expect(notice).toContain(`Session          ${harness.shell.session.id}, 2 messages, not saved\n`);
});

test("status > a setting that nobody knows makes it degraded", async () => {
  await using harness = await createHarness({ plugins: ["command/status"], config: { modle: "x" } });
  expect(await harness.shell.run(await harness.host.get("command", "status"), [])).toMatchObject({
    data: { status: "degraded", warnings: [expect.stringContaining("modle")] },
  });
});

test("status > permissions.defaultMode is in force before the first turn and after it", async () => {
  const plugins = [
    "command/status",
    "feature/permissions",
    "feature/workspace",
    "feature/shell",
    "permission-mode/plan",
    "permission-mode/workspace-write",
  ];
  await using harness = await createHarness({ plugins, config: { permissionMode: undefined as never, permissions: { defaultMode: "plan" } } });
  const shown = async () => {
    const outcome = await harness.shell.run(await harness.host.get("command", "status"), []);
    return outcome.kind === "done" ? outcome : undefined;
  };
  const wanted = { data: { permission_mode: "plan", permission_mode_source: "user", permission_mode_key: "permissions.defaultMode" } };
  expect(await shown()).toMatchObject(wanted);
  await harness.submit("hi");
  expect(await shown()).toMatchObject(wanted);
  expect((await shown())?.notice).toContain("Permission mode  plan (user: permissions.defaultMode)\n");
  harness.shell.select({ "permission-mode": "workspace-write" });
  expect(await shown()).toMatchObject({ data: { permission_mode: "workspace-write", permission_mode_source: "session" } });
});
