// The permission mode of the session: the one it begins with, and stepping to the next with a key.
import type { Host, Shell } from "claw";

/** The modes that a key leads through, from the one in use: never to one that allows more than asking would, unless the session began there. */
export function nextMode(current: string, began: string, installed: readonly string[]): string {
  const cycle = [...new Set([began, ...ORDER.filter((mode) => installed.includes(mode))])];
  return cycle[(cycle.indexOf(current) + 1) % cycle.length] ?? current;
}

/** Steps a session through its modes. What was chosen before the first turn is not undone when that turn settles where the session begins. */
export function createModes(host: Host, shell: () => Shell): Disposable & { next(): string } {
  let began: string | undefined;
  let chosen: string | undefined;
  let session = "";
  let turns = 0;
  const current = (): string => {
    const { id } = shell().session;
    if (id !== session) [session, began, chosen, turns] = [id, undefined, undefined, 0];
    return shell().selection["permission-mode"];
  };
  const listening = [
    host.bus.on("loop.moved", (event) => {
      if (event.session === session && event.data.to === "preparing") turns += 1;
    }),
    host.bus.on("selection.changed", (event) => {
      if (event.session !== session || chosen === undefined || turns > 0) return;
      if (event.data["permission-mode"] !== chosen) shell().select({ "permission-mode": chosen });
    }),
  ];
  return {
    next() {
      const now = current();
      began ??= now;
      chosen = nextMode(now, began, host.names("permission-mode"));
      shell().select({ "permission-mode": chosen });
      return chosen;
    },
    [Symbol.dispose]() {
      for (const one of listening) one[Symbol.dispose]();
    },
  };
}

// --- internal ---

const ORDER = ["workspace-write", "accept-edits", "plan", "prompt", "read-only"];
