// How a sitting ends: the person leaves, a command says so, or somebody outside ends claw. The first one counts.
import type { Screen } from "claw/kit";

export interface Ending extends Disposable {
  /** Resolves with the exit code when the session is to end. */
  readonly code: Promise<number>;
  /** Aborts then. */
  readonly signal: AbortSignal;
  readonly reason: string;
  end(code: number): void;
}

export function watchEnd(screen: Screen): Ending {
  const ended = Promise.withResolvers<number>();
  const over = new AbortController();
  let reason = "closed";
  const end = (code: number, why: string): void => {
    if (over.signal.aborted) return;
    reason = why;
    over.abort(why);
    ended.resolve(code);
  };
  let hungUp = false;
  const hangUp = (): void => {
    hungUp = true;
  };
  // Before the screen hears of it: where the terminal edits lines itself, Ctrl-D ends the input as a closed terminal does.
  process.prependListener("SIGHUP", hangUp);
  const listening = screen.onEnd((why) =>
    screen.plain && why === "SIGHUP" && !hungUp ? end(0, "closed") : end(CODES[why] ?? CODES["SIGHUP"]!, why),
  );
  // In raw mode no key makes this signal: it comes from outside. On a plain screen it is Ctrl-C, which the screen tells as a key.
  const interrupt = (): void => {
    if (!screen.plain) end(130, "SIGINT");
  };
  process.on("SIGINT", interrupt);
  return {
    code: ended.promise,
    signal: over.signal,
    get reason() {
      return reason;
    },
    end: (code) => end(code, "closed"),
    [Symbol.dispose]() {
      end(0, "closed");
      listening[Symbol.dispose]();
      process.off("SIGINT", interrupt);
      process.off("SIGHUP", hangUp);
    },
  };
}

// --- internal ---

const CODES: Readonly<Record<string, number>> = { SIGHUP: 129, SIGTERM: 143, EIO: 129 };
