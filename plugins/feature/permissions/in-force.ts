// The mode of every session: settled before its first request, followed when somebody selects another.
import type { Bus, TurnScope } from "claw";
import { type ModeInForce, stricter } from "claw/kit";
import { modeInForce, SELECTED, startMode } from "./modes.ts";

export interface Modes {
  /** Switches the session to the mode that flags and settings want, once; a sub-agent's to no looser one than its parent is in. */
  settle(scope: TurnScope): Promise<void>;
  of(scope: TurnScope): Promise<ModeInForce>;
}

export function createModes(bus: Bus, parentOf: (session: string) => string | undefined): Modes {
  /** The mode of every session whose mode is settled. */
  const modes = new Map<string, string>();
  const wanted = new Map<string, ModeInForce>();

  bus.on("selection.changed", ({ session, data }) => {
    if (session !== undefined && modes.has(session)) modes.set(session, data["permission-mode"]);
  });
  bus.on("session.closed", ({ session = "" }) => {
    modes.delete(session);
    wanted.delete(session);
  });
  return {
    async settle(scope) {
      const { id } = scope.session;
      const parent = parentOf(id);
      const own = scope.selection["permission-mode"];
      if (parent !== undefined) {
        // Never more rights than whoever started it.
        const above = modes.get(parent);
        const mode = above !== undefined && stricter(above, own) ? above : own;
        modes.set(id, mode);
        if (mode !== own) scope.select({ "permission-mode": mode });
      } else if (!modes.has(id)) {
        wanted.set(id, await modeInForce(scope));
        const mode = await startMode(scope);
        modes.set(id, mode ?? own);
        if (mode !== undefined) scope.select({ "permission-mode": mode });
      }
    },
    async of(scope) {
      const now = modes.get(scope.session.id);
      if (now === undefined) return modeInForce(scope);
      const start = wanted.get(scope.session.id);
      return start?.mode === now ? start : { mode: now, key: SELECTED };
    },
  };
}
