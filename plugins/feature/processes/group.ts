// Process groups: signalling one, knowing when it is gone, and finding by its marker what has left its group.
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { signalGroup, within } from "claw/kit";

const WINDOWS = process.platform === "win32";

/** Ends a group: SIGTERM, SIGKILL to what is left after `patienceMs`. Resolves when it is gone, or a second after SIGKILL. For `bury` see `groupGone`. */
export async function endGroup(group: number, patienceMs: number, bury?: () => void): Promise<void> {
  if (!signalGroup(group, "SIGTERM")) return;
  // A stopped process takes the request only when it goes on.
  if (!WINDOWS) signalGroup(group, "SIGCONT");
  if (await groupGone(group, patienceMs, bury)) return;
  signalGroup(group, "SIGKILL");
  await groupGone(group, 1_000, bury);
}

/** Whether the group is empty, or becomes so within `withinMs`. `bury` is for its dead that are claw's to bury: they count as present until then. */
export async function groupGone(group: number, withinMs: number, bury?: () => void): Promise<boolean> {
  // The leader has been waited for by whoever asks; more is not known of a tree on Windows.
  if (WINDOWS) return true;
  const until = performance.now() + withinMs;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    bury?.();
    if (!present(group)) return true;
    // What nobody has buried yet still counts as present, maybe for ever when the init process does not care.
    if (pause >= 50 && onlyDead(group)) return true;
    if (performance.now() >= until) return false;
    await Bun.sleep(pause);
  }
}

/** Processes whose environment holds `NAME=mark`, the mark or its beginning. Only Linux tells; elsewhere there are none. */
export async function marked(name: string, mark: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const wanted = Buffer.from(`${name}=${mark}`);
  const found: number[] = [];
  const look = async (pid: number): Promise<void> => {
    const environment = await readFile(`/proc/${pid}/environ`).catch(() => undefined);
    const at = environment?.indexOf(wanted) ?? -1;
    if (at === 0 || (at > 0 && environment?.[at - 1] === 0)) found.push(pid);
  };
  // The system makes a reader wait while a process is just being replaced or torn down, so never on claw's own thread and never for long.
  await within(Promise.all(processes().map((pid) => (pid === process.pid ? undefined : look(pid)))), LOOK_MS);
  return found;
}

/** Ends every process that carries the mark, as `endGroup` ends a group. */
export async function endMarked(name: string, mark: string, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  for (let first = true; ; first = false) {
    const found = await marked(name, mark);
    if (found.length === 0) return;
    const late = performance.now() >= until;
    if (first || late) for (const pid of found) signalOne(pid, late ? "SIGKILL" : "SIGTERM");
    if (performance.now() >= until + 1_000) return;
    await Bun.sleep(20);
  }
}

// --- internal ---

const LOOK_MS = 1_000;

function present(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile, or not ours to end.
  }
}

/** Whether every member of the group is dead and only waits to be buried. */
function onlyDead(group: number): boolean {
  if (process.platform !== "linux") return false;
  return processes().every((pid) => {
    const stat = read(`/proc/${pid}/stat`)?.toString("latin1") ?? "";
    // The name in parentheses may itself hold spaces and parentheses.
    const [state, , leader] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return leader !== String(group) || state === "Z" || state === "X";
  });
}

function processes(): number[] {
  return readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
