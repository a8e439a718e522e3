// Children that have left both their group and their marker behind, as `env -i setsid program &` does. Linux only: claw is the parent of what has
// lost its own, so none is out of sight; elsewhere nothing is found.
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { MARKER } from "./environment.ts";
import type { Libc } from "./libc.ts";
import { WATCHDOG, type Watchdog } from "./watchdog.ts";

export class Strays {
  readonly #libc: Libc | undefined;
  readonly #watchdog: Watchdog;
  readonly #leaders = new Set<number>();
  /** Groups that the watchdog knows as strays. */
  #told = new Set<number>();
  /** Dead children, and when they were first seen so: Bun buries its own at once. */
  readonly #dead = new Map<number, number>();
  #looking = Promise.resolve();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(libc: Libc | undefined, watchdog: Watchdog) {
    this.#libc = libc?.adopt() === true ? libc : undefined;
    this.#watchdog = watchdog;
  }
  /** A leader of a group has been started. While one runs, what runs away from it is noted every now and then. */
  add(leader: number): void {
    this.#leaders.add(leader);
    if (this.#libc === undefined) return;
    this.#timer ??= setInterval(() => void this.#look(), EVERY_MS);
    this.#timer.unref();
  }
  /** It has ended. */
  remove(leader: number): void {
    this.#leaders.delete(leader);
    if (this.#libc !== undefined) void this.#look();
    if (this.#leaders.size === 0) this.#rest();
  }
  /** Ends all that have been adopted: SIGTERM, and SIGKILL after `patienceMs`. */
  async end(patienceMs: number): Promise<void> {
    const until = performance.now() + patienceMs;
    for (let first = true; this.#libc !== undefined; first = false) {
      const found = await this.#adopted();
      if (found.length === 0) break;
      const late = performance.now() >= until;
      if (first || late) for (const { pid } of found) signal(pid, late ? "SIGKILL" : "SIGTERM");
      if (performance.now() >= until + 1_000) break;
      await Bun.sleep(20);
    }
  }
  close(): void {
    this.#leaders.clear();
    this.#rest();
  }

  // --- internal ---

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
  /** Tells the watchdog which groups are strays by now. One look at a time: an older one must not have the last word. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#tell());
    return this.#looking;
  }
  async #tell(): Promise<void> {
    const adopted = await this.#adopted();
    const groups = new Set([...adopted, ...this.#escaped()].map(({ group }) => group));
    for (const group of groups) if (!this.#told.has(group)) this.#watchdog.add(group);
    for (const group of this.#told) if (!groups.has(group)) this.#watchdog.remove(group);
    this.#told = groups;
  }
  /** Children of claw that it has not started: neither in its own group, nor with a marker of its or another kernel's in this process. */
  async #adopted(): Promise<Status[]> {
    const own = status(process.pid)?.group;
    const found: Status[] = [];
    for (const pid of children(process.pid)) {
      const one = status(pid);
      if (one === undefined || this.#leaders.has(pid)) continue;
      if (one.dead) this.#bury(pid);
      else if (one.group !== own && !(await known(pid))) found.push(one);
    }
    for (const pid of this.#dead.keys()) if (status(pid)?.dead !== true) this.#dead.delete(pid);
    return found;
  }
  /** Descendants of a leader that are in another group. */
  #escaped(): Status[] {
    const found: Status[] = [];
    const queue = [...this.#leaders].flatMap((leader) => children(leader).map((pid) => [pid, leader] as const));
    for (let seen = 0; seen < queue.length && seen < MOST; seen++) {
      const [pid, leader] = queue[seen] ?? [0, 0];
      const one = status(pid);
      if (one !== undefined && !one.dead && one.group !== leader) found.push(one);
      queue.push(...children(pid).map((child) => [child, leader] as const));
    }
    return found;
  }
  #bury(pid: number): void {
    const since = this.#dead.get(pid) ?? performance.now();
    this.#dead.set(pid, since);
    if (performance.now() - since > OWN_MS) this.#libc?.bury(pid);
  }
}

// --- internal ---

const EVERY_MS = 250;
/** Bun buries what it has started much sooner than this. */
const OWN_MS = 1_000;
/** Most descendants that are looked at in one go. */
const MOST = 256;

interface Status {
  readonly pid: number;
  readonly group: number;
  readonly dead: boolean;
}

function status(pid: number): Status | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may itself hold spaces and parentheses.
    const [state = "", , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, group: Number(group), dead: state === "Z" || state === "X" };
  } catch {
    return undefined;
  }
}

function children(pid: number): number[] {
  try {
    const lists = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1"));
    return lists.join(" ").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Whether a process carries a marker: then it is found by that. The system may make a reader wait, so never on claw's own thread. */
async function known(pid: number): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
  return environment.split("\0").some((entry) => entry.startsWith(`${MARKER}=`) || entry.startsWith(`${WATCHDOG}=`));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile, or not ours to end.
  }
}
