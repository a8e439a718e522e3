import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions, pluginContract, toolContract } from "claw/testing";
import { findProgram } from "./program.ts";
import { argvOf } from "./run.ts";

// In the place of a real one: it shows how it was started, and takes the command for a shell's own, without the line that is put behind it.
const FAKE = `#!/bin/sh
for last; do :; done
[ "$5" = Bypass ] && set -- "$1" "$2" "$3"
[ -n "$SHOW" ] && echo "$1 $2 $3"
exec sh -c "$(printf '%s\\n' "$last" | sed '/OutputEncoding/d;$d')"
`;
const bin = mkdtempSync(join(tmpdir(), "claw-pwsh-"));
const old = mkdtempSync(join(tmpdir(), "claw-pwsh-"));
writeFileSync(join(bin, "pwsh"), FAKE);
chmodSync(join(bin, "pwsh"), 0o755);
symlinkSync(join(bin, "pwsh"), join(old, "powershell"));
afterAll(() => {
  for (const folder of [bin, old]) rmSync(folder, { recursive: true });
});

const BASE = "/usr/local/bin:/usr/bin:/bin";
const PLUGINS = ["tool/power-shell", "tool/task-output", "tool/task-stop", "feature/processes", "feature/workspace"];
const harness = (more: Partial<HarnessOptions> = {}, path = `${bin}:${BASE}`): Promise<Harness> =>
  createHarness({ plugins: PLUGINS, answers: Array.from({ length: 50 }, () => "yes"), env: { PATH: path, HOME: "/" }, ...more });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const run = async (on: Harness, command: string, more: object = {}): Promise<string> => text(await on.call("PowerShell", { command, ...more }));

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "PowerShell"), {
    valid: [{ command: "Get-ChildItem" }, { command: "x", timeout: 1, description: "y", run_in_background: true, dangerouslyDisableSandbox: true }],
    invalid: [{}, { command: " " }, { command: "x", timeout: 0 }, { command: "x", filesystemMode: "off" }],
  });
}

test("PowerShell > is offered only where there is one", async () => {
  await using on = await harness();
  await on.submit("hi");
  expect(on.requests[0]?.tools.map(({ name }) => name)).toContain("PowerShell");
  expect(Buffer.byteLength(JSON.stringify(on.requests[0]?.tools.filter(({ name }) => name === "PowerShell")))).toBeLessThan(1_100);
  await using off = await harness({}, "/nowhere");
  await off.submit("hi");
  expect(off.requests[0]?.tools.map(({ name }) => name)).toEqual(["TaskOutput", "TaskStop"]);
  expect(await run(off, "x")).toContain("neither pwsh nor powershell");
});

test("PowerShell > how it is started", async () => {
  await using on = await harness();
  expect(await run(on, "echo $SHOW$NO_COLOR; pwd; cat")).toBe(`1\n${on.workspace}`);
  expect(findProgram(bin)).toEqual({ path: join(bin, "pwsh"), legacy: false });
  expect(findProgram(`${old}:${bin}`)).toEqual({ path: join(bin, "pwsh"), legacy: false });
  expect(findProgram(old)).toEqual({ path: join(old, "powershell"), legacy: true });
  expect(findProgram("/nowhere")).toBeUndefined();
  const [program, ...words] = argvOf({ path: "pwsh", legacy: false }, "Get-Item 'a b' # why");
  expect(program).toBe("pwsh");
  expect(words).toEqual([
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    "Get-Item 'a b' # why\nif (-not $?) { if ($LASTEXITCODE) { exit $LASTEXITCODE }; exit 1 }",
  ]);
  await using legacy = await harness({}, `${old}:${BASE}`);
  expect(await run(legacy, "echo old; exit 2")).toBe("old\n[exit code 2]");
});

test("PowerShell > gives output, code, signal and nothing as lines, and fails for none of them", async () => {
  await using on = await harness();
  expect(await run(on, "echo hi; echo no >&2")).toBe("hi\nno");
  expect(await run(on, "printf 'a\\r\\nb\\r\\n'; exit 3")).toBe("a\nb\n[exit code 3]");
  expect(await run(on, "true")).toBe("(no output)");
  const killed = await on.call("PowerShell", { command: "kill -9 $$" });
  expect([text(killed), killed.failed]).toEqual(["[ended by SIGKILL]", false]);
});

test("PowerShell > a time limit keeps what was written and is a failed result", async () => {
  await using on = await harness();
  const result = await on.call("PowerShell", { command: "echo before; sleep 300", timeout: 300 });
  expect([text(result), result.failed]).toEqual([
    "before\n[stopped at the time limit of 300 ms, with all it had started; give a longer timeout (at most 600000 ms) or use run_in_background if it needs more]",
    true,
  ]);
}, 20_000);

test("PowerShell > an interrupted call says so and keeps its output", async () => {
  await using on = await harness();
  on.host.bus.on("call.progress", () => on.shell.abort("SIGINT"));
  const result = await on.call("PowerShell", { command: "echo before; sleep 300" });
  expect([text(result), result.failed]).toEqual(["before\n[interrupted: stopped before its end, with all it had started]", true]);
}, 20_000);

test("PowerShell > a background run is read and stopped as any other", async () => {
  await using on = await harness();
  const started = await on.call("PowerShell", { command: "echo up; sleep 300", run_in_background: true, description: "A server" });
  const { task, spill } = started.details as { task: string; spill: string };
  expect(text(started)).toBe(`Running in the background as task ${task}. Its output goes to ${spill}`);
  expect(text(await on.call("TaskStop", { task_id: task }))).toStartWith(`Stopped task ${task}`);
}, 20_000);

test("PowerShell > what is too long or has a NUL is refused before a shell sees it", async () => {
  await using on = await harness();
  expect(await run(on, "#".repeat(100_001))).toContain("longer than 100000 bytes");
  expect(await run(on, "echo a\0b")).toContain("NUL byte");
});

test("PowerShell > runs in the sandbox where commands do, and asks to leave it", async () => {
  const plugins = [...PLUGINS, "feature/sandbox", "feature/shell", "permission-mode/workspace-write"];
  await using on = await harness({ plugins, config: { permissionMode: "workspace-write" }, answers: ["yes", "yes", "no"] });
  const inside = await on.call("PowerShell", { command: `echo x > made; echo x > ${on.home}/outside` });
  const { sandbox } = inside.details as { readonly sandbox?: string };
  if (sandbox === undefined) return expect(text(inside)).toBe("(no output)");
  expect(text(inside)).toMatch(/(Read-only file system|ermission denied|nonexistent directory).*\[exit code [12]\]/s);
  expect(await run(on, "cat made")).toBe("x");
  expect(await run(on, "true", { dangerouslyDisableSandbox: true })).toContain("denied");
  expect(on.questions.at(-1)?.text).toStartWith("tool 'PowerShell' asks to run outside the sandbox");
  return undefined;
}, 30_000);
