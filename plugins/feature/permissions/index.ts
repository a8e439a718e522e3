// Permission rules and the options that set them: asked of every call before the active mode is. The modes are plugins of their own.
import {
  type ClawError,
  type Decision,
  type Draft,
  definePlugin,
  type Input,
  type PluginContext,
  type Route,
  type StepScope,
  type ToolCall,
  type TurnScope,
  wrap,
} from "claw";
import { absent, Denials, Permissions, type RuleInForce, refuseInput, ShellHooks } from "claw/kit";
import { checkAdded } from "./added.ts";
import { createGate, type Gate } from "./gate.ts";
import { createGrants, type Grants } from "./grants.ts";
import { createModes } from "./in-force.ts";
import { offers, type Policy } from "./policy.ts";
import { createRecords } from "./records.ts";
import { visible } from "./visible.ts";

/** After this many steps in a row of which every call was denied, a run that nobody watches ends. */
const STUBBORN = 3;

export default definePlugin({
  setup(ctx) {
    const { bus, home, hooks } = ctx;
    const grants = createGrants(home, bus);
    const gate = createGate(grants, (text) => bus.emit("notice.raised", { level: "warn", text }));
    const modes = createModes(bus, (session) => grants.parentOf(session));
    const records = createRecords(bus);
    /** Steps in a row, by session, of which every call was denied. */
    const denied = new Map<string, number>();

    hooks.route.tap(async (input, scope) => {
      records.follow(scope.session);
      try {
        checkAdded(scope);
        await gate.policyOf(scope);
        await modes.settle(scope);
        return undefined;
      } catch (thrown) {
        return refusal(input, wrap(thrown, "CLAW_CONFIG_INVALID"));
      }
    });
    hooks.draft.tap((draft, scope) => {
      const left = (policy: Policy | undefined): Draft | undefined => {
        const tools = offered(draft.tools, policy);
        return tools.length === draft.tools.length ? undefined : { ...draft, tools };
      };
      const policy = gate.known(scope);
      return policy === undefined ? gate.policyOf(scope).then(left, () => left(undefined)) : left(policy);
    });
    hooks.permit.tap((call, scope) => {
      if (!gate.silent(call, scope)) return ruled(call, scope);
      records.begin(call.id, undefined);
      return undefined;
    });
    async function ruled(call: ToolCall, scope: StepScope): Promise<Decision | undefined> {
      const { decision, rule } = await gate.rule(call, scope);
      const yields = await outranked(decision, call, scope);
      records.begin(call.id, decision === undefined || yields ? undefined : rule?.text);
      return yields ? undefined : decision;
    }
    hooks.next.tap((end, scope) => {
      const count = end.calls > 0 && end.denied === end.calls ? (denied.get(scope.session.id) ?? 0) + 1 : 0;
      denied.set(scope.session.id, count);
      return count >= STUBBORN && scope.ask === undefined ? { again: false, reason: "permission" } : undefined;
    });
    hooks.shutdown.tap(grants.saved);

    bus.on("permission.decided", ({ session, data }) => session !== undefined && grants.decided(session, data));
    bus.on("session.opened", ({ session, data }) => session !== undefined && grants.opened(session, data.parent));
    bus.on("session.closed", ({ session = "" }) => {
      grants.closed(session);
      gate.closed(session);
      denied.delete(session);
    });
    provide(ctx, gate, grants, modes);
  },
});

// --- internal ---

/** Whether a hook has said something stricter. It says so itself, right after the rules. */
async function outranked(decision: Decision | undefined, call: ToolCall, scope: StepScope): Promise<boolean> {
  if (decision === undefined || decision.verdict === "deny") return false;
  const said = (await scope.use(ShellHooks).catch(absent))?.verdict(call.id);
  return said === "deny" || (said === "ask" && decision.verdict === "allow");
}

function provide(ctx: PluginContext<unknown>, gate: Gate, grants: Grants, modes: ReturnType<typeof createModes>): void {
  ctx.provide(Denials, {
    filter: async (paths, scope) => visible(paths, (await gate.policyOf(scope)).deny, gate.rootsOf(scope)),
  });
  ctx.provide(Permissions, {
    rules: async (scope) => inForce(await gate.policyOf(scope), grants, scope),
    explain: (call, scope, trial) => gate.explain(call, scope, trial),
    mode: (scope) => modes.of(scope),
  });
}

function inForce(policy: Policy, grants: Grants, { session }: TurnScope): readonly RuleInForce[] {
  const granted = grants.of(session.id).map((rule) => ({ effect: "allow" as const, rule: rule.text, origin: rule.origin }));
  const written = (["deny", "ask", "allow"] as const).flatMap((effect) =>
    policy[effect].map((rule) => ({ effect, rule: rule.text, origin: rule.origin })),
  );
  return [...written, ...granted];
}

/** No tool while the rules cannot be read: no call would pass. */
function offered(tools: readonly string[], policy: Policy | undefined): readonly string[] {
  if (policy === undefined) return [];
  // Each step asks: without such rules there is nothing to go through.
  return policy.deny.length === 0 && policy.offered === undefined ? tools : tools.filter((tool) => offers(policy, tool));
}

/** Ends the turn with the error, since nothing may run on rules that cannot be read. Commands still work: one of them may be the cure. */
function refusal(input: Input, error: ClawError): Route | undefined {
  if (input.text.startsWith("/")) return undefined;
  return refuseInput("permissions", error);
}
