// claw's own stdin, stdout and stderr: cheap to ask about, safe to write to. Nothing is opened before it is used.
// Not `process.stdout`: that costs a start 9 ms and 9 MB, throws when the other end is gone, and `process.exit` cuts what it still holds.

/** What a standard stream is connected to. `other` is a device such as `/dev/null`, or nothing at all. */
export type Connection = "terminal" | "piped" | "other";

/** What file descriptor 0, 1 or 2 is connected to. `piped` is a pipe, a socket or a file. */
export function connection(fd: 0 | 1 | 2): Connection {
  const { fstatSync, statSync } = process.getBuiltinModule("node:fs");
  try {
    const stat = fstatSync(fd);
    if (stat.isFIFO() || stat.isSocket() || stat.isFile()) return "piped";
    // Asking whether it is a terminal costs 5 ms, so the most usual device that is none is known by its number.
    if (!stat.isCharacterDevice() || stat.rdev === statSync("/dev/null", { throwIfNoEntry: false })?.rdev) return "other";
    return process.getBuiltinModule("node:tty").isatty(fd) ? "terminal" : "other";
  } catch {
    return "other";
  }
}

/** Writes to stdout and stderr, in order and without waiting. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** Resolves with the system's code (`EPIPE`, `ENOSPC`, …) when stdout takes no more. What is written after that is dropped. */
  readonly broken: Promise<string>;
  /** Resolves when all of it has been taken, with the system's code when stdout would not. */
  flush(): Promise<string | undefined>;
}

/** `stdout` and `stderr` are for tests. */
export function openOutput(stdout: Sink = () => Bun.stdout.writer(), stderr: Sink = () => Bun.stderr.writer()): Output {
  const broken = Promise.withResolvers<string>();
  const out = channel(stdout, broken.resolve);
  const err = channel(stderr, () => undefined);
  return {
    out: out.write,
    err: err.write,
    broken: broken.promise,
    async flush() {
      const [code] = await Promise.all([out.flush(), err.flush()]);
      return code;
    },
  };
}

// --- internal ---

type Sink = () => { write(text: string): unknown; flush(): unknown };

/** One write at a time; what comes meanwhile is written together. */
function channel(open: Sink, lost: (code: string) => void) {
  let sink: ReturnType<Sink> | undefined;
  let pending = "";
  let failed: string | undefined;
  let pumping: Promise<void> | undefined;

  async function pump(): Promise<void> {
    // The rest of this tick's text comes along.
    await undefined;
    try {
      sink ??= open();
      while (pending !== "") {
        const text = pending;
        pending = "";
        const written = sink.write(text);
        // A flush that throws must not leave it alone: a rejection that nobody awaits ends claw with a dump.
        if (written instanceof Promise) written.catch(() => undefined);
        await Promise.all([written, sink.flush()]);
      }
    } catch (error) {
      failed = error instanceof Error && "code" in error ? String(error.code) : "EIO";
      pending = "";
      lost(failed);
    }
    pumping = undefined;
  }
  return {
    write(text: string): void {
      if (failed !== undefined || text === "") return;
      pending += text;
      pumping ??= pump();
    },
    async flush(): Promise<string | undefined> {
      while (pumping !== undefined) await pumping;
      return failed;
    },
  };
}
