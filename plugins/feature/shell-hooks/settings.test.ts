// Hooks that settings get wrong: what stops a run, what warns, and what is nobody's affair.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { createHarness } from "claw/testing";

const PLUGINS = ["feature/shell-hooks", "feature/processes", "feature/workspace"];

test.each([
  ["an event that is no list", { PreToolUse: "x" }, 1, "hooks.PreToolUse → must be a list"],
  ["an entry without hooks", { Stop: [{ matcher: "x" }] }, 1, 'hooks.Stop[0] → must be { "matcher"'],
  [
    "a command that is none",
    { Stop: [{ hooks: [{ type: "command", command: 3 }] }] },
    1,
    "hooks.Stop[0].hooks[0] → a hook of type command needs a command",
  ],
  ["a time that is none", { Stop: [{ hooks: [{ command: "true", timeout: "soon" }] }] }, 1, "timeout must be a number of seconds"],
  ["what is to happen at a failure", { Stop: [{ hooks: [{ command: "true", onFailure: "no" }] }] }, 1, "onFailure must be continue, deny or ask"],
] as const)("settings > %s ends the turn with file, line and key, and no project that nobody trusts can do that", async (_, hooks, line, what) => {
  const files = { ".git/HEAD": "", ".claw/settings.json": JSON.stringify({ hooks }) };
  await using kernel = await createHarness({ plugins: PLUGINS, files, options: { trust: true } });
  const outcome = await kernel.submit("go");
  expect(outcome).toMatchObject({ kind: "failed", error: { code: "CLAW_CONFIG_INVALID" } });
  const message = outcome.kind === "failed" ? outcome.error.message : "";
  expect(message).toStartWith(`${join(kernel.workspace, ".claw", "settings.json")}:${line}: hooks.`);
  expect([message.includes(what), kernel.requests.length]).toEqual([true, 0]);
  await using careful = await createHarness({ plugins: PLUGINS, files });
  expect(await careful.submit("go")).toEqual({ kind: "completed" });
});

test("settings > an event that nobody knows is told with what was probably meant, and stops nothing", async () => {
  await using kernel = await createHarness({ plugins: PLUGINS, config: { hooks: { PreTolUse: [{ hooks: [{ command: "true" }] }] } } });
  expect(await kernel.submit("go")).toEqual({ kind: "completed" });
  expect(kernel.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []))).toEqual([
    expect.stringMatching(/hooks\.PreTolUse: there is no such event, so this never runs\. Did you mean "PreToolUse"\?$/),
  ]);
});
