// What goes to the terminal, in order: at once as far as the terminal takes it, the rest off the main thread. Never waits for a terminal that stands still.
import { closeSync, constants, openSync, write, writeSync } from "node:fs";

export interface Writer {
  /** Text is on its way; what is written now waits for it. */
  readonly busy: boolean;
  write(text: string): void;
  /** Written before this returns, or not at all. */
  writeNow(text: string): void;
  /** Resolves when all that was written was taken, or never will be. */
  drained(): Promise<void>;
  close(): void;
}

/** One write at a time. What comes meanwhile goes together. `drain`: all was taken; `gone`: nothing can be written any more. */
export function createWriter(fd: number, drain: () => void, gone: () => void): Writer {
  const quick = createQuick(fd);
  let current: Uint8Array | undefined;
  let pending = "";
  let lost = false;
  const waiting: (() => void)[] = [];

  const fail = (): void => {
    if (lost) return;
    [lost, current, pending] = [true, undefined, ""];
    for (const resolve of waiting.splice(0)) resolve();
    gone();
  };
  const next = (): void => {
    if (lost) return;
    if (current === undefined && pending !== "") {
      current = quick.write(pending);
      pending = "";
    }
    if (current === undefined) {
      for (const resolve of waiting.splice(0)) resolve();
      drain();
      return;
    }
    write(fd, current, 0, current.length, null, (error, written) => {
      if (error === null) current = written < (current?.length ?? 0) ? current?.subarray(written) : undefined;
      else if (error.code !== "EAGAIN" && error.code !== "EINTR") return fail();
      // A terminal that is full says so when its input does not block.
      if (error?.code === "EAGAIN") setTimeout(next, RETRY_MS);
      else next();
    });
  };
  return {
    get busy(): boolean {
      return current !== undefined;
    },
    write(text) {
      if (lost || text === "") return;
      pending += text;
      if (current === undefined) next();
    },
    writeNow(text) {
      if (lost) return;
      try {
        writeSync(fd, pending + text);
      } catch {
        // There is nobody left to tell.
      }
      pending = "";
    },
    drained: () => (current === undefined && pending === "" ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
    close: quick.close,
  };
}

// --- internal ---

const RETRY_MS = 5;
/** A frame of fast text; longer ones are rare. */
const SCRATCH = 65_536;

/**
 * Writes what the terminal takes without waiting, and gives the bytes that are left. A frame handed to another thread costs twice what the write itself does.
 * Only for a terminal that can be opened once more: set on `fd` itself, not to wait would hold for everybody who has it, as the shell.
 */
function createQuick(fd: number): { write(text: string): Uint8Array | undefined; close(): void } {
  const encoder = new TextEncoder();
  let scratch: Uint8Array | undefined;
  let own: number | undefined;
  const open = (): number => {
    try {
      return process.platform === "linux" ? openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY) : NONE;
    } catch {
      return NONE;
    }
  };
  return {
    write(text) {
      own ??= open();
      if (own === NONE) return Buffer.from(text);
      scratch ??= new Uint8Array(SCRATCH);
      const bytes = text.length * 3 > SCRATCH ? Buffer.from(text) : scratch.subarray(0, encoder.encodeInto(text, scratch).written);
      let done = 0;
      try {
        while (done < bytes.length) done += writeSync(own, bytes, done);
      } catch {
        // It is full, or worse: the slow way will find out.
      }
      return done < bytes.length ? Uint8Array.prototype.slice.call(bytes, done) : undefined;
    },
    close() {
      if (own !== undefined && own !== NONE) closeSync(own);
      own = NONE;
    },
  };
}

const NONE = -1;
