import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Answer, ToolResult } from "claw";
import { calls, createHarness, type Harness, pluginContract, says, toolContract } from "claw/testing";

interface Given {
  readonly mode?: string;
  readonly answers?: readonly (string | Answer)[];
  readonly script?: Parameters<typeof createHarness>[0]["script"] & object;
  readonly flag?: string;
}
const MODES = readdirSync(join(import.meta.dir, "../../permission-mode")).map((mode) => `permission-mode/${mode}`);
const harness = ({ mode = "workspace-write", answers, script = [], flag }: Given = {}): Promise<Harness> =>
  createHarness({
    plugins: [
      "tool/enter-plan-mode",
      "tool/exit-plan-mode",
      "tool/write-file",
      "feature/agents",
      "feature/tasks",
      "feature/processes",
      "feature/plan-mode",
      "feature/workspace",
      "feature/permissions",
      "feature/shell",
      ...MODES,
    ],
    config: { permissionMode: mode },
    script,
    ...(flag === undefined ? {} : { options: { "permission-mode": flag } }),
    ...(answers && { answers }),
  });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");
const modeOf = (on: Harness): string => on.shell.selection["permission-mode"];
const named = async (on: Harness, name: string): Promise<string> => (await on.host.get("permission-mode", name)).name;

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "ExitPlanMode"), { valid: [{}, { plan: "1. do it" }], invalid: [{ plan: 1 }, { allow: true }] });
}

test.each<[answer: string | Answer, mode: string, said: RegExp]>([
  ["yes", "prompt", /^The user approved the plan\. Plan mode is off; .* is prompt\. Carry out the plan\.$/],
  ["yes, accept edits", "accept-edits", /^The user approved the plan, edits included\./],
  ["no", "plan", /^The user did not approve the plan\.\nPlan mode stays on\. Change the plan/],
  [{ choice: "no", text: "tests first" }, "plan", /^The user did not approve the plan: tests first\n/],
  ["perhaps", "plan", /^The user did not approve/],
])("ExitPlanMode > the user sees the plan and says %j", async (answer, mode, said) => {
  await using on = await harness({ mode: "prompt", answers: [answer] });
  await on.call("EnterPlanMode", {});
  const result = await on.call("ExitPlanMode", { plan: "1. Move the house\n2. Paint it" });
  expect(on.questions).toEqual([
    {
      text: "1. Move the house\n2. Paint it\n\nLeave plan mode and carry out this plan? With yes, the permission mode is prompt.",
      choices: ["yes", "yes, accept edits", "no"],
    },
  ]);
  expect(text(result)).toMatch(said);
  expect(modeOf(on)).toBe(await named(on, mode));
  expect(result.failed ?? false).toBe(mode === "plan");
});

test("ExitPlanMode > what was refused in plan mode runs after it", async () => {
  const write = (path: string) => calls("write_file", { path, content: "x" });
  const script = [calls("EnterPlanMode", {}), write("early"), calls("ExitPlanMode", { plan: "write" }), write("late")];
  await using on = await harness({ answers: ["yes"], script });
  await on.submit("go");
  expect([...new Bun.Glob("*").scanSync(on.workspace)]).toEqual(["late"]);
});

test("ExitPlanMode > without a plan it is what was said last; with none it asks for one", async () => {
  await using on = await harness({ answers: ["no"], script: [calls("EnterPlanMode", {})] });
  await on.submit("plan it");
  const shown = await on.call("ExitPlanMode", {});
  expect(on.questions[0]?.text).toStartWith("done\n\nLeave plan mode");
  expect(shown.failed).toBe(true);
  await using silent = await harness({ answers: ["yes"], mode: "plan", script: [calls("ExitPlanMode", {}), says("ok")] });
  await silent.submit("go");
  expect(JSON.stringify(silent.shell.session.messages)).toContain("There is no plan to show");
  expect(silent.questions).toEqual([]);
});

test("ExitPlanMode > a session started in plan mode goes on in the mode of the settings, else in claw's default", async () => {
  await using set = await harness({ mode: "prompt", flag: "plan", answers: ["yes"] });
  await set.call("ExitPlanMode", { plan: "x" });
  expect(modeOf(set)).toBe("prompt");
  await using unset = await harness({ mode: "plan", answers: ["yes"] });
  await unset.call("ExitPlanMode", { plan: "x" });
  expect(modeOf(unset)).toBe("workspace-write");
});

test("ExitPlanMode > with nobody to ask, only who went in alone gets out, and no further than before", async () => {
  await using own = await harness();
  await own.call("EnterPlanMode", {});
  expect(text(await own.call("ExitPlanMode", { plan: "x" }))).toMatch(/^Nobody can be asked.* is workspace-write\./);
  expect(modeOf(own)).toBe("workspace-write");
  await using started = await harness({ mode: "plan" });
  const refused = await started.call("ExitPlanMode", { plan: "x" });
  expect(refused.failed).toBe(true);
  expect(text(refused)).toMatch(/started in plan mode\. Plan mode stays on\.\n.*give the plan as your answer/);
  expect(modeOf(started)).toBe(await named(started, "plan"));
});

test("ExitPlanMode > where somebody has chosen a mode since, the earlier one is forgotten", async () => {
  await using on = await harness({ mode: "danger-full-access" });
  await on.call("EnterPlanMode", {});
  on.shell.select({ "permission-mode": "prompt" });
  on.shell.select({ "permission-mode": "plan" });
  expect((await on.call("ExitPlanMode", { plan: "x" })).failed).toBe(true);
  on.shell.select({ "permission-mode": "workspace-write" });
  await on.call("EnterPlanMode", {});
  on.shell.select({ model: "other" });
  await on.call("ExitPlanMode", {});
  expect(modeOf(on)).toBe("workspace-write");
});

test("ExitPlanMode > is no way for a sub-agent out of its parent's plan mode, and none from where there is no plan mode", async () => {
  await using on = await harness({ mode: "plan", script: [says("hi"), calls("ExitPlanMode", { plan: "x" })] });
  await on.submit("first");
  const ask = { choose: async () => ({ choice: "yes" }) };
  const child = await on.host.open({ parent: on.shell.session.id, agent: "helper", ask });
  await child.submit({ text: "go" });
  expect(JSON.stringify(child.session.messages)).toContain("A sub-agent cannot end the plan mode");
  expect(child.selection["permission-mode"]).toBe(modeOf(on));
  await child.close();
  on.shell.select({ "permission-mode": "workspace-write" });
  expect(text(await on.call("ExitPlanMode", {}))).toBe("Plan mode is not on: there is nothing to leave. Go on.");
});
