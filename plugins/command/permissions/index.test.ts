// The command in a real kernel with the real rules, modes and store.
import { describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "claw";
import { calls, commandContract, createHarness, type Harness, type HarnessOptions, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);

const PLUGINS = [
  "command/permissions",
  "feature/permissions",
  "feature/workspace",
  "feature/shell",
  "feature/processes",
  "tool/bash",
  "tool/read-file",
  "store/jsonl",
].concat(["read-only", "workspace-write", "danger-full-access"].map((mode) => `permission-mode/${mode}`));
const harness = (options: Partial<HarnessOptions> & { readonly permissions?: Json; readonly mode?: string } = {}): Promise<Harness> => {
  const { permissions = {}, mode = "workspace-write", ...rest } = options;
  return createHarness({ plugins: PLUGINS, config: { store: "jsonl", permissionMode: mode, permissions }, files: { "a.txt": "" }, ...rest });
};
async function said(
  kernel: Harness,
  ...words: readonly string[]
): Promise<{ readonly notice: string; readonly code: number; readonly data: Record<string, Json> }> {
  const outcome = await kernel.shell.run(await kernel.host.get("command", "permissions"), words);
  if (outcome.kind === "prompt") throw new Error("a prompt");
  return { notice: outcome.notice ?? "", code: outcome.kind === "exit" ? outcome.code : 0, data: outcome.data as Record<string, Json> };
}

await using contract = await harness();
commandContract(await contract.host.get("command", "permissions"), {
  valid: [
    [],
    ["list"],
    ["read-only"],
    ["explain", "ls"],
    ["explain", "git", "push", "-f"],
    ["test", "x.json"],
    ["log"],
    ["log", "latest"],
    ["simulate", "x.json"],
  ],
  invalid: [["explain"], ["test"], ["test", "a", "b"], ["log", "a", "b"], ["read-only", "x"], [""], ["simulate"]],
});

describe("permissions", () => {
  test("list > every rule with where it stands, and the mode", async () => {
    await using kernel = await harness({ permissions: { allow: ["Bash(npm test *)"], deny: ["Read(./.env)"] }, options: { allowedTools: ["Read"] } });
    const settings = join(kernel.home, "settings.json");
    const { notice, data } = await said(kernel);
    expect(notice.split("\n")).toEqual([
      `Mode: workspace-write (permissionMode, ${settings})`,
      `deny   Read(./.env)      ${settings}: permissions.deny`,
      `allow  Bash(npm test *)  ${settings}: permissions.allow`,
      "allow  Read              --allowedTools",
      "`claw permissions explain CALL` says what they make of a call.",
    ]);
    expect(data).toMatchObject({
      kind: "permissions",
      action: "list",
      mode: "workspace-write",
      rules: [{ effect: "deny" }, { effect: "allow" }, { effect: "allow" }],
    });
  });

  test("MODE > selects it, and names the nearest to one there is not", async () => {
    await using kernel = await harness();
    expect((await said(kernel, "read-only")).notice).toContain("Permission mode is now read-only");
    expect(kernel.shell.selection["permission-mode"]).toBe("read-only");
    await expect(said(kernel, "readonly")).rejects.toMatchObject({ code: "CLAW_CONTRIBUTION_MISSING", info: { hint: 'Did you mean "read-only"?' } });
  });

  test("explain > which part of a line decides, and why", async () => {
    await using kernel = await harness({ permissions: { allow: ["Bash(npm test *)"], deny: ["Bash(rm *)"] } });
    const asked = await said(kernel, "explain", "cat a.txt | head; npm test; npm publish");
    expect(asked.data).toMatchObject({
      ...{ verdict: "ask", by: "mode:workspace-write", rule: null, problem: null },
      parts: [
        { text: "cat a.txt", does: "read", reach: "read" },
        { text: "head", does: "read" },
        { text: "npm test", does: "execute", allowed: true },
        { text: "npm publish", does: "execute", allowed: false, why: "npm is not known to only read" },
      ],
    });
    expect(asked.notice).toContain(
      "  runs     npm test  (allowed by a rule; npm is not known to only read)\n  runs     npm publish  (npm is not known",
    );
    expect((await said(kernel, "explain", "ls; bash -c 'rm x'")).data).toMatchObject({ verdict: "deny", rule: "Bash(rm *)" });
    expect((await said(kernel, "explain", "ls 'x")).notice).toContain("The line is not understood: it does not parse");
    expect((await said(kernel, "explain", "Bash(npm test -- x)")).data).toMatchObject({
      verdict: "allow",
      by: "permissions",
      rule: "Bash(npm test *)",
    });
    expect((await said(kernel, "explain", "git", "push", "-f")).data).toMatchObject({ call: "bash(git push -f)", verdict: "ask" });
    expect((await said(kernel, "explain", "Read(../x)")).data).toMatchObject({ call: "read_file(../x)", verdict: "ask" });
    expect((await said(kernel, "explain", "read")).data).toMatchObject({ call: "bash(read)" });
  });

  test("explain > leaves nothing behind: the next call is judged as ever", async () => {
    await using kernel = await harness();
    await said(kernel, "explain", "cd .. && npm i");
    expect((await kernel.call("bash", { command: "cat a.txt" })).failed).toBe(false);
  });

  test("test > a table of cases beside a policy, exit 1 when one comes out otherwise", async () => {
    await using kernel = await harness();
    const policy = join(kernel.workspace, "policy.json");
    const write = (text: string) => writeFile(policy, text);
    await write(
      '{\n  // ours\n  "permissions": { "deny": ["Bash(rm *)"] },\n  "cases": { "allow": ["git status", "Bash(ls)"], "ask": ["npm publish"], "deny": ["ls; rm x"] },\n}',
    );
    expect(await said(kernel, "test", "policy.json")).toMatchObject({ code: 0, notice: "4 of 4 cases as expected (mode workspace-write)" });
    await write('{ "mode": "read-only", "allow": ["Bash(make)"], "cases": { "allow": ["make", "npm i"] } }');
    const { code, notice, data } = await said(kernel, "test", "policy.json");
    expect([code, data["failed"], notice.split("\n")[0], notice.endsWith("1 of 2 cases as expected (mode read-only)")]).toEqual([
      1,
      1,
      "npm i",
      true,
    ]);
    await write('{ "cases": { "alow": ["x"] } }');
    await expect(said(kernel, "test", "policy.json")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
    await expect(said(kernel, "test", "none.json")).rejects.toMatchObject({ code: "CLAW_USAGE" });
  });

  test("log > every decision of a session, by whom and why", async () => {
    await using kernel = await harness({ permissions: { deny: ["Bash(rm *)"] }, answers: [{ choice: "no", text: "not now" }, "session"] });
    for (const command of ["ls", "rm a.txt", "make", "env"]) await kernel.call("bash", { command });
    const { data, notice } = await said(kernel, "log");
    expect(data["decisions"]).toMatchObject([
      { subject: "ls", verdict: "allow", by: "mode:workspace-write" },
      { subject: "rm a.txt", verdict: "deny", rule: "Bash(rm *)", reason: "Permission to use bash has been denied by rule 'Bash(rm *)'" },
      { subject: "make", verdict: "deny", by: "user", answer: "no", reason: "denied by the user: not now" },
      { subject: "env", verdict: "allow", by: "user", answer: "session", saved: ["bash(env)"] },
    ]);
    expect(notice).toContain("deny   bash(rm a.txt)  by rule Bash(rm *)\n    Permission to use bash");
  });

  test("log and simulate > kept sessions, read again; what would change under another policy", async () => {
    await using kernel = await harness({ script: [] });
    const other = await kernel.host.open({});
    const first = other.session.id;
    await other.close();
    await kernel.call("bash", { command: "cat a.txt" });
    await kernel.call("bash", { command: "make" });
    await kernel.call("bash", { command: "make" });
    await kernel.call("read_file", { path: "a.txt" });
    await mkdir(join(kernel.workspace, "p"));
    await writeFile(join(kernel.workspace, "p", "policy.json"), '{ "permissions": { "allow": ["Bash(make)"], "deny": ["Read(./a.txt)"] } }');
    const { data, notice } = await said(kernel, "simulate", "p/policy.json");
    expect(data).toMatchObject({
      ...{ calls: 4, sessions: 1, skipped: 0 },
      changed: [
        { subject: "make", before: "ask", after: "allow", times: 2 },
        { subject: "cat a.txt", before: "allow", after: "deny", rule: "Read(./a.txt)" },
        { subject: "a.txt", before: "allow", after: "deny" },
      ],
    });
    expect(notice).toContain("ask → allow  bash(make)  2 times  by rule Bash(make)");
    await expect(said(kernel, "log", first)).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
    const id = kernel.shell.session.id;
    await kernel.shell.close();
    const again = await kernel.host.open({});
    const outcome = await again.run(await kernel.host.get("command", "permissions"), ["log", id]);
    expect(outcome).toMatchObject({ data: { session: id, decisions: [{}, {}, {}, {}] } });
    await again.close();
  });
});

test("records > cost the turn nothing that it waits for, and hold what a person was shown", async () => {
  const script = [calls("bash", { command: `echo ${"x".repeat(5_000)}` }, "c1"), says("done")];
  await using kernel = await harness({ script });
  expect(await kernel.submit("go")).toEqual({ kind: "completed" });
  const [note] = kernel.shell.session.notes("permission") as readonly { readonly subject: string; readonly call: string }[];
  expect([note?.call, note?.subject.length]).toEqual(["c1", 2_019]);
});
