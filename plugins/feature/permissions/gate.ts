// The rules at work: the policy of each session, and what it says of a call. Decides; runs nothing.
import type { Decision, Json, PluginScope, Setting, StepScope, ToolCall, TurnScope } from "claw";
import { type Explained, Shell, type Trial, Workspace } from "claw/kit";
import type { Grants } from "./grants.ts";
import type { Subject } from "./match.ts";
import { createRoots, type Roots, userFolder } from "./paths.ts";
import { compilePolicy, decide, type Policy, type Ruling, wantsLine, wantsPlaces } from "./policy.ts";

export interface Gate {
  /** The policy of a scope's settings. Rejects with what is wrong with them. */
  policyOf(scope: PluginScope): Promise<Policy>;
  rule(call: ToolCall, scope: StepScope): Promise<Ruling>;
  explain(call: ToolCall, scope: TurnScope, trial?: Trial): Promise<Pick<Explained, "decision" | "by"> & Pick<Ruling, "rule">>;
  rootsOf(scope: TurnScope): Roots;
  closed(session: string): void;
}

export function createGate(grants: Grants, warn: (text: string) => void): Gate {
  const roots = new Map<string, Roots>();
  const policyOf = createPolicies(warn);

  function rootsOf({ session, env }: TurnScope): Roots {
    const known = roots.get(session.id) ?? createRoots(session.cwd, userFolder(env));
    roots.set(session.id, known);
    return known;
  }
  async function ruled(policy: Policy, granted: ReturnType<Grants["of"]>, call: ToolCall, scope: StepScope): Promise<Ruling> {
    const places = wantsPlaces(policy, granted, call) ? await (await scope.use(Workspace)).places(call, scope) : [];
    const line = wantsLine(policy, granted, call) ? await (await scope.use(Shell)).judge(call, scope) : undefined;
    const subject: Subject = { call, places, roots: rootsOf(scope), ...(line === undefined ? {} : { line }) };
    const ruling = decide(policy, granted, subject);
    if (ruling.decision === undefined && ruling.covered.size > 0) (await scope.use(Shell)).allow(call, ruling.covered);
    return ruling.uncertain ? unlessRefused(ruling, call, scope) : ruling;
  }
  return {
    policyOf,
    rootsOf,
    rule: async (call, scope) => ruled(await policyOf(scope), grants.of(scope.session.id), call, scope),
    async explain(given, scope, trial) {
      // Without an id nothing waits for its end.
      const call = { ...given, id: "" };
      const step: StepScope = { ...scope, step: 0, model: { id: scope.selection.model, context: 0, maxOutput: 0 } };
      const policy = trial?.permissions === undefined ? await policyOf(scope) : await trialPolicy(trial.permissions, scope);
      const name = trial?.mode ?? scope.selection["permission-mode"];
      const at = { ...step, selection: { ...step.selection, "permission-mode": name } };
      const { decision, rule } = await ruled(policy, trial?.permissions === undefined ? grants.of(scope.session.id) : [], call, at);
      if (decision !== undefined) return { decision, by: "permissions", ...(rule === undefined ? {} : { rule }) };
      const mode = await scope.get("permission-mode", name);
      const said = await mode.decide(call, at);
      return { decision: said ?? { verdict: "ask", question: `Run ${call.tool}?` }, by: `mode:${mode.name}` };
    },
    closed: (session) => void roots.delete(session),
  };
}

// --- internal ---

/** What a rule may tighten is never loosened by asking: what the mode refuses stays refused. */
async function unlessRefused(ruling: Ruling, call: ToolCall, scope: StepScope): Promise<Ruling> {
  const mode = await scope.get("permission-mode", scope.selection["permission-mode"]);
  const said: Decision | undefined = await mode.decide(call, scope);
  return said?.verdict === "deny" ? { covered: ruling.covered } : ruling;
}

async function trialPolicy(value: Json, scope: TurnScope): Promise<Policy> {
  const setting: Setting = { value, source: "flag", origin: "the policy to be tried", trusted: true };
  return compilePolicy([setting], {}, scope.names("tool"));
}

interface Compiled {
  readonly of: readonly unknown[];
  readonly policy: Promise<Policy>;
}

/** Compiled again only when a layer's value is another one; what is odd is said once. */
function createPolicies(warn: (text: string) => void): (scope: PluginScope) => Promise<Policy> {
  let compiled: Compiled | undefined;
  const said = new Set<string>();
  return (scope) => {
    const settings = scope.settings("permissions");
    const of = settings.map((setting) => setting.value);
    if (compiled?.of.length === of.length && of.every((value, index) => value === compiled?.of[index])) return compiled.policy;
    const policy = compilePolicy(settings, scope.options, scope.names("tool")).then((read) => {
      for (const text of read.warnings) if (!said.has(text)) warn(text);
      for (const text of read.warnings) said.add(text);
      return read;
    });
    compiled = { of, policy };
    return policy;
  };
}
