// What is measured, and the limits it is held to. Each case runs ours and its floor in turn and gives the rows of the report.
import { stat } from "node:fs/promises";
import { basics } from "./basics.ts";
import { appending, checkpoint } from "./checkpoints.ts";
import { expecting, first, type Marked, type Timed } from "./first.ts";
import { gate } from "./gate.ts";
import { interleave, median, peak, type Row, type Run, run, type Subject } from "./measure.ts";
import { adding, installed } from "./plugins.ts";
import { largeTree, manyAgents } from "./search.ts";
import { vastSession } from "./sessions.ts";
import { keys, prompt, streaming } from "./terminal.ts";
import { slowness, type World } from "./world.ts";

export type Case = (world: World, runs: number) => Promise<readonly Row[]>;

/** In the order of the report. */
export const cases: Readonly<Record<string, Case>> = {
  start: async ({ claw, empty }, runs) => {
    const bare = { cwd: "/", env: { PATH: "", HOME: "/nonexistent" } };
    const all = await interleave(runs, {
      empty: () => run({ ...bare, line: [empty] }),
      version: () => run({ ...bare, line: [claw, "--version"], expects: "claw" }),
      help: () => run({ ...bare, line: [claw, "--help"], expects: "--print" }),
    });
    const floor = median(all.empty.map(wall));
    return [
      { what: "claw --version, wall", unit: "ms", ours: median(all.version.map(wall)), floor, limit: 1.4 },
      { what: "claw --help, wall", unit: "ms", ours: median(all.help.map(wall)), floor, limit: 1.4 },
    ];
  },

  text: async (world, runs) => {
    const ask = () => first(world, "text-1", () => world.claws("text-1", ["-p", "hi"]));
    const all = await interleave(runs, {
      ours: ask,
      repository: () => first(world, "text-1", () => ({ ...world.claws("text-1", ["-p", "hi"]), cwd: world.repository })),
      floor: () => first(world, "text-1", () => world.clients("text-1")),
    });
    const at = (of: readonly Timed[], key: "wall" | "cpu" | "sent") => median(of.map((one) => one[key]));
    return [
      { what: "one-line answer, wall", unit: "ms", ours: at(all.ours, "wall"), floor: at(all.floor, "wall"), limit: 2.3 },
      { what: "one-line answer, CPU", unit: "ms", ours: at(all.ours, "cpu"), floor: at(all.floor, "cpu") },
      { what: "start to first request", unit: "ms", ours: at(all.ours, "sent"), floor: at(all.floor, "sent"), limit: 3 },
      { what: "start to first request, in a git repository", unit: "ms", ours: at(all.repository, "sent"), floor: at(all.floor, "sent") },
      ...(await memory(
        "one-line answer, peak memory",
        1.5,
        runs,
        () => world.claws("text-1", ["-p", "hi"]),
        () => world.clients("text-1"),
      )),
    ];
  },

  prompt: async (world) => {
    const bytes = async (words: readonly string[]): Promise<number> => {
      const { log } = await first(world, "text-1", () => world.claws("text-1", ["-p", "hi", ...words]));
      return log.systemBytes + log.toolBytes;
    };
    const basics = "read_file,write_file,edit_file,glob_search,grep_search,bash,TaskOutput,TaskStop";
    return [
      { what: "system prompt and schemas of the basic tools", unit: "B", ours: await bytes(["--tools", basics]), limit: 8_000 },
      { what: "system prompt and schemas of all tools", unit: "B", ours: await bytes([]), limit: 12_000 },
    ];
  },

  loop: async (world, runs) => {
    const all = await interleave(third(runs), {
      ours: () => run(expecting(world.claws("loop-50", ["-p", "hi"]))),
      floor: () => run(expecting(world.clients("loop-50"))),
    });
    return [
      { what: "50 steps of one read, CPU", unit: "ms", ours: median(all.ours.map(cpu)), floor: median(all.floor.map(cpu)), limit: 3.5 },
      { what: "50 steps of one read, wall", unit: "ms", ours: median(all.ours.map(wall)), floor: median(all.floor.map(wall)) },
    ];
  },

  growth: async (world) => {
    // The request grows with the session, for the floor as for us: what may not grow is how many times the floor's step ours takes.
    const ours: Steps[] = [];
    const floor: Steps[] = [];
    for (let round = 0; round < 3; round += 1) {
      floor.push(await steps(world, world.clients("loop-500")));
      ours.push(await steps(world, world.claws("loop-500", ["-p", "hi", "--max-turns", "1000"])));
    }
    const at = (of: readonly Steps[], key: keyof Steps) => median(of.map((one) => one[key]));
    const early = at(ours, "early") / at(floor, "early");
    const late = at(ours, "late") / at(floor, "late");
    return [
      { what: "a step about the 5th", unit: "ms", ours: at(ours, "early"), floor: at(floor, "early") },
      {
        what: "a step about the 500th",
        unit: "ms",
        ours: at(ours, "late"),
        floor: at(floor, "late"),
        limit: early * 1.15,
        note: "as often the floor's as the 5th",
      },
      {
        what: "growth, ours by the floor's",
        unit: "ms",
        ours: at(ours, "late") - at(ours, "early"),
        floor: at(floor, "late") - at(floor, "early"),
        note: late.toFixed(2),
      },
    ];
  },

  stream: async (world, runs) => {
    const subjects = (script: string) => [() => world.claws(script, ["-p", "hi"]), () => world.clients(script)] as const;
    const [ours, floor] = subjects("stream-32768");
    const all = await interleave(third(runs), { ours: () => run(ours()), floor: () => run(floor()) });
    const single = await memory("2 MB in 32,768 deltas, peak memory", undefined, 3, ours, floor);
    const double = await memory("", undefined, 3, ...subjects("stream-65536"));
    const flat: Row[] = single.flatMap((row, index) => {
      const twice = double[index]!.ours;
      return [
        row,
        { what: "4 MB in 65,536 deltas, peak memory", unit: "MB", ours: twice, floor: row.ours, limit: 1.25, note: "floor: ours with 2 MB" },
      ];
    });
    return [
      { what: "2 MB in 32,768 deltas, CPU", unit: "ms", ours: median(all.ours.map(cpu)), floor: median(all.floor.map(cpu)), limit: 2.2 },
      ...flat,
    ];
  },

  overlap: async (world, runs) => {
    const words = ["-p", "hi", "--plugin-dir", world.slow, "--permission-mode", "danger-full-access"];
    const gap = async (script: string) => {
      const { log } = await first(world, script, () => world.claws(script, words));
      return log.arrivals[1]! - log.ends[0]!;
    };
    const all = await interleave(third(runs), { parallel: () => gap("parallel-8"), early: () => gap("early-1") });
    return [
      {
        what: "8 reads of 200 ms in one message",
        unit: "ms",
        ours: median(all.parallel),
        floor: slowness,
        limit: 1.2,
        note: "floor: one such read",
      },
      {
        what: "end of stream to next request, read asked early",
        unit: "ms",
        ours: median(all.early),
        floor: slowness,
        limit: 0.5,
        note: "floor: the read",
      },
    ];
  },

  size: async ({ claw, empty }) => [
    {
      what: "binary over an empty one",
      unit: "MB",
      ours: (Bun.file(claw).size - Bun.file(empty).size) / 1e6,
      limit: 6,
      note: "without a floor",
    },
  ],

  basics,

  session: async (world, runs) => {
    const { home, file } = await world.longSession();
    const before = { ...(await stat(file)), head: Bun.hash(await Bun.file(file).bytes()) };
    const all = await interleave(third(runs), {
      long: () => first(world, "text-1", () => world.claws("text-1", ["-c", "-p", "hi"], home)),
      fresh: () => first(world, "text-1", () => world.claws("text-1", ["-p", "hi"])),
    });
    const after = await stat(file);
    const kept =
      after.ino === before.ino && after.size > before.size && Bun.hash((await Bun.file(file).bytes()).slice(0, before.size)) === before.head;
    if (!kept) throw new Error("continuing a session rewrote its file, or added nothing to it");
    const sent = (of: readonly Timed[]) => median(of.map((one) => one.sent));
    return [
      {
        what: "continue a session of 10,000 entries, more",
        unit: "ms",
        ours: sent(all.long) - sent(all.fresh),
        limit: 150,
        note: "file only appended to",
      },
    ];
  },

  sessions: vastSession,

  gate,
  append: appending,
  checkpoint,
  adding,
  installed,
  search: largeTree,
  agents: manyAgents,
  screen: prompt,
  deltas: streaming,
  keys,

  plugins: async (world, runs) => {
    const ask = (home?: string) => first(world, "text-1", () => world.claws("text-1", ["-p", "hi"], home));
    const all = await interleave(runs, { crowded: () => ask(world.crowded), fresh: () => ask() });
    const sent = (of: readonly Timed[]) => median(of.map((one) => one.sent));
    return [{ what: "50 external plugins not used, more", unit: "ms", ours: sent(all.crowded) - sent(all.fresh), limit: 10 }];
  },
};

// --- internal ---

interface Steps {
  readonly early: number;
  readonly late: number;
}

const wall = (of: Run) => of.wall;
const cpu = (of: Run) => of.cpu;
const third = (runs: number) => Math.max(3, Math.round(runs / 3));

/** The time from an answer's end to the next request, near the start and near the end of five hundred steps. */
async function steps(world: World, subject: Marked): Promise<Steps> {
  await run(expecting(subject));
  const log = await world.log("loop-500", subject.id);
  if (!log.last.includes("file number 499")) throw new Error("the last file's text did not come back");
  const gaps = log.ends.slice(0, -1).map((end, index) => log.arrivals[index + 1]! - end);
  return { early: median(gaps.slice(2, 22)), late: median(gaps.slice(-20)) };
}

async function memory(what: string, limit: number | undefined, runs: number, ours: () => Subject, floor: () => Subject): Promise<Row[]> {
  const all = await interleave(third(runs), { ours: () => peak(ours()), floor: () => peak(floor()) });
  const [mine, least] = [all.ours, all.floor].map((of) => of.filter((value) => value !== undefined));
  if (mine!.length === 0) return [];
  return [{ what, unit: "MB", ours: median(mine!) / 1e6, floor: median(least!) / 1e6, ...(limit === undefined ? {} : { limit }) }];
}
