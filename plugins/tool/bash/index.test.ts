import { expect, test } from "bun:test";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ToolResult } from "claw";
import { calls, createHarness, type Harness, type HarnessOptions, pluginContract, says, toolContract } from "claw/testing";
import { script } from "./script.ts";

const PLUGINS = ["tool/bash", "tool/task-output", "tool/task-stop", "feature/processes", "feature/workspace"];
/** A kernel that lets everything run. */
const harness = (more: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({ plugins: PLUGINS, answers: Array.from({ length: 50 }, () => "yes"), ...more });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const run = async (on: Harness, command: string, more: object = {}): Promise<string> => text(await on.call("bash", { command, ...more }));

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "bash"), {
    valid: [{ command: "true" }, { command: "true", timeout: 1, description: "nothing", run_in_background: true, dangerouslyDisableSandbox: true }],
    invalid: [{}, { command: "" }, { command: "true", timeout: 0 }, { command: "true", filesystemMode: "off" }, { command: 1 }],
  });
}

test("bash > gives output, code, signal and nothing as lines, and fails for none of them", async () => {
  await using on = await harness();
  const results = [];
  for (const command of ["echo hi; echo no >&2", "echo half; exit 3", "kill -9 $$", "true", "printf 'a\\n\\n'; cat"]) {
    const result = await on.call("bash", { command });
    results.push([text(result), result.failed ?? false]);
  }
  expect(results).toEqual([
    ["hi\nno", false],
    ["half\n[exit code 3]", false],
    ["[ended by SIGKILL]", false],
    ["(no output)", false],
    ["a", false],
  ]);
});

test("bash > the folder is kept from call to call, however the command ends, and the variables are not", async () => {
  await using on = await harness({ files: { "a/b/file": "" } });
  const a = join(on.workspace, "a");
  expect(await run(on, "cd a; X=1")).toBe(`[working directory is now ${a}]`);
  expect(await run(on, "pwd; echo [$X]; cd b && exit 4")).toBe(`${a}\n[]\n[exit code 4]\n[working directory is now ${a}/b]`);
  expect(await run(on, "ls; trap 'echo bye' EXIT; cd ..")).toBe(`file\nbye\n[working directory is now ${a}]`);
  expect(await run(on, "set -eu; cd b; false; echo never")).toBe(`[exit code 1]\n[working directory is now ${a}/b]`);
  expect(await run(on, "cd ..; exec pwd")).toBe(a);
  expect(await run(on, "cd ../..; echo 'unclosed")).toContain("[exit code");
  expect(await run(on, "(cd /); cd / & wait; pwd")).toBe(`${a}/b`);
  expect(await run(on, "cat <<'E' && cd ..; set -o noclobber\nit's\nE")).toBe(`it's\n[working directory is now ${a}]`);
});

test("bash > nothing of its own shows under set -x and set -u", async () => {
  await using on = await harness();
  expect(await run(on, "set -x; echo hi")).toBe("++ echo hi\nhi");
  expect(await run(on, "set -xu; unset PWD; exit 3")).toBe("++ unset PWD\n++ exit 3\n[exit code 3]");
});

test("bash > a folder that is gone is left for the session's own, and the result says so", async () => {
  await using on = await harness();
  const gone = join(on.workspace, "gone");
  expect(await run(on, "mkdir gone; cd gone; rmdir ../gone")).toBe("(no output)");
  expect(await run(on, "pwd")).toBe(on.workspace);
  mkdirSync(gone);
  await run(on, "cd gone");
  rmSync(gone, { recursive: true });
  expect(await run(on, "pwd")).toBe(`${on.workspace}\n[${gone} is gone; this ran in ${on.workspace}]`);
  expect(await run(on, "pwd")).toBe(on.workspace);
});

test("bash > two sessions have a folder each", async () => {
  const script = ["cd a; pwd", "pwd", "pwd"].flatMap((command) => [calls("bash", { command }), says("done")]);
  await using on = await harness({ files: { "a/x": "" }, script });
  const other = await on.host.open({ ask: { choose: async () => ({ choice: "yes" }) } });
  for (const shell of [on.shell, other, on.shell]) await shell.submit({ text: "where?" });
  const a = join(on.workspace, "a");
  const said = on.events.flatMap((event) => (event.type === "call.ended" ? [text(event.data)] : []));
  expect(said).toEqual([`${a}\n[working directory is now ${a}]`, on.workspace, a]);
  await other.close();
});

test("bash > a time limit keeps what was written, names itself and is a failed result", async () => {
  await using on = await harness();
  const result = await on.call("bash", { command: "cd /; echo before; sleep 300", timeout: 300 });
  const cure = "give a longer timeout (at most 600000 ms) or use run_in_background if it needs more";
  expect([text(result), result.failed]).toEqual([
    `before\n[stopped at the time limit of 300 ms, with all it had started; ${cure}]\n[working directory is now /]`,
    true,
  ]);
  expect(result.details).toMatchObject({ code: null, signal: "SIGTERM", timedOut: true, aborted: false, bytes: 7, cwd: "/" });
}, 20_000);

test("bash > the limit a call names is no more than the config allows", async () => {
  await using on = await harness({ config: { plugins: { "@claw/tool-bash": { timeoutMs: 200, maxTimeoutMs: 300 } } } });
  expect(await run(on, "sleep 300")).toContain("time limit of 200 ms");
  expect(await run(on, "sleep 300", { timeout: 600_000 })).toContain("time limit of 300 ms, with all it had started; use run_in_background if");
}, 20_000);

test("bash > HOME and the project are left alone, stdin is empty, there is no terminal", async () => {
  await using on = await harness();
  expect(await run(on, "echo $HOME; cat; (: </dev/tty) 2>/dev/null || echo no tty; ls -A")).toBe(`${on.home}\nno tty`);
});

test("bash > shows a live tail while it runs", async () => {
  await using on = await harness();
  await run(on, "echo one; sleep 0.5; echo two");
  const updates = on.events.flatMap((event) => (event.type === "call.progress" ? [event.data.update] : []));
  expect(updates[0]).toEqual({ tail: "one\n", bytes: 4 });
});

test("bash > what is too long or has a NUL is refused before a shell sees it", async () => {
  await using on = await harness();
  expect(await run(on, "#".repeat(100_001))).toContain("longer than 100000 bytes");
  expect(await run(on, "echo a\0b")).toContain("NUL byte");
});

test("bash > an interrupted call says so in a sentence and keeps its output, however stubborn the command", async () => {
  await using on = await harness();
  on.host.bus.on("call.progress", () => on.shell.abort("SIGINT"));
  const result = await on.call("bash", { command: "trap '' TERM INT; echo before; while :; do sleep 300; done" });
  expect([text(result), result.failed]).toEqual(["before\n[interrupted: stopped before its end, with all it had started]", true]);
}, 20_000);

test("bash > a pipe or a link in the place of its report is no folder, and holds nobody up", async () => {
  await using on = await harness({ files: { "here/x": "" } });
  for (const make of ["mkfifo", "ln -s /etc/hostname"]) {
    const command = `trap 'for f in $(tr "\\0" "\\n" < /proc/$$/cmdline | grep -o "/[^ ]*/cwd-[0-9a-f]*"); do rm -f $f; ${make} $f; done' EXIT; cd here; true`;
    expect(await run(on, command)).not.toContain("working directory");
    expect(await run(on, "pwd")).toBe(on.workspace);
  }
}, 20_000);

test("bash > a background run is read, stopped, and named when it is unknown", async () => {
  await using on = await harness();
  const started = await on.call("bash", { command: "echo up; sleep 300", run_in_background: true, description: "A server" });
  const { task, spill } = started.details as { task: string; spill: string };
  expect(text(started)).toBe(`Running in the background as task ${task}. Its output goes to ${spill}`);
  expect(await run(on, `until [ -s ${spill} ]; do :; done; cat ${spill}`)).toBe("up");
  expect(text(await on.call("TaskOutput", { task_id: task, block: false }))).toMatch(/^up\n\[still running, \d+\.\d s; all output: /);
  expect(text(await on.call("TaskOutput", { task_id: task, timeout: 10 }))).toMatch(/^\(no new output\)\n\[still running/);
  const stopped = await on.call("TaskStop", { task_id: task });
  expect(text(stopped)).toBe(`Stopped task ${task} (SIGTERM). All output: ${spill}`);
  expect(text(await on.call("TaskOutput", { task_id: task }))).toMatch(/^\(no new output\)\n\[ended by SIGTERM after \d+\.\d s; all output: /);
  const unknown = await on.call("TaskOutput", { task_id: "t0" });
  expect([text(unknown), unknown.failed]).toEqual([expect.stringContaining(`no task "t0" in this session. Known: ${task} (A server).`), true]);
}, 20_000);

test("bash > description and schemas of the three tools are small", async () => {
  await using on = await harness();
  await on.submit("hi");
  const size = Buffer.byteLength(JSON.stringify(on.requests[0]?.tools));
  expect(on.requests[0]?.tools.map((tool) => tool.name).sort()).toEqual(["TaskOutput", "TaskStop", "bash"]);
  expect(size).toBeLessThan(1_900);
});

test("script > works in a plain sh, and leaves output and code as they were", () => {
  const report = `/tmp/claw-report-'${crypto.randomUUID()}`;
  const shell = Bun.spawnSync(["sh", "-c", script("cd /; echo 'it''s'; exit 7", process.cwd(), report)]);
  expect([shell.exitCode, shell.stdout.toString(), shell.stderr.toString(), existsSync(report)]).toEqual([7, "its\n", "", true]);
  rmSync(report);
});
