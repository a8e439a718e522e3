// The plugin in a real kernel: what settings and flags do to calls and to the tools on offer.
import { expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { calls, type HarnessOptions, pluginContract, says } from "claw/testing";
import { harness, said } from "./testing/probes.ts";

pluginContract(import.meta.dir);

test("permit > deny beats ask beats allow, and each beats the mode", async () => {
  const permissions = {
    deny: ["Bash(rm *)", "Read(./secret/**)"],
    ask: ["Bash(git push*)", "WebFetch"],
    allow: ["Bash(git *)", "Bash(rm *)", "Read", "WebFetch"],
  };
  await using kernel = await harness({ mode: "danger-full-access", config: { permissions }, files: { "secret/key": "" } });
  expect(await said(kernel, "bash", { command: "ls; rm x" })).toBe("Permission to use bash has been denied by rule 'Bash(rm *)'");
  expect(await said(kernel, "read_file", { path: "secret/key" })).toBe("Permission to use read_file has been denied by rule 'Read(./secret/**)'");
  expect(await said(kernel, "bash", { command: "git push" })).toBe(
    "tool 'bash' requires approval: rule 'Bash(git push*)' asks for it; nobody can be asked, so it was refused",
  );
  expect(await said(kernel, "WebFetch", { url: "https://example.com" })).toContain("rule 'WebFetch' asks for it");
  expect(await said(kernel, "bash", { command: "echo $(git status)" })).toBe("ran");
});

test("permit > an allow rule runs what the mode would refuse, and nothing beside it", async () => {
  await using kernel = await harness({ mode: "read-only", options: { allowedTools: ["Bash(npm test *),write_file(./out/**)"] } });
  expect(await said(kernel, "bash", { command: "npm test -s" })).toBe("ran");
  expect(await said(kernel, "bash", { command: "cd . && npm test | tail -5" })).toBe("ran");
  expect(await said(kernel, "bash", { command: "npm test > out/log" })).toBe("ran");
  expect(await said(kernel, "bash", { command: "npm test; npm publish" })).toBe(
    "tool 'bash' requires danger-full-access permission; current mode is read-only:\n  npm publish  (npm is not known to only read)",
  );
  expect(await said(kernel, "write_file", { path: "out/x" })).toBe("ran");
  expect(await said(kernel, "write_file", { path: "x" })).toBe("tool 'write_file' requires workspace-write permission; current mode is read-only");
});

test("permit > rules see through links, both ways", async () => {
  await using kernel = await harness({
    config: { permissions: { allow: ["Edit(./link/**)"], deny: ["Read(./secret/**)"] } },
    files: { "secret/key": "", "src/a": "" },
  });
  await mkdir(join(kernel.home, "elsewhere"));
  await symlink(join(kernel.home, "elsewhere"), join(kernel.workspace, "link"));
  await symlink(join(kernel.workspace, "secret"), join(kernel.workspace, "src", "notes"));
  expect(await said(kernel, "write_file", { path: "link/x" })).toContain("requires approval to escalate from workspace-write to danger-full-access");
  expect(await said(kernel, "read_file", { path: "src/notes/key" })).toBe("Permission to use read_file has been denied by rule 'Read(./secret/**)'");
});

test("permit > a protected file is asked for in every mode but danger, whatever broad rule allows it", async () => {
  for (const [mode, verdict] of [
    ["allow", "requires approval"],
    ["workspace-write", "requires approval"],
    ["danger-full-access", "ran"],
  ] as const) {
    await using kernel = await harness({ mode, config: { permissions: { allow: ["Edit(**)", "Write"] } } });
    expect(await said(kernel, "write_file", { path: ".git/hooks/pre-commit" })).toContain(verdict);
  }
});

test("settings > a project nobody vouched for may tighten, not loosen", async () => {
  const permissions = { allow: ["Bash"], deny: ["Read(./a)"], ask: ["WebFetch"], defaultMode: "bypassPermissions" };
  const files = { ".git/HEAD": "", ".claw/settings.json": JSON.stringify({ permissions }) };
  await using kernel = await harness({ files });
  expect(await said(kernel, "bash", { command: "make" })).toContain("requires approval to escalate from workspace-write");
  expect(await said(kernel, "read_file", { path: "a" })).toContain("denied by rule 'Read(./a)'");
  expect(await said(kernel, "WebFetch", { url: "https://a.b" })).toContain("asks for it");
  expect(kernel.shell.selection["permission-mode"]).toBe("workspace-write");

  await using trusting = await harness({ files, options: { trust: true } });
  expect(await said(trusting, "bash", { command: "make" })).toBe("ran");
  expect(trusting.shell.selection["permission-mode"]).toBe("danger-full-access");
});

test.each([
  [
    { config: { permissions: { deny: ["Read("] } } },
    "CLAW_CONFIG_INVALID",
    /settings\.json:1: permissions\.deny: permission rule "Read\(" is malformed/,
  ],
  [{ config: { permissions: { allow: "Read" } } }, "CLAW_CONFIG_INVALID", /settings\.json:1: permissions\.allow: /],
  [
    { config: { permissions: { defaultMode: "yolo" } } },
    "CLAW_CONFIG_INVALID",
    /settings\.json:1: permissions\.defaultMode: unknown permission-mode: yolo/,
  ],
  [{ options: { allowedTools: ["Bash("] } }, "CLAW_USAGE", /--allowedTools: permission rule "Bash\("/],
  [{ options: { allowedTools: ["Bsh(ls)"] } }, "CLAW_USAGE", /--allowedTools: unknown tool "Bsh"/],
  [{ options: { disallowedTools: ["Reed"] } }, "CLAW_USAGE", /--disallowedTools: unknown tool "Reed"/],
  [{ options: { tools: "Read,Writ" } }, "CLAW_USAGE", /--tools: unknown tool "Writ"/],
  [{ options: { "dangerously-skip-permissions": true, "permission-mode": "plan" } }, "CLAW_USAGE", /contradicts --permission-mode plan/],
] as const)("route > %j ends the turn with %s", async (options, code, message) => {
  await using kernel = await harness(options as unknown as Partial<HarnessOptions>);
  const outcome = await kernel.submit("hi");
  expect(outcome).toMatchObject({ kind: "failed", error: { code, message: expect.stringMatching(message) as string } });
  expect(kernel.requests).toEqual([]);
});

test("route > an unknown tool gets did-you-mean; tools that only other families have pass", async () => {
  await using kernel = await harness({ options: { allowedTools: ["Bassh"] } });
  expect(await kernel.submit("hi")).toMatchObject({ error: { info: { hint: 'Did you mean "bash"?' } } });
  await using other = await harness({ options: { allowedTools: ["LS,MultiEdit, mcp__x__y"], disallowedTools: ["KillShell"] } });
  expect(await other.submit("hi")).toEqual({ kind: "completed" });
});

test("route > broken rules still let commands through, but no call", async () => {
  const script = [calls("read_file", { path: "x" }, "1"), says("done")];
  await using kernel = await harness({ config: { permissions: { deny: ["("] } }, script });
  expect(await kernel.submit("/no-such-command")).toEqual({ kind: "completed" });
  expect(kernel.requests[0]?.tools).toEqual([]);
  const results = kernel.requests[1]?.messages.at(-1)?.content;
  expect(JSON.stringify(results)).toContain("the permission check failed");
});

test.each([
  [{ tools: "Read,Bash" }, ["bash", "read_file"]],
  [{ tools: "" }, []],
  [{ tools: "default" }, ["TaskCreate", "WebFetch", "bash", "read_file", "write_file"]],
  [{ disallowedTools: ["Edit"] }, ["TaskCreate", "WebFetch", "bash", "read_file"]],
  [{ disallowedTools: ["Write", "Bash(rm *)"] }, ["TaskCreate", "WebFetch", "bash", "read_file"]],
] as const)("draft > %j leaves %j", async (options, names) => {
  await using kernel = await harness({ options: options as unknown as NonNullable<HarnessOptions["options"]> });
  await kernel.submit("hi");
  expect(kernel.requests[0]?.tools.map((tool) => tool.name).toSorted()).toEqual([...names]);
});

test("permit > a tool outside --tools is refused even when the model calls it", async () => {
  await using kernel = await harness({ mode: "danger-full-access", options: { tools: "Read" } });
  expect(await said(kernel, "bash", { command: "ls" })).toBe("tool 'bash' is not among the tools that --tools names");
});

test("next > three steps of nothing but denials end a run that nobody watches", async () => {
  const script = [1, 2, 3, 4].map((id) => calls("bash", { command: "make" }, `c${id}`));
  await using kernel = await harness({ script: [...script] });
  expect(await kernel.submit("go")).toEqual({ kind: "stopped", reason: "permission" });
  expect(kernel.requests).toHaveLength(3);

  const mixed = [calls("bash", { command: "make" }, "a"), calls("read_file", { path: "x" }, "b"), ...script.slice(0, 2), says("done")];
  await using other = await harness({ script: mixed });
  expect(await other.submit("go")).toEqual({ kind: "completed" });

  await using watched = await harness({ script: [...script], answers: [] });
  expect(await watched.submit("go")).toEqual({ kind: "completed" });
});
