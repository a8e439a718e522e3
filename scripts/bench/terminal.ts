// The cases of a person at a terminal: the built binary and a bare prompt in a pseudo-terminal each. What they use is read from `/proc`: Linux.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../build.ts";
import { interleave, median, type Row, type Subject } from "./measure.ts";
import type { World } from "./world.ts";

/** How fast a prompt stands there, and what it costs while nobody does anything. */
export async function prompt(world: World, runs: number): Promise<readonly Row[]> {
  const floor = await bare(world);
  const shown = async (subject: Subject) => {
    await using seat = sit(subject);
    await seat.wrote(PROMPT);
    return seat.at() - seat.start;
  };
  const all = await interleave(runs, { ours: () => shown(world.claws("text-1", [])), floor: () => shown(floor("text-1")) });
  const onScreen: Row = { what: "prompt on screen", unit: "ms", ours: median(all.ours), floor: median(all.floor), limit: 2 };
  if (!existsSync("/proc/self/schedstat")) return [onScreen];
  await using ours = sit(world.claws("text-1", []));
  await using least = sit(floor("text-1"));
  for (const seat of [ours, least]) await seat.wrote(PROMPT);
  await Bun.sleep(SETTLED_MS);
  const before = [ours.ran(), least.ran()];
  await Bun.sleep(IDLE_MS);
  const [mine = 0, other = 0] = [ours, least].map((seat, index) => seat.ran() - before[index]!);
  const note = `in ${IDLE_MS / 1_000} s; the bare prompt: ${other.toFixed(1)} ms`;
  return [
    onScreen,
    // Zero is what the collector's and the loop's own timers leave of it: the bare prompt has those too.
    { what: "idle prompt, CPU", unit: "ms", ours: mine, limit: IDLE_MS / 1_000, note },
    { what: "idle prompt, memory", unit: "MB", ours: ours.held("VmRSS"), limit: 60, note: `the bare prompt: ${least.held("VmRSS").toFixed(1)} MB` },
  ];
}

/** What an answer costs that comes slowly, and one that comes fast and is long. */
export async function streaming(world: World, runs: number): Promise<readonly Row[]> {
  if (!existsSync("/proc/self/stat")) return [];
  const floor = await bare(world);
  const slow = await interleave(runs, { ours: () => answered(world.claws("pace-500", [])), floor: () => answered(floor("pace-500")) });
  const long: Answered[] = [];
  while (long.length < Math.min(runs, MOST_LONG)) long.push(await answered(world.claws("markdown-20000", [])));
  const middle = (of: readonly Answered[], what: keyof Answered): number => median(of.map((one) => one[what]));
  const waits = await echoes(world.claws("markdown-20000", []), LONG_KEYS);
  const note = `the longest wait for a key's echo: ${Math.max(...waits).toFixed(0)} ms`;
  return [
    { what: "500 deltas, 100 a second, CPU", unit: "ms", ours: middle(slow.ours, "cpu"), floor: middle(slow.floor, "cpu"), limit: 2.5 },
    { what: "2 MB of Markdown in 20,000 deltas, CPU", unit: "ms", ours: middle(long, "cpu"), limit: 1_500 },
    { what: "the same, peak memory", unit: "MB", ours: middle(long, "peak"), limit: 90 },
    { what: "the same, longest without a frame", unit: "ms", ours: middle(long, "silence"), limit: 50, note },
  ];
}

/** The time from a key to its echo while an answer streams, in a new session and in one of ten thousand messages. */
export async function keys(world: World): Promise<readonly Row[]> {
  const { home } = await world.longSession();
  const fresh = await echoes(world.claws("pace-3000", []));
  const long = await echoes(world.claws("pace-3000", ["-c"], home));
  const row = (what: string, of: readonly number[]): Row => {
    const note = `median ${median(of).toFixed(1)} ms, worst ${Math.max(...of).toFixed(1)} ms`;
    return { what, unit: "ms", ours: of.toSorted((a, b) => a - b)[Math.ceil(of.length * 0.99) - 1]!, limit: 5, note };
  };
  return [row("key to echo while streaming, 99th percentile", fresh), row("the same after 10,000 messages", long)];
}

// --- internal ---

/** The last of the sign before the cursor, with whatever the program does to place the cursor between. */
const PROMPT = /(^|[\r\n\x1b]|[mKlhG])> /;
const SETTLED_MS = 3_000;
const IDLE_MS = 5_000;
const LIMIT_MS = 120_000;
const KEYS = 200;
/** As many as are over before the long answer is. */
const LONG_KEYS = 150;
const MOST_LONG = 3;
const KEY_MS = 45;

/** A program in a terminal of its own. */
interface Seat extends AsyncDisposable {
  readonly start: number;
  type(text: string): void;
  /** Resolves when what was written since the last call of `mark` passes. */
  wrote(wanted: string | RegExp): Promise<void>;
  mark(): void;
  /** When it last wrote. */
  at(): number;
  /** The longest it wrote nothing since `mark`. */
  silence(): number;
  /** Milliseconds of processor time: of all threads that are there, exact. */
  ran(): number;
  /** The same of those that ended too, to a hundredth of a second. */
  used(): number;
  /** Megabytes, as `/proc/PID/status` names them. */
  held(what: "VmRSS" | "VmHWM"): number;
}

function sit(subject: Subject): Seat {
  const decoder = new TextDecoder();
  let [written, last, silence] = ["", performance.now(), 0];
  let waiting: { readonly wanted: string | RegExp; readonly resolve: () => void } | undefined;
  const look = () => {
    if (waiting === undefined || !(typeof waiting.wanted === "string" ? written.includes(waiting.wanted) : waiting.wanted.test(written))) return;
    waiting.resolve();
    waiting = undefined;
  };
  const start = performance.now();
  const child = Bun.spawn([...subject.line], {
    cwd: subject.cwd,
    env: { ...subject.env, TERM: "xterm-256color", TERM_PROGRAM: "vscode" },
    terminal: {
      cols: 100,
      rows: 30,
      data(_terminal, bytes) {
        const now = performance.now();
        silence = Math.max(silence, now - last);
        last = now;
        // Of what is long past only the end is looked at.
        written = (written.length > 100_000 ? written.slice(-10_000) : written) + decoder.decode(bytes, { stream: true });
        look();
      },
    },
  });
  const proc = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, "utf8");
  return {
    start,
    type: (text) => void child.terminal?.write(text),
    async wrote(wanted) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const late = setTimeout(() => reject(new Error(`${wanted} was not shown:\n${written.slice(-2_000)}`)), LIMIT_MS);
      waiting = { wanted, resolve };
      look();
      await promise.finally(() => clearTimeout(late));
    },
    mark() {
      [written, last, silence] = ["", performance.now(), 0];
    },
    at: () => last,
    silence: () => silence,
    ran() {
      const threads = readdirSync(`/proc/${child.pid}/task`).map((id) => Number(proc(`task/${id}/schedstat`).split(" ")[0]));
      return threads.reduce((sum, one) => sum + one, 0) / 1e6;
    },
    used() {
      const fields = proc("stat").split(") ")[1]!.split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    held: (what) => (Number(new RegExp(`${what}:\\s+(\\d+)`).exec(proc("status"))?.[1]) * 1024) / 1e6,
    async [Symbol.asyncDispose]() {
      child.kill(9);
      await child.exited;
      child.terminal?.close();
    },
  };
}

/** The bare prompt, compiled like claw. */
async function bare(world: World): Promise<(script: string) => Subject> {
  const file = join(world.folder, "prompt");
  if (!existsSync(file)) await compile(join(import.meta.dir, "prompt.ts"), file);
  return (script) => {
    const subject = world.clients(script);
    return { ...subject, line: [file, subject.line[1]!] };
  };
}

/** `silence`: the longest time in which nothing was written. */
interface Answered {
  readonly cpu: number;
  readonly peak: number;
  readonly silence: number;
}

/** Asks, and takes the measure of the answer, from the question to the last of its text. */
async function answered(subject: Subject): Promise<Answered> {
  await using seat = sit(subject);
  await seat.wrote(PROMPT);
  await Bun.sleep(SETTLED_MS);
  const before = seat.used();
  seat.type("hi");
  seat.type("\r");
  await seat.wrote("a heading of");
  seat.mark();
  await seat.wrote("THE END.");
  return { silence: seat.silence(), cpu: seat.used() - before, peak: seat.held("VmHWM") };
}

async function echoes(subject: Subject, count = KEYS): Promise<number[]> {
  await using seat = sit(subject);
  await seat.wrote(PROMPT);
  await Bun.sleep(SETTLED_MS);
  seat.type("hi");
  seat.type("\r");
  await seat.wrote("a heading of");
  const times: number[] = [];
  for (let key = 0; key < count; key += 1) {
    seat.mark();
    const typed = performance.now();
    seat.type("Q");
    await seat.wrote("Q");
    times.push(performance.now() - typed);
    // Faster than anybody types for long, and never in step with the deltas and the frames.
    await Bun.sleep(KEY_MS + (key % 11));
    seat.type("\x7f");
    await Bun.sleep(KEY_MS + (key % 7));
  }
  return times;
}
