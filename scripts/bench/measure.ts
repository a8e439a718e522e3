// Runs programs and takes their time, processor time and peak memory. Subjects take turns, so that a busy moment hits all alike.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One program and what is around it. `expects` must be in what it prints, or the run does not count and the benchmark stops. */
export interface Subject {
  readonly line: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly expects?: string;
}
/** Milliseconds. `start` is the machine's clock when the program was started. */
export interface Run {
  readonly out: string;
  readonly wall: number;
  readonly cpu: number;
  readonly start: number;
}

/** One line of the report. `ratio` is ours by floor, unless `limit` is on ours itself. */
export interface Row {
  readonly what: string;
  readonly unit: "ms" | "MB" | "B";
  readonly ours: number;
  readonly floor?: number;
  /** What `ours / floor`, or `ours` where there is no floor, may be at most. Absent for what is only told. */
  readonly limit?: number;
  readonly note?: string;
}
/** Runs `subject` once. */
export async function run(subject: Subject): Promise<Run> {
  const start = performance.timeOrigin + performance.now();
  const child = Bun.spawn([...subject.line], { cwd: subject.cwd, env: subject.env, stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  const wall = performance.timeOrigin + performance.now() - start;
  if (code !== 0 || !out.includes(subject.expects ?? ""))
    throw new Error(`${subject.line.join(" ")}: exit ${code}\n${out.slice(-500)}\n${err.slice(-2_000)}`);
  return { wall, cpu: Number(child.resourceUsage()?.cpuTime.total ?? 0n) / 1_000, start, out };
}

/** Peak memory of one run in bytes, of the program itself or a child, whichever is larger; `undefined` where there is no GNU time. */
export async function peak(subject: Subject): Promise<number | undefined> {
  // Not from this process's own accounts: a child starts out with the peak of the process it was forked from.
  const time = Bun.which("time", { PATH: "/usr/bin:/bin:/usr/local/bin" });
  if (time === null) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "claw-peak-"));
  try {
    const file = join(folder, "peak");
    await run({ ...subject, line: [time, "-f", "%M", "-o", file, ...subject.line] });
    return Number((await Bun.file(file).text()).trim().split("\n").at(-1)) * 1024;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Calls every subject `times` times in turn, after one round that is not counted, and returns each one's results. */
export async function interleave<T, K extends string>(times: number, subjects: Readonly<Record<K, () => Promise<T>>>): Promise<Record<K, T[]>> {
  const names = Object.keys(subjects) as K[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, T[]>;
  for (const name of names) await subjects[name]();
  for (let round = 0; round < times; round += 1)
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name].push(await subjects[name]());
  return results;
}

/** The middle one; the mean of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
