// The event bus: one queue for the whole kernel, one face for each scope that emits.
import type { AnyEvent, Bus, EventMap, Stamp } from "./events.ts";

type Hear = (event: never) => void;
/** A new bus, as the function that makes its faces. `lost` hears of a listener of `plugin.failed` that itself fails. */
export function createBus(lost: (error: unknown) => void): (stamp: Stamp) => Bus {
  const listeners = new Map<string, Map<Hear, string>>();
  const queue: AnyEvent[] = [];
  let [seq, draining] = [0, false];
  function push(stamp: Stamp, type: keyof EventMap, data: unknown): void {
    queue.push({ type, seq: seq++, at: Date.now(), ...stamp, data } as unknown as AnyEvent);
    if (draining) return;
    draining = true;
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      for (const [hear, owner] of listeners.get(event.type) ?? []) deliver(event, hear, owner);
      for (const [hear, owner] of listeners.get("*") ?? []) deliver(event, hear, owner);
    }
    draining = false;
  }
  function deliver(event: AnyEvent, hear: Hear, plugin: string): void {
    try {
      hear(event as never);
    } catch (error) {
      const message = `listener of ${event.type}: ${error}`;
      if (event.type === "plugin.failed") lost(error);
      else push({ source: "claw" }, "plugin.failed", { plugin, code: "CLAW_HOOK_FAILED", message });
    }
  }
  function listen(owner: string, type: string, listener: Hear): Disposable {
    const all = listeners.get(type) ?? new Map<Hear, string>();
    const hear: Hear = (event) => listener(event);
    listeners.set(type, all.set(hear, owner));
    return { [Symbol.dispose]: () => void all.delete(hear) };
  }
  return (stamp) => ({
    emit: (type, data) => push(stamp, type, data),
    on: (type, listener) => listen(stamp.source, type, listener),
    onAny: (listener) => listen(stamp.source, "*", listener),
  });
}
