// The child as a process: started, listened to, ended with all that it has started, and with claw however claw ends.
import { closeSync } from "node:fs";
import type { Subprocess } from "bun";
import { ClawError } from "claw";
import { guardGroup, type ProcessOptions, readTail, signalGroup, within } from "claw/kit";

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
  const dismiss = guardGroup(child.pid, "claw-isolate", 'kill -KILL -"$1"');
  let broken: string | undefined;
  const read = (async () => {
    for await (const chunk of child.stdout) {
      ear.take(chunk);
      // One that never stops writing must not keep signals, limits and other work from their turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  })().catch((thrown: unknown) => {
    broken = thrown instanceof Error ? thrown.message : String(thrown);
    signalGroup(child.pid, "SIGKILL");
  });
  const errors = readTail(child.stderr, ERRORS_KEPT);
  void (async () => {
    await child.exited;
    // What it has written before its end still counts.
    await within(Promise.all([read, errors.done]), LAST_READ_MS);
    signalGroup(child.pid, "SIGKILL");
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
      signalGroup(child.pid, "SIGKILL");
      await within(child.exited, LAST_READ_MS);
    },
  };
}

// --- internal ---

const LAST_READ_MS = 500;
const ERRORS_KEPT = 1_000;
