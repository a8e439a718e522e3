// Where each session's next command starts, as the results of its commands say; and which of its calls may still change that.
import { statSync } from "node:fs";
import type { Bus, Session } from "claw";
import { takesLine } from "claw/kit";

export interface Folders {
  /** `undefined` when a command ended without saying where. */
  of(session: Session): string | undefined;
  /** Takes note of a call that is judged; says whether another one has not ended yet. */
  begin(session: string, call: string): boolean;
  /** The call changes nothing, or is over. */
  end(session: string, call: string): void;
}

export function createFolders(bus: Bus): Folders {
  const folders = new Map<string, string | undefined>();
  const open = new Map<string, Set<string>>();
  const end = (session: string, call: string): void => void open.get(session)?.delete(call);

  bus.on("call.started", ({ session = "", data }) => {
    const folder = folders.get(session);
    // It starts in the session's own folder then, and so does the next one.
    if (takesLine(data.tool) && folder !== undefined && !there(folder)) folders.delete(session);
  });
  bus.on("call.ended", ({ session = "", data }) => {
    end(session, data.id);
    if (!takesLine(data.tool)) return;
    const details = data.details as { readonly cwd?: unknown } | undefined;
    if (typeof details?.cwd === "string") folders.set(session, details.cwd);
    else if (details === undefined) folders.set(session, undefined);
  });
  bus.on("permission.decided", ({ session = "", data }) => data.decision.verdict === "deny" && end(session, data.id));
  bus.on("turn.ended", ({ session = "" }) => void open.delete(session));
  bus.on("session.closed", ({ session = "" }) => {
    folders.delete(session);
    open.delete(session);
  });
  return {
    of({ id, cwd }) {
      if (!folders.has(id)) return cwd;
      const folder = folders.get(id);
      return folder === undefined || there(folder) ? folder : cwd;
    },
    begin(session, call) {
      const calls = open.get(session) ?? new Set();
      const others = [...calls].some((one) => one !== call);
      open.set(session, calls.add(call));
      return others;
    },
    end,
  };
}

// --- internal ---

function there(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
