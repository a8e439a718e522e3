// Hooks in a real kernel, run as real processes: what they are told, what comes of their answers, and what they cannot do.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "claw";
import { ShellHooks } from "claw/kit";
import { calls, createHarness, type Harness, type HarnessOptions, pluginContract, says } from "claw/testing";
import { matches } from "./names.ts";

pluginContract(import.meta.dir);

const PLUGINS = ["feature/shell-hooks", "feature/permissions", "feature/processes", "feature/workspace", "feature/shell", "feature/web"].concat(
  ["tool/bash", "tool/read-file", "tool/write-file"],
  ["read-only", "workspace-write", "danger-full-access"].map((mode) => `permission-mode/${mode}`),
);
type Hook = string | Readonly<Record<string, Json>>;
const list = (...hooks: readonly Hook[]): Json => hooks.map((one) => (typeof one === "string" ? { type: "command", command: one } : one));
const on = (event: string, ...hooks: readonly Hook[]): Json => ({ [event]: [{ matcher: "*", hooks: list(...hooks) }] });
const harness = (hooks: Json, { config, ...more }: Partial<HarnessOptions> & { readonly config?: object } = {}): Promise<Harness> =>
  createHarness({ plugins: PLUGINS, config: { permissionMode: "danger-full-access", hooks, ...config } as Json, ...more });
const bash = async (kernel: Harness, command: string): Promise<string> =>
  (await kernel.call("bash", { command })).content.map((block) => (block.type === "text" ? block.text : "")).join("");
const json = (value: object): string => `echo '${JSON.stringify(value)}'`;
const decides = (permissionDecision: string, more: object = {}): string =>
  json({ hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision, ...more } });

test("PreToolUse > is told what the contract says, on stdin and in the environment", async () => {
  await using kernel = await harness(on("PreToolUse", "cat > told; env > environment"));
  expect(await bash(kernel, "echo hi")).toBe("hi");
  const told = JSON.parse(readFileSync(join(kernel.workspace, "told"), "utf8"));
  expect(told).toMatchObject({
    ...{ session_id: kernel.shell.session.id, cwd: kernel.workspace, permission_mode: "danger-full-access" },
    ...{ hook_event_name: "PreToolUse", tool_name: "bash", tool_input: { command: "echo hi" }, transcript_path: expect.any(String) },
  });
  const lines = readFileSync(join(kernel.workspace, "environment"), "utf8").split("\n");
  expect(lines).toContain("HOOK_EVENT=PreToolUse");
  expect(lines).toContain("HOOK_TOOL_NAME=bash");
  expect(lines).toContain('HOOK_TOOL_INPUT={"command":"echo hi"}');
});

test.each([
  ["exit 0", "true", "ran"],
  ["exit 2", "echo not today >&2; exit 2", "not today"],
  ["another code warns", "exit 7", "ran"],
  ["a missing program warns", "no-such-program-here", "ran"],
  ["JSON deny", decides("deny", { permissionDecisionReason: "because" }), "because"],
  ["JSON block", json({ decision: "block", reason: "blocked" }), "blocked"],
  ["JSON continue false", json({ continue: false, stopReason: "enough" }), "enough"],
  ["JSON that is none", "echo '{oops'", "ran"],
] as const)("PreToolUse > %s", async (_, command, expected) => {
  await using kernel = await harness(on("PreToolUse", command));
  expect(await bash(kernel, "echo ran")).toBe(expected);
});

test.each([
  ["deny", "exit 7", "exit code 7"],
  ["ask", "exit 7", "a PreToolUse hook has 'bash' asked about: exit code 7; nobody can be asked, so it was refused"],
  ["deny", "sleep 300", "it took longer than 300 ms"],
  ["deny", "echo '{oops'", "it wrote no JSON object: {oops"],
] as const)(
  "onFailure %s > %s",
  async (onFailure, command, expected) => {
    await using kernel = await harness(on("PreToolUse", { type: "command", command, timeout: 0.3, onFailure }));
    expect(await bash(kernel, "echo ran")).toBe(expected);
  },
  20_000,
);

test("together > side by side; deny beats ask beats allow; a failure is told of", async () => {
  // Each of the four waits until all of them have begun.
  const together = "echo >> begun; until [ $(wc -l < begun) -ge 4 ]; do sleep 0.05; done";
  await using kernel = await harness(
    on("PreToolUse", together, `${together}; ${decides("allow")}`, `${together}; ${decides("ask")}`, `${together}; exit 2`, "exit 9"),
  );
  expect(await bash(kernel, "echo ran")).toBe("denied by a PreToolUse hook");
  const notices = kernel.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
  expect(notices).toEqual(["The PreToolUse hook `exit 9` failed and is passed over: exit code 9"]);
}, 20_000);

test("permit > a hook tightens every rule and mode, and its allow beats no rule", async () => {
  const permissions = { allow: ["Bash(make *)"], deny: ["Bash(rm *)"], ask: ["Bash(git push)"] };
  const config = { permissionMode: "workspace-write", permissions };
  await using denying = await harness(on("PreToolUse", "exit 2"), { config });
  expect(await bash(denying, "make x")).toBe("denied by a PreToolUse hook");
  await using asking = await harness(on("PreToolUse", decides("ask")), { config, answers: ["no"] });
  expect(await bash(asking, "make x")).toContain("denied by the user");
  expect(await bash(asking, "rm x")).toContain("denied by rule 'Bash(rm *)'");
  await using allowing = await harness(on("PreToolUse", decides("allow")), { config, answers: [] });
  expect(await bash(allowing, "npm --version > out; echo done")).toBe("done");
  expect(await bash(allowing, "rm x")).toContain("denied by rule 'Bash(rm *)'");
  expect([await bash(allowing, "git push"), allowing.questions.length]).toEqual([expect.stringContaining("denied by the user"), 1]);
  expect((await allowing.call("write_file", { path: ".git/hooks/pre-commit", content: "x" })).failed).toBe(true);
  expect((await allowing.call("write_file", { path: "../beside", content: "x" })).failed).toBe(false);
  await using reading = await harness(on("PreToolUse", decides("allow")), { config: { ...config, permissionMode: "read-only" } });
  expect(await bash(reading, "npm publish")).toContain("current mode is read-only");
  const records = denying.events.flatMap((event) => (event.type === "permission.recorded" ? [event.data] : []));
  expect(records).toMatchObject([{ verdict: "deny", by: "@claw/feature-shell-hooks", hook: "exit 2", reason: "denied by a PreToolUse hook" }]);
});

test("updatedInput > is validated and judged anew", async () => {
  const rewrites = (command: Json): Json => on("PreToolUse", decides("allow", { updatedInput: { command } }));
  const config = { permissions: { deny: ["Bash(rm *)"] } };
  await using kernel = await harness(rewrites("echo other"), { config });
  expect(await bash(kernel, "echo ran")).toBe("other");
  await using denied = await harness(rewrites("rm x"), { config });
  expect(await bash(denied, "echo ran")).toContain("denied by rule");
  await using invalid = await harness(rewrites(1), { config });
  expect(await bash(invalid, "echo ran")).toContain("invalid input for bash");
});

test("PostToolUse, PostToolUseFailure > speak to the model after the result", async () => {
  const hooks = {
    ...(on("PostToolUse", "cat > after; echo look again >&2; exit 2") as object),
    ...(on("PostToolUseFailure", json({ hookSpecificOutput: { additionalContext: "try the other" } }), "cat > failed") as object),
  };
  await using kernel = await harness(hooks as Json, { config: { plugins: { "@claw/tool-bash": { timeoutMs: 200 } } } });
  expect(await bash(kernel, "echo ran")).toBe("ran\n\nHook feedback:\nlook again");
  expect(JSON.parse(readFileSync(join(kernel.workspace, "after"), "utf8"))).toMatchObject({ tool_output: "ran", tool_response: { is_error: false } });
  expect(await bash(kernel, "sleep 300")).toEndWith("\n\nHook feedback:\ntry the other");
  // What throws is a result like another.
  const { content } = await kernel.call("read_file", { path: "nowhere" });
  expect(JSON.stringify(content)).toContain("Hook feedback:\\ntry the other");
  expect(JSON.parse(readFileSync(join(kernel.workspace, "failed"), "utf8"))).toMatchObject({ tool_name: "read_file", tool_result_is_error: true });
}, 20_000);

test("input and output of any size > no deadlock, whether stdin is read or not", async () => {
  const large = "x".repeat(3_000_000);
  for (const command of ["cat", "true", "yes | head -c 5000000", "head -c 5000000 /dev/zero >&2; cat >/dev/null"]) {
    await using kernel = await harness(on("PreToolUse", command));
    expect((await kernel.call("write_file", { path: "large", content: large })).failed).not.toBe(true);
  }
}, 60_000);

test("UserPromptSubmit, SessionStart > add to the prompt or refuse it", async () => {
  const hooks = {
    ...(on("SessionStart", "echo the house rules") as object),
    ...(on("UserPromptSubmit", "grep -q secret && exit 2 || echo 5 pm") as object),
  };
  await using kernel = await harness(hooks as Json, { script: [says("a"), says("b")] });
  await kernel.submit("hi");
  await kernel.submit("and?");
  const texts = kernel.requests.map(({ messages }) => JSON.stringify(messages.at(-1)?.content));
  expect(texts[0]).toContain("hi\\n\\n<system-reminder>\\nthe house rules\\n5 pm\\n");
  expect([texts[1]?.includes("house rules"), texts[1]?.includes("5 pm")]).toEqual([false, true]);
  expect(await kernel.submit("a secret")).toMatchObject({ kind: "failed", error: { code: "CLAW_HOOK_FAILED" } });
  expect(kernel.requests).toHaveLength(2);
});

test("Stop > keeps the turn going, not for ever; continue false ends it", async () => {
  await using kernel = await harness(on("Stop", "grep -q '\"stop_hook_active\":true' && exit 0; echo run the tests first >&2; exit 2"), {
    script: [says("done"), says("tested")],
  });
  expect(await kernel.submit("go")).toEqual({ kind: "completed" });
  expect(JSON.stringify(kernel.requests[1]?.messages)).toContain("run the tests first");
  await using stubborn = await harness(on("Stop", "exit 2"));
  expect(await stubborn.submit("go")).toEqual({ kind: "completed" });
  expect(stubborn.requests).toHaveLength(9);
  await using over = await harness(on("PreToolUse", json({ continue: false, stopReason: "enough" })), { script: [calls("bash", { command: "ls" })] });
  expect(await over.submit("go")).toEqual({ kind: "stopped", reason: "hook" });
}, 20_000);

test("SessionEnd > runs when a session closes, and claw waits for it", async () => {
  const kernel = await harness(on("SessionEnd", "cat > $HOME/ended"), { script: [says("a")] });
  const { home } = kernel;
  await kernel.submit("hi");
  const ended = Promise.withResolvers<void>();
  kernel.host.bus.on("hook.ended", ({ data }) => data.event === "SessionEnd" && ended.resolve());
  await kernel.shell.close();
  await ended.promise;
  expect(JSON.parse(readFileSync(join(home, "ended"), "utf8"))).toMatchObject({ hook_event_name: "SessionEnd", reason: "other" });
  await kernel[Symbol.asyncDispose]();
});

test("trust > a folder's hooks, of claw's settings and of Claude Code's, run only where it is trusted", async () => {
  const settings = (name: string): string => JSON.stringify({ hooks: on("PreToolUse", `cat > ${name}`) });
  const files = {
    ".git/HEAD": "",
    ".claw/settings.json": settings("ours"),
    ".claude/settings.json": settings("theirs"),
    ".claude/settings.local.json": "{",
  };
  await using kernel = await harness({}, { files });
  await bash(kernel, "true");
  expect([existsSync(join(kernel.workspace, "ours")), existsSync(join(kernel.workspace, "theirs"))]).toEqual([false, false]);
  await using trusting = await harness({}, { files, options: { trust: true } });
  await bash(trusting, "true");
  const told = (name: string) => JSON.parse(readFileSync(join(trusting.workspace, name), "utf8"));
  expect(told("ours")).toMatchObject({ tool_name: "bash", permission_mode: "danger-full-access" });
  expect(told("theirs")).toMatchObject({ tool_name: "Bash", permission_mode: "bypassPermissions" });
  await trusting.call("write_file", { path: "x", content: "" });
  expect([told("ours").tool_input.path, told("theirs").tool_input.file_path]).toEqual(["x", "x"]);
  await using off = await harness({}, { files, options: { trust: true }, config: { disableAllHooks: true } });
  await bash(off, "true");
  expect(existsSync(join(off.workspace, "ours"))).toBe(false);
});

test("http > the answer is the decision; a folder's may not reach into the user's network", async () => {
  const asked: unknown[] = [];
  const answer = { hookSpecificOutput: { permissionDecision: "deny", permissionDecisionReason: "says the server" } };
  await using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      asked.push([await request.json(), request.headers.get("x-key")]);
      return Response.json(answer);
    },
  });
  const hook = { type: "http", url: `http://127.0.0.1:${server.port}/hook`, headers: { "x-key": "k" }, onFailure: "deny" };
  await using kernel = await harness(on("PreToolUse", hook));
  expect(await bash(kernel, "echo ran")).toBe("says the server");
  expect(asked).toMatchObject([[{ tool_name: "bash" }, "k"]]);
  const files = { ".git/HEAD": "", ".claw/settings.json": JSON.stringify({ hooks: on("PreToolUse", hook) }) };
  await using project = await harness({}, { files, options: { trust: true } });
  expect(await bash(project, "echo ran")).toContain("this machine itself");
  expect(asked).toHaveLength(1);
});

test("add > hooks of other formats run, until they are taken away", async () => {
  await using kernel = await harness({});
  expect(await bash(kernel, "echo ran")).toBe("ran");
  const hooks = on("PreToolUse", 'echo "$CLAUDE_PLUGIN_ROOT ${CLAUDE_PLUGIN_ROOT}" >&2; exit 2');
  const added = (await kernel.host.use(ShellHooks)).add({ hooks, origin: "a plugin", source: "plugin", root: "/some/where", foreign: true });
  expect(await bash(kernel, "echo ran")).toBe("/some/where /some/where");
  added[Symbol.dispose]();
  expect(await bash(kernel, "echo ran")).toBe("ran");
});

test.each([
  [undefined, "bash", true],
  ["", "bash", true],
  ["*", "bash", true],
  ["Bash", "bash", true],
  ["bash", "bash", true],
  ["Edit|Write", "write_file", true],
  ["Edit, Write", "edit_file", true],
  ["MultiEdit", "edit_file", true],
  ["Task", "Agent", true],
  ["Read", "write_file", false],
  ["Edit*", "edit_file", true],
  ["mcp__.*", "mcp__a__b", true],
  ["mcp__a__*", "mcp__a__b", true],
  ["^(Bash|Read)$", "read_file", true],
  ["Bas", "bash", false],
] as const)("matcher %j on %s is %j", (matcher, subject, expected) => expect(matches(matcher, subject)).toBe(expected));
