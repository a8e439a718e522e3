import { expect, test } from "bun:test";
import { calls, commandContract, createHarness, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/debug-tool-call"] });
commandContract(await contract.host.get("command", "debug-tool-call"), {
  valid: [[], ["2"], ["toolu_01-x"]],
  invalid: [["a b"], ["1", "2"], ["--x"].concat("y")],
});

const PLUGINS = [
  ...["command/debug-tool-call", "feature/permissions", "feature/workspace", "feature/shell", "feature/processes", "tool/bash", "store/memory"],
  "permission-mode/workspace-write",
];

test("debug-tool-call > nothing called yet", async () => {
  await using harness = await createHarness({ plugins: ["command/debug-tool-call"] });
  const outcome = await harness.shell.run(await harness.host.get("command", "debug-tool-call"), []);
  expect(outcome).toMatchObject({ kind: "done", data: { count: 0, call: null } });
});

test("debug-tool-call > input, decision with its rule, result and times; earlier ones by number or id", async () => {
  await using harness = await createHarness({
    plugins: PLUGINS,
    config: { permissionMode: "workspace-write", store: "memory", permissions: { deny: ["Bash(touch secret)"] } },
    script: [calls("bash", { command: "echo hello" }, "first_1"), calls("bash", { command: "touch secret" }, "second_2"), says("done")],
  });
  await harness.submit("go");
  const command = await harness.host.get("command", "debug-tool-call");
  const last = await harness.shell.run(command, []);
  expect(last).toMatchObject({
    data: {
      ...{ kind: "debug-tool-call", status: "ok", count: 2 },
      call: { id: "second_2", number: 2, name: "bash", input: { command: "touch secret" } },
      permission: { call: "second_2", verdict: "deny", rule: "Bash(touch secret)" },
      result: { is_error: true, output: expect.stringContaining("denied by rule") },
      timing: { ms: expect.any(Number), together: 1 },
    },
  });
  const notice = last.kind === "done" ? (last.notice ?? "") : "";
  expect(notice).toMatch(/^Call {8}second_2, 2 of 2.*\nTool {8}bash\nInput {7}\{\n {14}"command": "touch secret"\n/);
  expect(notice).toMatch(/^Permission {2}deny by .* \(rule Bash\(touch secret\)\)$/m);
  expect(notice).toMatch(/^Timing {6}asked \d{4}-.*; decided \d+ ms .*; answered \d+ ms later$/m);
  for (const which of ["2", "first"]) {
    const first = await harness.shell.run(command, [which]);
    expect(first).toMatchObject({
      notice: expect.stringMatching(/\n\nhello$/),
      data: {
        call: { id: "first_1", number: 1 },
        permission: { verdict: "allow", by: "mode:workspace-write" },
        result: { is_error: false, output: "hello" },
      },
    });
  }
  await harness.shell.session.fold({ summary: [{ role: "user", content: [{ type: "text", text: "short" }] }], dropped: 99 }, "test");
  expect(await harness.shell.run(command, [])).toMatchObject({ data: { count: 2, call: { id: "second_2" } } });
  await expect(harness.shell.run(command, ["9"])).rejects.toMatchObject({
    code: "CLAW_USAGE",
    info: { hint: expect.stringContaining("There are 2") },
  });
});
