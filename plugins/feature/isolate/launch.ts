// The child as a process: started, listened to, ended with all that it has started, and with claw however claw ends.
import { closeSync } from "node:fs";
import type { Subprocess } from "bun";
import { ClawError } from "claw";
import { type ProcessOptions, plain, tailOf } from "claw/kit";

/** `take` gets what the child writes, and may throw: that ends the child. `ended` is told how it ended, with the last it said on stderr. */
export interface Ear {
  take(chunk: Uint8Array): void;
  ended(how: string): void;
}
export interface Launched {
  write(line: string): void;
  /** Ends it and all it has started, at once: what it has of its own is a temporary folder. */
  end(): Promise<void>;
}

/** `marked` is what marks the process as claw's. Throws `CLAW_PLUGIN_LOAD_FAILED` when it cannot be started. */
export function launch({ argv, cwd, env = {}, files = [] }: ProcessOptions, marked: Readonly<Record<string, string>>, ear: Ear): Launched {
  let child: Subprocess<"pipe", "pipe", "pipe">;
  try {
    child = Bun.spawn([...argv], {
      cwd,
      env: { ...env, ...marked },
      stdio: ["pipe", "pipe", "pipe", ...files],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (cause) {
    throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `its child could not be started: ${(cause as Error).message}`, { cause });
  } finally {
    for (const file of files) closeSync(file);
  }
  child.unref();
  const dismiss = guard(child.pid);
  let broken: string | undefined;
  const read = (async () => {
    for await (const chunk of child.stdout) ear.take(chunk);
  })().catch((thrown: unknown) => {
    broken = thrown instanceof Error ? thrown.message : String(thrown);
    kill(child.pid);
  });
  const errors = tailOfStream(child.stderr);
  void (async () => {
    await child.exited;
    // What it has written before its end still counts.
    await within(Promise.all([read, errors.done]), LAST_READ_MS);
    kill(child.pid);
    dismiss();
    const how = broken ?? (child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`);
    const said = errors.text();
    ear.ended(said === "" ? how : `${how}: ${said}`);
  })();
  return {
    write(line) {
      try {
        child.stdin.write(line);
        Promise.resolve(child.stdin.flush()).catch(() => {});
      } catch {
        // It has ended, which is told above.
      }
    },
    async end() {
      kill(child.pid);
      await within(child.exited, LAST_READ_MS);
    },
  };
}

// --- internal ---

const LAST_READ_MS = 500;
const ERRORS_KEPT = 1_000;
/**
 * Waits for word from claw. Word: the child has ended. The end of its input: claw has, in whatever way, and the child goes too. Deaf to the signals
 * that a terminal sends to all.
 */
const GUARD = `trap '' HUP INT QUIT TERM
read -r word && exit 0
kill -KILL -"$1"`;

/** On Windows there is none; the child goes when its input ends. The variable says that it is no stray of claw's. */
function guard(group: number): () => void {
  if (process.platform === "win32") return () => {};
  try {
    const shell = Bun.spawn(["/bin/sh", "-c", GUARD, "claw-isolate", String(group)], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", CLAW_WATCHDOG: "1" },
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    shell.unref();
    return () => {
      try {
        shell.stdin.write("ended\n");
        Promise.resolve(shell.stdin.end()).catch(() => {});
      } catch {
        // It went first.
      }
    };
  } catch {
    return () => {};
  }
}

function kill(group: number): void {
  try {
    if (process.platform === "win32") Bun.spawn(["taskkill", "/T", "/F", "/PID", String(group)], { stdio: ["ignore", "ignore", "ignore"] }).unref();
    else process.kill(-group, "SIGKILL");
  } catch {
    // None is left.
  }
}

function tailOfStream(stream: ReadableStream<Uint8Array>): Readonly<{ done: Promise<void>; text(): string }> {
  let kept = "";
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    for await (const chunk of stream) kept = tailOf(kept + decoder.decode(chunk, { stream: true }), ERRORS_KEPT * 4);
  };
  return { done: read().catch(() => {}), text: () => tailOf(plain(kept).trim(), ERRORS_KEPT).toWellFormed() };
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
