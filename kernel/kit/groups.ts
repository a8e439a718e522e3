// Process groups of children that claw starts: signalling one whole, and having one end when claw does, in whatever way that is.

/** Sends `signal` to every member; `false` when there is none left. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    if (process.platform === "win32") {
      // Windows has no groups and no polite request: the tree of children goes, by force.
      Bun.spawn(["taskkill", "/T", "/F", "/PID", String(group)], { stdio: ["ignore", "ignore", "ignore"] }).unref();
      return true;
    }
    process.kill(-group, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Has a shell of its own wait for the end of claw, and then run `ending`, in which `$1` is the group. `name` is what lists of processes call it. Gives
 * what calls it off, for when the group has ended first. On Windows there is no such guard.
 */
export function guardGroup(group: number, name: string, ending: string): () => void {
  if (process.platform === "win32") return () => {};
  try {
    const shell = Bun.spawn(["/bin/sh", "-c", `${WAITING}\n${ending}`, name, String(group)], {
      cwd: "/",
      // The variable says that it is no stray of claw's.
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

// --- internal ---

/** Word from claw: the group has ended. The end of the input: claw has. Deaf to the signals that a terminal sends to all. */
const WAITING = "trap '' HUP INT QUIT TERM\nread -r word && exit 0";
