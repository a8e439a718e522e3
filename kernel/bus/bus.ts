// The event bus: one queue for the whole kernel, one face for each scope that emits.
import type { AnyEvent, Bus, EventMap, Stamp } from "./events.ts";

type Hear = (event: AnyEvent) => void;
/** A new bus, as the function that makes its faces. `lost` hears of a listener of `plugin.failed` that itself fails. */
export function createBus(lost: (error: unknown) => void): (stamp: Stamp) => Bus {
  const listeners = new Map<string, Set<Hear>>();
  const queue: AnyEvent[] = [];
  let [seq, draining] = [0, false];
  function push(stamp: Stamp, type: keyof EventMap, data: unknown): void {
    queue.push({ type, seq: seq++, at: Date.now(), ...stamp, data } as unknown as AnyEvent);
    if (draining) return;
    draining = true;
    for (let event = queue.shift(); event !== undefined; event = queue.shift())
      for (const kind of [event.type, "*"]) for (const hear of listeners.get(kind) ?? []) hear(event);
    draining = false;
  }
  function listen(plugin: string, type: string, listener: (event: never) => void): Disposable {
    const all = listeners.get(type) ?? new Set<Hear>();
    const hear: Hear = (event) => {
      try {
        listener(event as never);
      } catch (error) {
        const message = `listener of ${event.type}: ${error}`;
        if (event.type === "plugin.failed") lost(error);
        else push({ source: "claw" }, "plugin.failed", { plugin, code: "CLAW_HOOK_FAILED", message });
      }
    };
    listeners.set(type, all.add(hear));
    return { [Symbol.dispose]: () => void all.delete(hear) };
  }
  return (stamp) => ({
    emit: (type, data) => push(stamp, type, data),
    on: (type, listener) => listen(stamp.source, type, listener),
    onAny: (listener) => listen(stamp.source, "*", listener),
  });
}
