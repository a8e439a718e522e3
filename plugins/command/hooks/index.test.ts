// The command with the real service and real processes.
import { expect, test } from "bun:test";
import type { Json } from "claw";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";

const PLUGINS = ["command/hooks", "feature/shell-hooks", "feature/processes", "feature/workspace", "tool/bash"];

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: PLUGINS });
commandContract(await contract.host.get("command", "hooks"), {
  valid: [[], ["list"], ["test", "Stop"], ["test", "PreToolUse", "bash"], ["test", "PreToolUse", "bash", "{}"]],
  invalid: [["x"], ["test"], ["list", "x"], ["test", "a", "b", "c", "d"]],
});

async function said(kernel: Harness, ...words: readonly string[]) {
  const outcome = await kernel.shell.run(await kernel.host.get("command", "hooks"), words);
  if (outcome.kind === "prompt") throw new Error("a prompt");
  return { notice: outcome.notice ?? "", code: outcome.kind === "exit" ? outcome.code : 0, data: outcome.data as Record<string, Json> };
}
const hooks = {
  PreToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command: "cat >&2; exit 2" }] }],
  Stop: [{ hooks: [{ type: "command", command: "exit 3", timeout: 2, onFailure: "deny" }] }],
  PostToolUse: [{ matcher: "Bsah", hooks: [{ type: "command", command: "true" }] }],
  Stopp: [],
};

test("list > every hook with where it stands, and what never runs", async () => {
  const files = {
    ".git/HEAD": "",
    ".claude/settings.json": JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: "command", command: "touch ran" }] }] } }),
  };
  await using kernel = await createHarness({ plugins: PLUGINS, config: { hooks }, files });
  const { notice, data } = await said(kernel);
  expect(notice).toContain("PreToolUse (Bash): cat >&2; exit 2\n");
  expect(notice).toContain("at most 2 s; on failure: deny");
  expect(notice).toMatch(/Stop: touch ran\n.*\.claude\/settings\.json; .*does not run: nobody has trusted this folder/);
  expect(data["problems"]).toEqual([
    expect.stringContaining("hooks.Stopp: there is no such event"),
    expect.stringContaining('the matcher "Bsah" means no tool there is'),
  ]);
});

test("test > runs what is for the event, and nothing comes of it", async () => {
  await using kernel = await createHarness({ plugins: PLUGINS, config: { hooks } });
  const { code, data } = await said(kernel, "test", "pretooluse", "bash", '{"tool_input":{"command":"made up"}}');
  expect(code).toBe(0);
  expect(data["ends"]).toMatchObject([{ outcome: "deny", reason: expect.stringContaining('"command":"made up"') }]);
  expect(await said(kernel, "test", "PreToolUse", "read_file")).toMatchObject({
    code: 0,
    notice: "No hook that may run is for PreToolUse (read_file).",
  });
  expect(await said(kernel, "test", "Stop")).toMatchObject({ code: 1, notice: expect.stringContaining("exit code 3") });
  await expect(said(kernel, "test", "Stpo")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: 'Did you mean "Stop"?' } });
  await expect(said(kernel, "test", "Stop", "", "[]")).rejects.toMatchObject({ code: "CLAW_USAGE" });
});
