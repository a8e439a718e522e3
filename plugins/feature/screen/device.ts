// The terminal itself: its input, its output that may be slower than we are, its size, and the signals that concern it.
import { closeSync, constants, openSync, readSync } from "node:fs";
import { createWriter } from "./writer.ts";

/** What the screen needs of a terminal. Tests have one of their own. */
export interface Device {
  readonly columns: number;
  readonly rows: number;
  /** Text is on its way; what is written now waits for it. */
  readonly busy: boolean;
  write(text: string): void;
  /** Written before this returns, or not at all: for the very end. */
  writeNow(text: string): void;
  /** Resolves when all that was written was taken, or never will be. */
  drained(): Promise<void>;
  /** Starts to read, with or without line editing by the terminal. */
  take(raw: boolean): void;
  /** Stops reading, so that another program can. */
  give(): void;
  /** The shell's turn, as after Ctrl-Z. Resolves when it is ours again. */
  stop(): Promise<void>;
  close(): void;
}
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGTSTP" | "SIGCONT";
/** What a terminal tells. */
export interface Listeners {
  data(bytes: Uint8Array): void;
  drain(): void;
  resize(): void;
  signal(name: Signal): void;
  /** Nothing can be read or written any more. */
  gone(): void;
  /** The process ends. */
  exit(): void;
}

/** claw's own stdin and stdout. Writes never block: a terminal that stands still must not make claw stand still. */
export function openTerminal(listeners: Listeners): Device {
  const writer = createWriter(1, listeners.drain, listeners.gone);
  let [columns, rows] = size();
  const resize = (): void => {
    [columns, rows] = size();
    listeners.resize();
  };
  const input = process.stdin;
  let raw = false;
  const setRaw = (on: boolean): void => {
    if (on === raw) return;
    raw = on;
    try {
      input.setRawMode(on);
    } catch {
      // The terminal is gone; reading will say so.
    }
  };
  const data = (bytes: Buffer): void => listeners.data(bytes);
  const watch = watchProcess({ ...listeners, resize }, () => {
    listeners.exit();
    setRaw(false);
  });
  input.on("end", listeners.gone);
  input.on("error", listeners.gone);
  const give = (): void => {
    input.off("data", data);
    input.pause();
    setRaw(false);
  };
  return {
    get columns() {
      return columns;
    },
    get rows() {
      return rows;
    },
    get busy() {
      return writer.busy;
    },
    write: writer.write,
    writeNow: writer.writeNow,
    drained: writer.drained,
    take(wanted) {
      const before = [columns, rows].join();
      [columns, rows] = size();
      if ([columns, rows].join() !== before) listeners.resize();
      const typed = wanted && !raw ? linesBefore() : undefined;
      setRaw(wanted);
      if (typed !== undefined) listeners.data(typed);
      input.on("data", data);
      input.resume();
    },
    give,
    stop: watch.stop,
    close() {
      watch.close();
      input.off("end", listeners.gone);
      input.off("error", listeners.gone);
      give();
      input.unref();
      writer.close();
    },
  };
}

// --- internal ---

const SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP", "SIGCONT"];
/** The exit code for a bug of ours. */
const BUG = 70;
const STOP_MS = 100;

/** Signals, and every way the process can end: what nobody caught is printed on a terminal that is itself again. */
function watchProcess(listeners: Listeners, exit: () => void) {
  const signals = SIGNALS.map((name) => [name, () => listeners.signal(name)] as const);
  const crash = (): void => {
    if (process.listenerCount("uncaughtException") > 0) return;
    exit();
    // After it was printed. Bun itself goes on while the program's first module waits.
    setImmediate(() => process.exit(BUG));
  };
  const rejection = (reason: unknown): void => {
    if (process.listenerCount("unhandledRejection") > 1) return;
    exit();
    throw reason;
  };
  const events = [
    ["SIGWINCH", listeners.resize],
    ["exit", exit],
    ["uncaughtExceptionMonitor", crash],
    ["unhandledRejection", rejection],
    ...signals,
  ] as const;
  for (const [name, listener] of events) process.on(name, listener);
  return {
    async stop(): Promise<void> {
      const back = Promise.withResolvers<void>();
      const own = signals.find(([name]) => name === "SIGTSTP");
      if (own !== undefined) process.off(...own);
      process.once("SIGCONT", back.resolve);
      process.kill(0, "SIGTSTP");
      // Nobody stops a program whose shell could not start it again.
      setTimeout(back.resolve, STOP_MS);
      await back.promise;
      process.off("SIGCONT", back.resolve);
      if (own !== undefined) process.on(...own);
    },
    close: (): void => {
      for (const [name, listener] of events) process.off(name, listener);
    },
  };
}

/** Lines that were typed while the terminal still edited them: it made a line feed of Return, which would not send anything. */
function linesBefore(): Uint8Array | undefined {
  if (process.platform === "win32") return undefined;
  try {
    const fd = openSync("/dev/tty", constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const bytes = Buffer.alloc(4_096);
      let count = 0;
      // One line at a time, until there is none.
      try {
        for (let more = -1; more !== 0 && count < bytes.length; count += more) more = readSync(fd, bytes, count, bytes.length - count, null);
      } catch {}
      return count === 0 ? undefined : bytes.subarray(0, count).map((byte) => (byte === LINE_FEED ? RETURN : byte));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
const LINE_FEED = 10;
const RETURN = 13;

function size(): readonly [number, number] {
  try {
    const [columns, rows] = process.stdout.getWindowSize();
    if (columns > 0 && rows > 0) return [columns, rows];
  } catch {
    // A terminal that is gone has no size.
  }
  return [80, 24];
}
