// A stdin that stays open, for children of the processes service, whose own is fixed at their start. A named pipe: it reaches into a sandbox too.
import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ClawError } from "claw";

export interface Feed {
  /** The command line that runs `argv` with the feed as its stdin; with another `fd` as that, and with an empty stdin. */
  argv(argv: readonly string[], fd?: number): readonly string[];
  /** One after the other. Throws `CLAW_TOOL_FAILED` when the child takes nothing for a while, or the feed is closed. */
  write(data: string | Uint8Array): Promise<void>;
  /** Once it has read all, the child reads the end. One that has not begun yet gets nothing. */
  close(): void;
}

/** A feed through a pipe in `folder`, which the child must be able to write: it removes the pipe's name. Throws `CLAW_TOOL_FAILED` where there are no named pipes. */
export function openFeed(folder: string): Feed {
  const path = join(folder, `feed-${crypto.randomUUID().slice(0, 8)}`);
  make(path);
  // With both ends open here nothing waits for the child, and its end is no broken pipe.
  let fd: number | undefined = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  let last: Promise<unknown> = Promise.resolve();
  async function send(bytes: Uint8Array): Promise<void> {
    let waited = 0;
    for (let at = 0; at < bytes.length; ) {
      if (fd === undefined) throw new ClawError("CLAW_TOOL_FAILED", "The process has ended and takes no more input.");
      const taken = attempt(fd, bytes.subarray(at, at + PIECE));
      at += taken;
      waited = taken > 0 ? 0 : waited + WAIT_MS;
      if (waited > MOST_WAIT_MS) throw new ClawError("CLAW_TOOL_FAILED", `The process has not read its input for ${MOST_WAIT_MS / 1000} seconds.`);
      if (taken === 0) await Bun.sleep(WAIT_MS);
    }
  }
  return {
    argv: (argv, target = 0) => ["/bin/sh", "-c", target === 0 ? AS_STDIN : besides(target), "claw-feed", path, ...argv],
    write(data) {
      const sent = last.then(() => send(typeof data === "string" ? Buffer.from(data) : data));
      last = sent.catch(() => {});
      return sent;
    },
    close() {
      if (fd === undefined) return;
      closeSync(fd);
      fd = undefined;
      // The name is gone already, unless the child never began.
      rmSync(path, { force: true });
    },
  };
}

// --- internal ---

/** No more than a pipe takes at once where it is smallest, so that what does not fit is known. */
const PIECE = 4_096;
const WAIT_MS = 2;
const MOST_WAIT_MS = 20_000;
/** The name goes first: nobody else in the folder is to write to the child. */
const AS_STDIN = `exec <"$1" || exit 126; rm -f -- "$1"; shift; exec "$@"`;
const besides = (fd: number): string => `exec ${fd}<"$1" </dev/null || exit 126; rm -f -- "$1"; shift; exec "$@"`;

function make(path: string): void {
  const program = process.platform === "win32" ? null : Bun.which("mkfifo", { PATH: "/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin" });
  if (program === null) {
    throw new ClawError("CLAW_TOOL_FAILED", "This needs named pipes, and there is no mkfifo here.", { hint: "It works on Linux and macOS." });
  }
  const made = Bun.spawnSync([program, "-m", "600", path], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  if (made.exitCode !== 0) throw new ClawError("CLAW_TOOL_FAILED", `mkfifo failed: ${made.stderr.toString().trim()}`);
}

/** How much the pipe took: nothing when it is full. */
function attempt(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw new ClawError("CLAW_TOOL_FAILED", `The process cannot be written to: ${(thrown as Error).message}`);
  }
}
