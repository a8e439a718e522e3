// The cases of searching a large tree, and of many sub-agents at once.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { interleave, median, peak, type Row, type Run, run } from "./measure.ts";
import { calling } from "./server.ts";
import type { World } from "./world.ts";

/** `grep_search` and `glob_search` over 100,000 files, beside ripgrep's own time. */
export async function largeTree(world: World, runs: number): Promise<readonly Row[]> {
  const rg = Bun.which("rg");
  const tree = await writeTree(join(world.folder, "tree"));
  const few = Math.max(3, Math.round(runs / 3));
  const grep = calling([["grep_search", { pattern: "needle-\\d+", output_mode: "content" }]]);
  const glob = calling([["glob_search", { pattern: "**/*7.txt" }]]);
  const nothing = calling([["glob_search", { pattern: "*.none", path: "empty" }]]);
  /** Without a PATH there is no ripgrep but the one inside. */
  const gap = async (script: string, path = process.env["PATH"] ?? "") => {
    const subject = world.claws(script, ["-p", "hi"]);
    await run({ ...subject, cwd: tree, env: { ...subject.env, PATH: path }, expects: "fine" });
    const { arrivals, ends, last } = await world.log(script, subject.id);
    if (script !== nothing && !/needle-|7\.txt/.test(last)) throw new Error(`the search found nothing: ${last}`);
    return arrivals[1]! - ends[0]!;
  };
  const alone = { line: [rg ?? "", "--line-number", "--no-config", "needle-\\d+", "."], cwd: tree, env: { PATH: "" }, expects: "needle" };
  const all = await interleave(few, {
    embedded: () => gap(grep, "/nonexistent"),
    glob: () => gap(glob),
    ...(rg !== null && { native: () => gap(grep), floor: () => run(alone).then(wall) }),
  } as { embedded(): Promise<number>; glob(): Promise<number>; native(): Promise<number>; floor(): Promise<number> });
  const held = await peak({ ...world.claws(glob, ["-p", "hi"]), cwd: tree });
  return [
    ...(rg === null
      ? []
      : [
          { what: "grep of 100,000 files", unit: "ms" as const, ours: median(all.native), floor: median(all.floor), limit: 1.3, note: "floor: rg" },
          {
            what: "grep of 100,000 files, embedded",
            unit: "ms" as const,
            ours: median(all.embedded),
            floor: median(all.floor),
            limit: 6,
            note: "floor: rg",
          },
        ]),
    { what: "glob of 100,000 files", unit: "ms", ours: median(all.glob), limit: 2_000 },
    ...(held === undefined ? [] : [{ what: "glob of 100,000 files, peak memory", unit: "MB" as const, ours: held / 1e6, limit: 250 }]),
  ];
}

/** What each of twenty sub-agents that work at the same moment adds to the peak. */
export async function manyAgents(world: World): Promise<readonly Row[]> {
  const most = 20;
  const agent = (index: number) => ["Agent", { description: `Part ${index}`, prompt: `Do part ${index}.` }] as const;
  const script = calling(
    Array.from({ length: most }, (_, index) => agent(index)),
    500,
  );
  const words = ["-p", "hi", "--permission-mode", "danger-full-access"];
  const subject = world.claws(script, words);
  await run({ ...subject, expects: "fine" });
  const { arrivals, ends } = await world.log(script, subject.id);
  const together = arrivals.slice(1, most + 1).every((arrival) => arrival < (ends[1] ?? 0));
  if (arrivals.length !== most + 2 || !together) throw new Error(`${arrivals.length - 2} sub-agents asked, not ${most} at once`);
  const all = await interleave(3, { many: () => peak(world.claws(script, words)), none: () => peak(world.claws("text-1", words)) });
  const [many, none] = [all.many, all.none].map((of) => of.filter((value) => value !== undefined));
  if (many === undefined || none === undefined || many.length === 0) return [];
  return [{ what: `each of ${most} sub-agents at once, memory`, unit: "MB", ours: (median(many) - median(none)) / most / 1e6, limit: 3 }];
}

// --- internal ---

const wall = (of: Run): number => of.wall;

/** A hundred folders of a thousand small files; one in a thousand has the needle. */
async function writeTree(folder: string): Promise<string> {
  await mkdir(join(folder, "empty"), { recursive: true });
  for (let at = 0; at < 100; at += 1) {
    await mkdir(join(folder, `folder-${at}`));
    await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => {
        const found = index === 500 ? `needle-${at}\n` : "";
        return Bun.write(join(folder, `folder-${at}`, `${index}.txt`), `${"Some words of a file that is small.\n".repeat(10)}${found}`);
      }),
    );
  }
  return folder;
}
