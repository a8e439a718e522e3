// The rules at work: the policy of each session, and what it says of a call. Decides; runs nothing.
import { ClawError, type Decision, type Json, type PluginScope, type Setting, type StepScope, type ToolCall, type TurnScope } from "claw";
import { absent, type Explained, type JudgedLine, leavesSandbox, type Place, Shell, type Trial, takesLine, Workspace } from "claw/kit";
import type { Grants } from "./grants.ts";
import { heldBack, sandboxAsks } from "./leaving.ts";
import type { Subject } from "./match.ts";
import { createRoots, type Roots, userFolder } from "./paths.ts";
import { compilePolicy, decide, type Policy, type Ruling, wantsLine, wantsPlaces } from "./policy.ts";

export interface Gate {
  /** The policy of a scope's settings. Rejects with what is wrong with them. */
  policyOf(scope: PluginScope): Promise<Policy>;
  /** The same when it is known already, so that what each step asks costs it no promise. */
  known(scope: PluginScope): Policy | undefined;
  /** Whether no rule can have a say of the call. */
  silent(call: ToolCall, scope: StepScope): boolean;
  rule(call: ToolCall, scope: StepScope): Promise<Ruling>;
  explain(call: ToolCall, scope: TurnScope, trial?: Trial): Promise<Explained>;
  rootsOf(scope: TurnScope): Roots;
  closed(session: string): void;
}

export function createGate(grants: Grants, warn: (text: string) => void): Gate {
  const roots = new Map<string, Roots>();
  const { policyOf, known } = createPolicies(warn);

  function rootsOf({ session, env }: TurnScope): Roots {
    const known = roots.get(session.id) ?? createRoots(session.cwd, userFolder(env));
    roots.set(session.id, known);
    return known;
  }
  async function ruled(policy: Policy, granted: ReturnType<Grants["of"]>, call: ToolCall, scope: StepScope): Promise<Ruling> {
    const places = wantsPlaces(policy, granted, call) ? await placesOf(call, scope) : [];
    // The mode asks for the places too, and what is wrong with the path comes from there to the model as it is.
    if (places === undefined) return { covered: new Map() };
    const shell = wantsLine(policy, granted, call) ? await shellOf(scope) : undefined;
    const line = await shell?.judge(call, scope);
    const subject: Subject = { call, places, roots: rootsOf(scope), ...(line === undefined ? {} : { line }) };
    const said = decide(policy, granted, subject);
    if (said.covered.size > 0) shell?.allow(call, new Set(said.covered.keys()));
    const ruling = leavesSandbox(call) ? heldBack(said, call, scope) : said;
    return ruling.uncertain ? unlessRefused(ruling, call, scope) : ruling;
  }
  return {
    policyOf,
    known,
    rootsOf,
    silent(call, scope) {
      const policy = known(scope);
      const rules = policy && [policy.deny, policy.ask, policy.allow, grants.of(scope.session.id)];
      return rules?.every((some) => some.length === 0) === true && policy?.offered === undefined && !leavesSandbox(call);
    },
    async rule(call, scope) {
      const ruling = await ruled(await policyOf(scope), grants.of(scope.session.id), call, scope);
      return ruling.leaving && (await sandboxAsks(scope)) ? { covered: ruling.covered } : ruling;
    },
    async explain(given, scope, trial) {
      // Without an id nothing waits for its end.
      const call = { ...given, id: "" };
      const step: StepScope = { ...scope, step: 0, model: { id: scope.selection.model, context: 0, maxOutput: 0 } };
      const policy = trial?.permissions === undefined ? await policyOf(scope) : await trialPolicy(trial.permissions, scope);
      const name = trial?.mode ?? scope.selection["permission-mode"];
      const at = { ...step, selection: { ...step.selection, "permission-mode": name } };
      const { decision, rule } = await ruled(policy, trial?.permissions === undefined ? grants.of(scope.session.id) : [], call, at);
      const ruling = { ...(rule === undefined ? {} : { rule: rule.text }) };
      const mode = await scope.get("permission-mode", name);
      const said = decision ?? (await mode.decide(call, at)) ?? { verdict: "ask", question: `Run ${call.tool}?` };
      const line = takesLine(call.tool) ? await lineOf(call, scope) : undefined;
      return { decision: said, by: decision === undefined ? `mode:${mode.name}` : "permissions", ...ruling, ...(line === undefined ? {} : { line }) };
    },
    closed: (session) => void roots.delete(session),
  };
}

// --- internal ---

/** `undefined` where nobody reads command lines: then a rule with a pattern is in doubt about each. */
async function shellOf(scope: TurnScope): Promise<Shell | undefined> {
  return scope.use(Shell).catch(absent);
}

async function lineOf(call: ToolCall, scope: TurnScope): Promise<JudgedLine | undefined> {
  return (await shellOf(scope))?.judge(call, scope);
}

/** `undefined` when one of the paths leads nowhere. */
async function placesOf(call: ToolCall, scope: StepScope): Promise<readonly Place[] | undefined> {
  try {
    return await (await scope.use(Workspace)).places(call, scope);
  } catch (thrown) {
    if (thrown instanceof ClawError && thrown.code === "CLAW_TOOL_INPUT_INVALID") return undefined;
    throw thrown;
  }
}

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
  read?: Policy;
}

/** Compiled again only when a layer's value is another one; what is odd is said once. */
function createPolicies(warn: (text: string) => void): Pick<Gate, "policyOf" | "known"> {
  let compiled: Compiled | undefined;
  const said = new Set<string>();
  const current = (settings: readonly Setting[]): Compiled | undefined =>
    compiled?.of.length === settings.length && settings.every(({ value }, index) => value === compiled?.of[index]) ? compiled : undefined;
  return {
    known: (scope) => current(scope.settings("permissions"))?.read,
    policyOf(scope) {
      const settings = scope.settings("permissions");
      const kept = current(settings);
      if (kept !== undefined) return kept.policy;
      const policy = compilePolicy(settings, scope.options, scope.names("tool")).then((read) => {
        for (const text of read.warnings) if (!said.has(text)) warn(text);
        for (const text of read.warnings) said.add(text);
        fresh.read = read;
        return read;
      });
      const fresh: Compiled = { of: settings.map(({ value }) => value), policy };
      compiled = fresh;
      return policy;
    },
  };
}
