// Processes seen from outside, and waiting for what they do: a real condition is looked at until it holds, and no longer than a limit.
import { readFileSync } from "node:fs";

/** Gives what `look` finds. Throws when it has found nothing in `limit` milliseconds. */
export async function until<T>(look: () => T | undefined | false, limit = 10_000): Promise<T> {
  const end = performance.now() + limit;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`it did not come to that in ${limit} ms: ${look}`);
    await Bun.sleep(20);
  }
}

/** Seconds that nobody else sleeps: a `sleep` of so many is known by them. */
export const ownSeconds = (): number => 1_000_000 + Math.floor(Math.random() * 1e9);

/** How many processes have just this command line. */
export function running(line: string): number {
  return Number(Bun.spawnSync(["pgrep", "-fc", `^${line}$`]).stdout.toString());
}

/** One that has ended and that nobody has buried is not. */
export function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
