// What no rule alone decides: calls that ask to leave the sandbox, lines that nobody reads, ways to start an agent; and what is kept of decisions.
import { expect, test } from "bun:test";
import { createHarness } from "claw/testing";
import { harness, MODES, said } from "./testing/probes.ts";

const OUT = { command: "ls", dangerouslyDisableSandbox: true };

test("leaving > no rule, and no mode that confines, lets a call out of the sandbox unasked", async () => {
  const permissions = { allow: ["Bash", "Bash(ls)"], deny: ["Bash(rm *)"] };
  for (const mode of ["workspace-write", "accept-edits", "prompt", "read-only", "plan"]) {
    await using kernel = await harness({ mode, config: { permissions } });
    expect([mode, await said(kernel, "bash", OUT)]).toEqual([mode, expect.stringContaining("asks to run outside the sandbox")]);
    expect(await said(kernel, "bash", { ...OUT, command: "rm x" })).toContain("denied by rule 'Bash(rm *)'");
    expect(await said(kernel, "bash", { ...OUT, dangerouslyDisableSandbox: false })).toBe("ran");
  }
  for (const mode of ["danger-full-access", "allow"]) {
    await using kernel = await harness({ mode });
    expect(await said(kernel, "bash", OUT)).toBe("ran");
  }
  await using asked = await harness({ config: { permissions }, answers: ["yes", "no"] });
  expect([await said(asked, "bash", OUT), (await said(asked, "bash", OUT)).includes("denied by the user")]).toEqual(["ran", true]);
  expect(asked.questions.map(({ rules }) => rules)).toEqual([undefined, undefined]);
});

test("leaving > where there is a sandbox, one question is put, not two", async () => {
  const plugins = ["tool/bash", "feature/permissions", "feature/workspace", "feature/shell", "feature/processes", "feature/sandbox", ...MODES];
  const config = { permissionMode: "workspace-write", permissions: { allow: ["Bash"] } };
  await using kernel = await createHarness({ plugins, config, answers: ["yes"] });
  const { failed } = await kernel.call("bash", { command: "echo hi", dangerouslyDisableSandbox: true });
  expect([failed, kernel.questions.length]).toEqual([false, 1]);
});

test("permit > without the shell service rules hold on, and what they may concern is asked about", async () => {
  const permissions = { deny: ["Bash(rm *)", "Read(./secret/**)"], allow: ["Bash(git *)"] };
  await using kernel = await harness({ shell: false, mode: "danger-full-access", config: { permissions }, files: { "secret/key": "" } });
  expect(kernel.host.plugins().find(({ name }) => name === "@claw/feature-permissions")?.state).not.toBe("off");
  expect(await said(kernel, "read_file", { path: "secret/key" })).toContain("denied by rule");
  expect(await said(kernel, "bash", { command: "ls; rm x" })).toContain("denied by rule 'Bash(rm *)'");
  expect(await said(kernel, "bash", { command: "ls" })).toContain("only running it would tell whether this rule concerns it");
  await using writing = await harness({ shell: false, config: { permissions: { allow: ["Bash(git *)"] } } });
  expect(await said(writing, "bash", { command: "git status" })).toContain("requires approval");
  expect(await said(writing, "write_file", { path: "x" })).toBe("ran");
  await using reading = await harness({ shell: false, mode: "read-only" });
  expect(await said(reading, "bash", { command: "ls" })).toContain("current mode is read-only");
});

test("permit > a rule about Agent is about TaskCreate too, and not the other way round", async () => {
  const deny = async (rule: string, agent: string) => {
    await using kernel = await harness({ mode: "danger-full-access", config: { permissions: { deny: [rule] } } });
    return await said(kernel, "TaskCreate", { agent });
  };
  expect(await deny("Agent(Explore)", "Explore")).toBe("Permission to use TaskCreate has been denied by rule 'Agent(Explore)'");
  expect(await deny("Agent(Explore)", "Plan")).toBe("ran");
  expect(await deny("TaskCreate(Plan)", "Plan")).toContain("denied by rule");
  // A tool that is denied as a whole is not offered.
  expect(await deny("Agent", "Plan")).toContain("denied by rule 'Agent'");
  await using kernel = await harness({ config: { permissions: { deny: ["Agent"] } } });
  await kernel.submit("hi");
  expect(kernel.requests[0]?.tools.map(({ name }) => name)).not.toContain("TaskCreate");
});

test("records > each decision is an event and a note, with rule, mode or person and the reason", async () => {
  await using kernel = await harness({
    answers: [{ choice: "no", text: "later" }],
    config: { permissions: { deny: ["Bash(rm *)"], allow: ["Bash(make)"] } },
  });
  for (const command of ["rm x", "make", "ls", "npm publish"]) await kernel.call("bash", { command });
  const records = kernel.events.flatMap((event) => (event.type === "permission.recorded" ? [event.data] : []));
  expect(records).toMatchObject([
    { subject: "rm x", verdict: "deny", by: "@claw/feature-permissions", rule: "Bash(rm *)", reason: expect.stringContaining("denied by rule") },
    { subject: "make", verdict: "allow", by: "@claw/feature-permissions", rule: "Bash(make)" },
    { subject: "ls", verdict: "allow", by: "mode:workspace-write" },
    { subject: "npm publish", verdict: "deny", by: "user", answer: "no", reason: "denied by the user: later" },
  ]);
  expect(kernel.shell.session.notes("permission")).toEqual(records);
});
