// What can interrupt a run from outside: signals, and a stdout that nobody reads any more.

/** The first interruption ends the turn and keeps the session; the same again within two seconds ends the process at once. */
export interface Interrupts extends Disposable {
  readonly signal: AbortSignal;
  readonly reason: string | undefined;
  interrupt(reason: string): void;
  /** Calls back at each interruption, and at once when there was one. */
  on(listener: (reason: string) => void): Disposable;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const AGAIN_MS = 2_000;

export function watchSignals(): Interrupts {
  const controller = new AbortController();
  const listeners = new Set<(reason: string) => void>();
  let reason: string | undefined;
  let at = 0;

  function interrupt(why: string): void {
    const now = performance.now();
    const code = SIGNALS[why];
    if (code !== undefined && reason !== undefined && now - at < AGAIN_MS) process.exit(code);
    at = now;
    reason ??= why;
    controller.abort(why);
    for (const listener of listeners) listener(why);
  }
  const names = Object.keys(SIGNALS) as NodeJS.Signals[];
  for (const name of names) process.on(name, interrupt);
  return {
    signal: controller.signal,
    get reason() {
      return reason;
    },
    interrupt,
    on(listener) {
      listeners.add(listener);
      if (reason !== undefined) listener(reason);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]() {
      for (const name of names) process.off(name, interrupt);
    },
  };
}
