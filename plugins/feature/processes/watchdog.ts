// What outlives claw by a moment: a small shell that knows the groups claw has started and ends them when claw is gone, however it went.
import type { FileSink, Subprocess } from "bun";

/** Told of every group that starts and of every one that is gone. */
export interface Watchdog {
  add(group: number): void;
  remove(group: number): void;
  /** Lets it look for strays one last time and go. */
  close(): void;
}

/** The variable by which one is told from a stray. */
export const WATCHDOG = "CLAW_WATCHDOG";

/** Starts with the first group. `marker` is `NAME=beginning of the mark`. Without a POSIX shell there is none, and nothing else is lost. */
export function createWatchdog(marker: string, env: Readonly<Record<string, string | undefined>>): Watchdog {
  const groups = new Set<number>();
  let shell: Subprocess<"pipe", "ignore", "ignore"> | undefined;
  const tell = (line: string): void => {
    try {
      shell?.stdin.write(line);
      settle(shell?.stdin.flush());
    } catch {
      shell = undefined;
    }
  };
  return {
    add(group) {
      groups.add(group);
      // One that somebody has killed is replaced, and told everything again.
      if (shell === undefined || shell.exitCode !== null || shell.signalCode !== null) {
        shell = start(marker, env);
        for (const known of groups) tell(`+ ${known}\n`);
      } else tell(`+ ${group}\n`);
    },
    remove(group) {
      if (groups.delete(group)) tell(`- ${group}\n`);
    },
    close() {
      const last = shell;
      shell = undefined;
      try {
        settle(last?.stdin.end());
      } catch {
        // It went first.
      }
    },
  };
}

// --- internal ---

/**
 * Reads `+ GROUP` and `- GROUP`; at the end of its input, which the death of claw is too, ends all groups left and, where `/proc` tells, every
 * process with the marker. In a session of its own and deaf to the signals that a terminal or a service manager sends to claw.
 */
const SCRIPT = `trap '' HUP INT QUIT TERM
groups=' '
while read -r op id; do
  case $op in
  +) groups="$groups$id " ;;
  -) case $groups in *" $id "*) groups="\${groups%%" $id "*} \${groups#*" $id "}" ;; esac ;;
  esac
done
strays() { grep -lsF "$MARK" /proc/[0-9]*/environ | while IFS=/ read -r x y pid z; do echo "$pid"; done; }
send() {
  left=
  for id in $groups; do kill -"$1" -"$id" && left=1; done
  for id in $(strays); do kill -"$1" "$id" && left=1; done
  [ -n "$left" ]
}
send TERM || exit 0
for pause in 1 2 3 4 5; do sleep 0.2; send 0 || exit 0; done
for pause in 1 2 3 4 5; do send KILL || exit 0; sleep 0.2; done`;

function start(marker: string, env: Readonly<Record<string, string | undefined>>): Subprocess<"pipe", "ignore", "ignore"> | undefined {
  if (process.platform === "win32") return undefined;
  try {
    const shell = Bun.spawn(["/bin/sh", "-c", SCRIPT.replace("$MARK", marker)], {
      cwd: "/",
      env: { PATH: env["PATH"] ?? "/usr/bin:/bin", [WATCHDOG]: "1" },
      stdin: "pipe",
      stdout: "ignore",
      stderr: "ignore",
      detached: true,
    });
    shell.unref();
    return shell;
  } catch {
    return undefined;
  }
}

/** A write to a watchdog that is gone fails, now or later; the next group starts another. */
function settle(wrote: ReturnType<FileSink["flush"]> | undefined): void {
  if (wrote instanceof Promise) wrote.catch(() => {});
}
