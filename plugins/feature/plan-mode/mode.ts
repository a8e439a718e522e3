// Which sessions are in plan mode, and where they were before.
import type { Bus, TurnScope } from "claw";
import type { PlanMode } from "claw/kit";

export function createPlanMode(bus: Bus): PlanMode {
  const before = new Map<string, { readonly mode: string; readonly plan: string }>();
  /** The mode of each session that was changed: a scope has the one that its step began with. */
  const modes = new Map<string, string>();

  const planOf = async ({ get }: TurnScope): Promise<string> => (await get("permission-mode", "plan")).name;
  const modeOf = ({ session, selection }: TurnScope): string => modes.get(session.id) ?? selection["permission-mode"];
  bus.on("selection.changed", ({ session = "", data }) => {
    const mode = data["permission-mode"];
    modes.set(session, mode);
    // Whoever selects another mode has settled what holds now.
    if (before.get(session)?.plan !== mode) before.delete(session);
  });
  bus.on("session.closed", ({ session = "" }) => {
    before.delete(session);
    modes.delete(session);
  });
  return {
    async enter(scope) {
      const [plan, mode] = [await planOf(scope), modeOf(scope)];
      if (plan === mode) return false;
      before.set(scope.session.id, { mode, plan });
      scope.select({ "permission-mode": plan });
      return true;
    },
    entered: async (scope) => (await planOf(scope)) === modeOf(scope),
    before: (session) => before.get(session)?.mode,
  };
}
