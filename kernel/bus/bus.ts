// The event bus: one queue for the whole kernel, one face for each scope that emits.
import type { AnyEvent, Bus, Envelope, EventMap } from "./events.ts";

/** What is stamped on every event emitted through one face. */
export type Stamp = Omit<Envelope<keyof EventMap>, "type" | "seq" | "at" | "data">;

/** A new bus, as the function that makes its faces. `lost` hears of a listener of `plugin.failed` that itself fails. */
export function createBus(lost: (error: unknown) => void): (stamp: Stamp) => Bus {
  type Heard = { readonly owner: string; readonly listener: (event: never) => void };
  const listeners = new Map<string, Set<Heard>>();
  const queue: AnyEvent[] = [];
  let seq = 0;
  let draining = false;

  function push(stamp: Stamp, type: keyof EventMap, data: unknown): void {
    queue.push({ type, seq: seq++, at: Date.now(), ...stamp, data } as unknown as AnyEvent);
    if (draining) return;
    draining = true;
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      deliver(event, listeners.get(event.type));
      deliver(event, listeners.get("*"));
    }
    draining = false;
  }
  function deliver(event: AnyEvent, heard: ReadonlySet<Heard> | undefined): void {
    for (const { owner, listener } of heard ?? []) {
      try {
        listener(event as never);
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
  }
  function listen(owner: string, type: string, listener: (event: never) => void): Disposable {
    const heard = { owner, listener };
    const set = listeners.get(type) ?? new Set();
    listeners.set(type, set.add(heard));
    return { [Symbol.dispose]: () => void set.delete(heard) };
  }
  return (stamp) => ({
    emit: (type, data) => push(stamp, type, data),
    on: (type, listener) => listen(stamp.source, type, listener),
    onAny: (listener) => listen(stamp.source, "*", listener),
  });
}
