// Rules, their explanation and the record of decisions on the built binary: what must not run and what must, with a model that asks for it.
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

/** Runs the calls one after another, headless, and gives the result object. */
async function obey(at: Scratch, replies: readonly Reply[], words: readonly string[] = []) {
  at.serve({ replies: [...replies, { text: "done" }] });
  const { out, code } = await at.ask(["-p", "go", "--output-format", "json", ...words]);
  type Result = { readonly tool_results: readonly { readonly output: string; readonly is_error: boolean }[]; readonly permission_denials: unknown[] };
  return { code, ...(JSON.parse(out) as Result) };
}

test("rules > deny wins in every mode and behind every wrapper; what is allowed runs; the log says why", async () => {
  await using at = await createScratch();
  at.settings({ permissions: { deny: ["Bash(touch *)", "Read(./secret)"], allow: ["Bash(mkdir *)"] } });
  writeFileSync(join(at.work, "secret"), "canary");
  const lines = [
    "touch a",
    "env X=1 timeout 5 touch a",
    "bash -c 'touch a'",
    "true; (touch a)",
    "find . -maxdepth 0 -exec touch a ';'",
    "cat secret",
  ];
  // In one step: after three steps of nothing but denials a run ends.
  const blocks = ["mkdir made", ...lines].flatMap((command) => call("bash", { command }).blocks ?? []);
  const { tool_results: said } = await obey(at, [{ blocks }], ["--dangerously-skip-permissions"]);
  expect(said.map(({ output }) => output.includes("denied by rule"))).toEqual([false, ...lines.map(() => true)]);
  expect([existsSync(join(at.work, "made")), existsSync(join(at.work, "a")), JSON.stringify(said).includes("canary")]).toEqual([true, false, false]);

  const { out } = await at.run(["permissions", "log", "--output-format", "json"]);
  const { decisions } = JSON.parse(out) as { decisions: { verdict: string; rule?: string; subject: string }[] };
  expect(decisions.map(({ verdict, rule }) => [verdict, rule])).toEqual([
    ["allow", "Bash(mkdir *)"],
    ...lines.map((line) => ["deny", line.includes("secret") ? "Read(./secret)" : "Bash(touch *)"]),
  ]);
}, 60_000);

test("rules > a call out of the sandbox is never allowed by a rule; Agent rules hold for TaskCreate; rules outlive the shell plugin", async () => {
  await using at = await createScratch();
  at.settings({ permissions: { allow: ["Bash"], deny: ["Agent(Explore)"] } });
  const out = call("bash", { command: "touch out", dangerouslyDisableSandbox: true });
  const { tool_results: said } = await obey(at, [out, call("TaskCreate", { prompt: "p", subagent_type: "Explore" })]);
  expect(said.map(({ is_error: failed }) => failed)).toEqual([true, true]);
  expect([said[0]?.output, said[1]?.output]).toEqual([
    expect.stringContaining("asks to run outside the sandbox"),
    expect.stringContaining("denied by rule 'Agent(Explore)'"),
  ]);
  expect(existsSync(join(at.work, "out"))).toBe(false);

  at.settings({ plugins: { "@claw/feature-shell": false }, permissions: { deny: ["Bash(rm *)", "Read(./secret)"] } });
  writeFileSync(join(at.work, "secret"), "canary");
  const more = await obey(at, [call("bash", { command: "ls" }), call("read_file", { path: "secret" })], ["--permission-mode", "danger-full-access"]);
  expect(more.tool_results.map(({ output }) => output)).toEqual([
    expect.stringContaining("nobody can be asked"),
    expect.stringContaining("denied by rule"),
  ]);
}, 60_000);

test("permissions > explain and test, and their exit codes", async () => {
  await using at = await createScratch();
  at.settings({ permissions: { deny: ["Bash(rm *)"] } });
  const { out } = await at.run(["permissions", "explain", "ls | head; sudo rm x", "--output-format", "json"]);
  expect(JSON.parse(out)).toMatchObject({ verdict: "deny", rule: "Bash(rm *)", parts: [{ does: "read" }, { does: "read" }, { does: "execute" }] });
  const policy = join(at.work, "policy.json");
  writeFileSync(policy, JSON.stringify({ permissions: { deny: ["Bash(rm *)"] }, cases: { allow: ["git status"], deny: ["ls; rm x"] } }));
  expect(await at.run(["permissions", "test", "policy.json"])).toMatchObject({ code: 0, out: expect.stringContaining("2 of 2") });
  writeFileSync(policy, JSON.stringify({ cases: { allow: ["rm x"] } }));
  expect((await at.run(["permissions", "test", "policy.json"])).code).toBe(1);
}, 60_000);
