// Where each session's next command starts, as the results of its commands say; and which of its calls may still change that.
import { statSync } from "node:fs";
import type { Bus, Session } from "claw";
import { takesLine } from "claw/kit";

export interface Folders {
  /** `undefined` when a command ended without saying where. */
  of(session: Session): string | undefined;
  /** Takes note of a call that is judged, and waits for those before it; says whether one has not ended all the same. */
  begin(session: string, call: string, patience: Patience): Promise<boolean>;
  /** The call changes nothing, or is over. */
  end(session: string, call: string): void;
}
/** How long to wait in ms: in all, and while nothing runs. */
export interface Patience {
  readonly most: number;
  readonly idle: number;
  readonly signal: AbortSignal;
}

export function createFolders(bus: Bus): Folders {
  const folders = new Map<string, string | undefined>();
  const open = new Map<string, Set<string>>();
  /** Calls of all tools that run now. */
  const running = new Map<string, Set<string>>();
  /** Sessions whose model has not yet said all of its step: nothing that changes something runs before it has. */
  const streaming = new Set<string>();
  const waiters = new Set<() => void>();
  const look = (): void => {
    for (const waiter of waiters) waiter();
  };
  const end = (session: string, call: string): void => {
    open.get(session)?.delete(call);
    look();
  };
  const forget = (session: string): void => {
    open.delete(session);
    running.delete(session);
    streaming.delete(session);
    look();
  };
  const busy = (session: string): boolean => streaming.has(session) || (running.get(session)?.size ?? 0) > 0;

  bus.on("call.started", ({ session = "", data }) => {
    running.set(session, (running.get(session) ?? new Set()).add(data.id));
    look();
    const folder = folders.get(session);
    // It starts in the session's own folder then, and so does the next one.
    if (takesLine(data.tool) && folder !== undefined && !there(folder)) folders.delete(session);
  });
  bus.on("call.ended", ({ session = "", data }) => {
    if (takesLine(data.tool)) {
      const details = data.details as { readonly cwd?: unknown } | undefined;
      if (typeof details?.cwd === "string") folders.set(session, details.cwd);
      else if (details === undefined) folders.set(session, undefined);
    }
    running.get(session)?.delete(data.id);
    end(session, data.id);
  });
  bus.on("permission.decided", ({ session = "", data }) => data.decision.verdict === "deny" && end(session, data.id));
  bus.on("loop.moved", ({ session = "", data }) => {
    // Calls of a step that broke off never end.
    if (data.to !== "calling") forget(session);
    if (data.to === "streaming") streaming.add(session);
    else streaming.delete(session);
    look();
  });
  bus.on("session.closed", ({ session = "" }) => {
    folders.delete(session);
    forget(session);
  });
  return {
    of({ id, cwd }) {
      if (!folders.has(id)) return cwd;
      const folder = folders.get(id);
      return folder === undefined || there(folder) ? folder : cwd;
    },
    async begin(session, call, patience) {
      open.set(session, (open.get(session) ?? new Set()).add(call));
      const first = (): boolean => [...(open.get(session) ?? [])].indexOf(call) <= 0;
      if (!first()) await waited(first, () => busy(session), patience, waiters);
      return !first();
    },
    end,
  };
}

// --- internal ---

/** Resolves when `done`, when nothing was busy for too long, after all of the time, or on abort. `waiters` are called whenever that may have changed. */
async function waited(done: () => boolean, busy: () => boolean, { most, idle, signal }: Patience, waiters: Set<() => void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = setTimeout(resolve, Math.max(0, most));
  let pause: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(pause);
    if (done() || signal.aborted) resolve();
    else if (!busy()) pause = setTimeout(resolve, idle);
  };
  waiters.add(look);
  signal.addEventListener("abort", look, { once: true });
  look();
  await promise;
  waiters.delete(look);
  signal.removeEventListener("abort", look);
  clearTimeout(all);
  clearTimeout(pause);
}

function there(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
