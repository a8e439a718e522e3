// Command hooks on the built binary: the user's run, a folder's only where it is trusted, and a denial holds for sub-agents too.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";
import { ownSeconds, running, until } from "../support/processes.ts";

const hook = (event: string, command: string, matcher = "*"): object => ({
  hooks: { [event]: [{ matcher, hooks: [{ type: "command", command }] }] },
});

async function obey(at: Scratch, replies: readonly Reply[], words: readonly string[] = []) {
  at.serve({ replies: [...replies, { text: "done" }, { text: "done" }] });
  const { out, code } = await at.ask(["-p", "go", "--output-format", "json", ...words]);
  return { code, result: JSON.parse(out) as { readonly tool_results: readonly { readonly output: string }[]; readonly error?: { message: string } } };
}

test("hooks > the user's deny holds in every mode and for sub-agents, and is in the log", async () => {
  await using at = await createScratch();
  at.settings(hook("PreToolUse", "echo hooked >> $HOME/calls; echo no shell today >&2; exit 2", "Bash"));
  const inner = call("bash", { command: "touch inner" });
  const { result } = await obey(
    at,
    [call("bash", { command: "touch outer" }), call("Agent", { description: "d", prompt: "p" }), inner, { text: "could not" }],
    ["--dangerously-skip-permissions"],
  );
  expect(result.tool_results[0]?.output).toContain("no shell today");
  expect([existsSync(join(at.work, "outer")), existsSync(join(at.work, "inner"))]).toEqual([false, false]);
  expect(readFileSync(join(at.home, "calls"), "utf8")).toBe("hooked\nhooked\n");
  const { out } = await at.run(["permissions", "log"]);
  expect(out).toContain("deny   bash(touch outer)  by hook echo hooked");
}, 60_000);

test("hooks > a folder's run only with --trust, from claw's files and Claude Code's", async () => {
  await using at = await createScratch();
  for (const name of [".claw/settings.json", ".claw/settings.local.json", ".claude/settings.json", ".claude/settings.local.json"]) {
    const mark = name.replace(/\W/g, "");
    at.put(name, hook("UserPromptSubmit", `touch ${mark}`));
  }
  const marks = ["clawsettingsjson", "clawsettingslocaljson", "claudesettingsjson", "claudesettingslocaljson"];
  const ran = (): boolean[] => marks.map((mark) => existsSync(join(at.work, mark)));
  await obey(at, [{ text: "hi" }]);
  expect(ran()).toEqual([false, false, false, false]);
  await obey(at, [{ text: "hi" }], ["--bare", "--trust"]);
  expect(ran()).toEqual([false, false, false, false]);
  await obey(at, [{ text: "hi" }], ["--trust"]);
  expect(ran()).toEqual([true, true, true, true]);
}, 60_000);

test("hooks > a refused prompt is exit code 1 and is never sent; SessionEnd is waited for; a slow hook does not hold up the end", async () => {
  await using at = await createScratch();
  at.settings(hook("UserPromptSubmit", "echo not now >&2; exit 2"));
  const { code, result } = await obey(at, [{ text: "hi" }]);
  expect([code, result.error?.message]).toEqual([1, expect.stringContaining("not now")]);
  at.settings(hook("SessionEnd", "cat > $HOME/ended"));
  await obey(at, [{ text: "hi" }]);
  expect(JSON.parse(readFileSync(join(at.home, "ended"), "utf8"))).toMatchObject({ hook_event_name: "SessionEnd" });
  const seconds = ownSeconds();
  at.settings(hook("SessionEnd", `sleep ${seconds}`));
  const started = performance.now();
  await obey(at, [{ text: "hi" }]);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(running(`sleep ${seconds}`)).toBe(0);
}, 60_000);

test("hooks > a folder's are held by the sandbox where there is one, the user's are not", async () => {
  await using at = await createScratch();
  const { active } = JSON.parse((await at.run(["sandbox", "--output-format", "json"])).out) as { readonly active: boolean };
  at.settings(hook("UserPromptSubmit", "touch $HOME/by-user"));
  at.put(join(at.work, ".claw", "settings.json"), hook("UserPromptSubmit", "touch inside; touch $HOME/by-folder"));
  await obey(at, [{ text: "hi" }], ["--trust"]);
  expect([existsSync(join(at.home, "by-user")), existsSync(join(at.work, "inside"))]).toEqual([true, true]);
  expect(existsSync(join(at.home, "by-folder"))).toBe(!active);
}, 60_000);

test("hooks > one that runs dies with claw, however that ends", async () => {
  await using at = await createScratch();
  const line = `sleep ${ownSeconds()}`;
  at.settings(hook("UserPromptSubmit", line));
  const env = { PATH: process.env["PATH"] ?? "", HOME: at.home, ANTHROPIC_API_KEY: "sk-test", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" };
  const claw = Bun.spawn([at.binary, "-p", "go"], { cwd: at.work, env, stdio: ["ignore", "ignore", "ignore"] });
  await until(() => running(line) > 0);
  claw.kill("SIGKILL");
  await claw.exited;
  await until(() => running(line) === 0);
}, 60_000);

test("claw hooks > lists what never runs, and tries one", async () => {
  await using at = await createScratch();
  at.settings({
    hooks: { PreToolUze: [], PreToolUse: [{ matcher: "Bsh", hooks: [{ type: "command", command: "true" }] }] },
  });
  const { out } = await at.run(["hooks"]);
  expect(out).toContain("hooks.PreToolUze: there is no such event");
  expect(out).toContain('the matcher "Bsh" means no tool there is');
  at.settings(hook("PreToolUse", "echo refused >&2; exit 2"));
  expect(await at.run(["hooks", "test", "PreToolUse", "bash"])).toMatchObject({ code: 0, out: expect.stringContaining("refused") });
}, 60_000);
