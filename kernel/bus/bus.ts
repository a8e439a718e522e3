// The event bus: one queue for the whole kernel, one face for each scope that emits.
import type { AnyEvent, Bus, EventMap, Stamp } from "./events.ts";

type Listener = Readonly<{ owner: string; hear(event: never): void }>;

/** A new bus, as the function that makes its faces. `lost` hears of a listener of `plugin.failed` that itself fails. */
export function createBus(lost: (error: unknown) => void): (stamp: Stamp) => Bus {
  const listeners = new Map<string, Set<Listener>>();
  const queue: AnyEvent[] = [];
  let [seq, draining] = [0, false];

  function push(stamp: Stamp, type: keyof EventMap, data: unknown): void {
    queue.push({ type, seq: seq++, at: Date.now(), ...stamp, data } as unknown as AnyEvent);
    if (draining) return;
    draining = true;
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      for (const listener of listeners.get(event.type) ?? []) deliver(event, listener);
      for (const listener of listeners.get("*") ?? []) deliver(event, listener);
    }
    draining = false;
  }
  function deliver(event: AnyEvent, { owner, hear }: Listener): void {
    try {
      hear(event as never);
    } catch (error) {
      if (event.type === "plugin.failed") lost(error);
      else
        push({ source: "claw" }, "plugin.failed", {
          plugin: owner,
          code: "CLAW_HOOK_FAILED",
          message: `listener of ${event.type}: ${error}`,
        });
    }
  }
  function listen(owner: string, type: string, hear: (event: never) => void): Disposable {
    const listener = { owner, hear };
    const set = listeners.get(type) ?? new Set<Listener>();
    listeners.set(type, set.add(listener));
    return { [Symbol.dispose]: () => void set.delete(listener) };
  }
  return (stamp) => ({
    emit: (type, data) => push(stamp, type, data),
    on: (type, listener) => listen(stamp.source, type, listener),
    onAny: (listener) => listen(stamp.source, "*", listener),
  });
}
