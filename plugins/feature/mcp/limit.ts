// A limit on waiting that news puts off and a question to a person suspends.

export interface Limit {
  /** There was news: the wait begins anew, up to the whole. */
  touch(): void;
  /** The clock stands while it is held. */
  hold(): Disposable;
  stop(): void;
}

/** Calls `over` after `idleMs` without news, or `mostMs` in all, not counting what was held. */
export function createLimit(idleMs: number, mostMs: number, over: (waitedMs: number) => void): Limit {
  let spent = 0;
  let since = performance.now();
  let held = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    clearTimeout(timer);
    since = performance.now();
    const next = Math.max(1, Math.min(idleMs, mostMs - spent));
    timer = setTimeout(() => over(Math.round(spent + performance.now() - since)), Math.min(next, LONGEST_MS));
  };
  run();
  return {
    touch() {
      if (held > 0) return;
      spent += performance.now() - since;
      run();
    },
    hold() {
      if (held++ === 0) {
        spent += performance.now() - since;
        clearTimeout(timer);
      }
      let holding = true;
      return {
        [Symbol.dispose]() {
          if (holding && --held === 0) run();
          holding = false;
        },
      };
    },
    stop: () => clearTimeout(timer),
  };
}

// --- internal ---

/** The longest a timer can be set to. */
const LONGEST_MS = 2_147_483_647;
