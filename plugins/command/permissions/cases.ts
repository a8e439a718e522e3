// A table of cases kept beside a policy: calls with the verdict that each must get. Fails when one gets another.
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { Permissions, shownWhole } from "claw/kit";
import * as v from "valibot";
import { callOf } from "./calls.ts";
import { verdictOf } from "./explain.ts";
import { readPolicy, trialOf } from "./policy.ts";

const Calls = v.optional(v.array(v.string()), []);
const Cases = v.strictObject({ allow: Calls, ask: Calls, deny: Calls });

/** `{ "permissions"?, "mode"?, "cases": { "allow": [CALL], "ask": […], "deny": […] } }`; without `permissions`, the rules in force are tested. */
export async function testCases(file: string, scope: TurnScope): Promise<CommandOutcome> {
  const policy = await readPolicy(file, scope);
  const cases = v.safeParse(Cases, policy["cases"]);
  if (!cases.success) {
    const [issue] = cases.issues;
    throw new ClawError("CLAW_CONFIG_INVALID", `${file}: cases${issue.path === undefined ? "" : `.${v.getDotPath(issue)}`}: ${issue.message}`, {
      hint: 'Cases look like { "cases": { "allow": ["Bash(git status)"], "ask": ["npm publish"], "deny": ["Read(./.env)"] } }.',
    });
  }
  const permissions = await scope.use(Permissions);
  const trial = trialOf(policy);
  const mode = trial.mode ?? (await permissions.mode(scope)).mode;
  const failures: string[] = [];
  const results: Json[] = [];
  for (const expected of ["allow", "ask", "deny"] as const) {
    for (const text of cases.output[expected]) {
      const explained = await permissions.explain(callOf(text, scope), scope, { ...trial, mode });
      const { verdict } = explained.decision;
      results.push({ call: text, expected, verdict, by: explained.by });
      if (verdict !== expected) failures.push(`${shownWhole(text)}\n  expected ${expected}, got ${verdictOf(explained)}`);
    }
  }
  const sum = `${results.length - failures.length} of ${results.length} cases as expected (mode ${mode})`;
  const data = { kind: "permissions", action: "test", status: failures.length === 0 ? "ok" : "failed", mode, failed: failures.length, results };
  const notice = [...failures, sum].join("\n");
  return failures.length === 0 ? { kind: "done", notice, data } : { kind: "exit", code: 1, notice, data };
}
