// When the next frame is due: at most 60 a second, of these at most 35 for what nobody typed. Keeps the time and nothing else.

export interface Pace {
  /** Runs `paint` soon: for `urgent` things as soon as this tick's code is done. Several requests are one. */
  request(urgent: boolean): void;
  /** No frame is due any more. */
  cancel(): void;
}

/** `paint` gives how many characters it has written: a line takes longer to read than a word. What nobody can read that fast must still not stand still. */
export function createPace(paint: () => number, clock: () => number = () => performance.now()): Pace {
  let last = Number.NEGATIVE_INFINITY;
  let credit = BURST;
  let due = Number.POSITIVE_INFINITY;
  let calm = CALM_MS;
  let timer: Timer | undefined;
  let queued = false;

  const run = (): void => {
    if (due === Number.POSITIVE_INFINITY) return;
    cancel();
    const now = clock();
    credit = Math.min(BURST, credit + (now - last) / REFILL_MS) - 1;
    last = now;
    const painted = paint();
    calm = painted > READABLE ? FAST_MS : CALM_MS + painted / CHARACTERS_A_MS;
  };
  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
    due = Number.POSITIVE_INFINITY;
  };
  return {
    request(urgent) {
      const now = clock();
      const have = Math.min(BURST, credit + (now - last) / REFILL_MS);
      const earned = have >= 1 ? now : now + (1 - have) * REFILL_MS;
      const at = urgent ? earned : Math.max(earned, last + calm);
      if (at >= due) return;
      due = at;
      clearTimeout(timer);
      timer = undefined;
      if (at > now) timer = setTimeout(run, Math.ceil(at - now));
      else if (!queued) {
        queued = true;
        queueMicrotask(() => {
          queued = false;
          run();
        });
      }
    },
    cancel,
  };
}

// --- internal ---

const CALM_MS = 36;
const CHARACTERS_A_MS = 50;
/** More characters than that in a frame are read by nobody, who must see at any time that it goes on: with the odd delay this is never 50 ms. */
const READABLE = 3_000;
const FAST_MS = 34;
/** A burst and a second of refilling are fewer than sixty. */
const REFILL_MS = 20;
const BURST = 8;

type Timer = ReturnType<typeof setTimeout>;
