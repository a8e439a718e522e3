// Permission rules and the options that set them: asked of every call before the active mode is. The modes are plugins of their own.
import { type ClawError, definePlugin, type Input, type PluginScope, type Route, wrap } from "claw";
import { Workspace } from "claw/kit";
import * as v from "valibot";
import { createGrants } from "./grants.ts";
import { startMode, stricter } from "./modes.ts";
import { createRoots, type Roots, userFolder } from "./paths.ts";
import { compilePolicy, decide, offers, type Policy, wantsPlaces } from "./policy.ts";

/** After this many steps in a row of which every call was denied, a run that nobody watches ends. */
const STUBBORN = 3;

export default definePlugin({
  setup({ bus, home, hooks }) {
    const grants = createGrants(home, bus);
    const policyOf = createPolicies((text) => bus.emit("notice.raised", { level: "warn", text }));
    const roots = new Map<string, Roots>();
    /** The mode of every session whose mode is settled. */
    const modes = new Map<string, string>();
    /** Steps in a row, by session, of which every call was denied. */
    const denied = new Map<string, number>();

    hooks.route.tap(async (input, scope) => {
      const { id } = scope.session;
      try {
        policyOf(scope);
        const parent = grants.parentOf(id);
        if (parent !== undefined) {
          // Never more rights than whoever started it.
          const above = modes.get(parent);
          const own = scope.selection["permission-mode"];
          const mode = above !== undefined && stricter(above, own) ? above : own;
          modes.set(id, mode);
          if (mode !== own) scope.select({ "permission-mode": mode });
        } else if (!modes.has(id)) {
          const mode = await startMode(scope);
          modes.set(id, mode ?? scope.selection["permission-mode"]);
          if (mode !== undefined) scope.select({ "permission-mode": mode });
        }
        return undefined;
      } catch (thrown) {
        return refusal(input, wrap(thrown, "CLAW_CONFIG_INVALID"));
      }
    });
    hooks.draft.tap((draft, scope) => {
      const tools = offered(draft.tools, () => policyOf(scope));
      return tools.length === draft.tools.length ? undefined : { ...draft, tools };
    });
    hooks.permit.tap(async (call, scope) => {
      const policy = policyOf(scope);
      const granted = grants.of(scope.session.id);
      const places = wantsPlaces(policy, granted, call) ? await (await scope.use(Workspace)).places(call, scope) : [];
      const { id, cwd } = scope.session;
      const known = roots.get(id) ?? createRoots(cwd, userFolder(scope.env));
      roots.set(id, known);
      return decide(policy, granted, { call, places, roots: known });
    });
    hooks.next.tap((end, scope) => {
      const count = end.calls > 0 && end.denied === end.calls ? (denied.get(scope.session.id) ?? 0) + 1 : 0;
      denied.set(scope.session.id, count);
      return count >= STUBBORN && scope.ask === undefined ? { again: false, reason: "permission" } : undefined;
    });
    hooks.shutdown.tap(grants.saved);

    bus.on("permission.decided", ({ session, data }) => session !== undefined && grants.decided(session, data));
    bus.on("selection.changed", ({ session, data }) => {
      if (session !== undefined && modes.has(session)) modes.set(session, data["permission-mode"]);
    });
    bus.on("session.opened", ({ session, data }) => session !== undefined && grants.opened(session, data.parent));
    bus.on("session.closed", ({ session = "" }) => {
      grants.closed(session);
      modes.delete(session);
      denied.delete(session);
      roots.delete(session);
    });
  },
});

// --- internal ---

/** The policy of a scope's settings, compiled again only when a layer's value is another one. Throws what `compilePolicy` throws. */
function createPolicies(warn: (text: string) => void): (scope: PluginScope) => Policy {
  let compiled: { readonly of: readonly unknown[]; readonly policy: Policy } | undefined;
  return (scope) => {
    const settings = scope.settings("permissions");
    const of = settings.map((setting) => setting.value);
    if (compiled?.of.length === of.length && of.every((value, index) => value === compiled?.of[index])) return compiled.policy;
    compiled = { of, policy: compilePolicy(settings, scope.options, scope.names("tool")) };
    for (const text of compiled.policy.warnings) warn(text);
    return compiled.policy;
  };
}

/** No tool while the rules cannot be read: no call would pass. */
function offered(tools: readonly string[], policy: () => Policy): readonly string[] {
  try {
    const read = policy();
    return tools.filter((tool) => offers(read, tool));
  } catch {
    return [];
  }
}

/** Ends the turn with the error, since nothing may run on rules that cannot be read. Commands still work: one of them may be the cure. */
function refusal(input: Input, error: ClawError): Route | undefined {
  if (input.text.startsWith("/")) return undefined;
  const run = (): Promise<never> => Promise.reject(error);
  return { to: "command", command: { name: "permissions", summary: error.message, args: v.any(), run }, words: [] };
}
