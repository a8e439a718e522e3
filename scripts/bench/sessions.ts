// The case of a very long session: listing it, and going on with it.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { interleave, median, peak, type Row, type Run, run } from "./measure.ts";
import type { World } from "./world.ts";

/** 50 MB and 20,000 entries, of which a compaction left the last fifth. */
export async function vastSession(world: World, runs: number): Promise<readonly Row[]> {
  const { home, file, left } = await world.vastSession();
  const subject = (words: readonly string[], at?: string) => world.claws("text-1", words, at);
  // Opens the session and sends nothing: what a request takes is another matter.
  const opening = ["todos", "-c"];
  const small = join(home, "..", "vast-small");
  await run(subject(["-p", "hi"], small));
  const all = await interleave(Math.max(3, Math.ceil(runs / 3)), {
    list: () => run(subject(["session", "list"], home)),
    long: () => run(subject(opening, home)),
    fresh: () => run(subject(opening, small)),
  });
  const [held, base] = [await peak(subject(opening, home)), await peak(subject(opening, small))];
  const size = `${Math.round((await stat(file)).size / 1e6)} MB, 20,000 entries`;
  return [
    { what: `list a session of ${size}`, unit: "ms", ours: median(all.list.map(wall)), limit: 50 },
    { what: "continue it, more than a short one", unit: "ms", ours: median(all.long.map(wall)) - median(all.fresh.map(wall)), limit: 400 },
    ...(held === undefined || base === undefined
      ? []
      : [
          {
            what: "continue it, memory by what the last compaction left",
            unit: "MB" as const,
            ours: (held - base) / 1e6,
            floor: left / 1e6,
            limit: 3,
          },
        ]),
  ];
}

// --- internal ---

const wall = (of: Run): number => of.wall;
