// Records `build/start.order`, by which the build lays the bytecode out: which functions a one-shot run uses, then fifty steps, then the prompt.
// Wanted after much has changed at the start, and for another version of Bun. Reads nothing but runs of the built binary.
import { join } from "node:path";
import type { Subject } from "./bench/measure.ts";
import { createWorld } from "./bench/world.ts";

/** How long the prompt has to stand there. */
const PROMPT_MS = 2_000;
const target = join(import.meta.dir, "build", "start.order");
await using world = await createWorld();
const records = [
  await recorded(world.claws("text-1", ["-p", "hi"])),
  await recorded(world.claws("loop-50", ["-p", "hi"])),
  await recorded(world.claws("text-1", []), true),
];
const [version = ""] = records[0]!;
await Bun.write(target, `${[version, ...new Set(records.flat().filter(ofFunction))].join("\n")}\n`);
console.log(`${target} written`);

// --- internal ---

/** A line of what else is recorded, names and strings for the most part, changes neither size nor speed. */
function ofFunction(line: string): boolean {
  return line.startsWith("F ");
}

/** The lines of what a run used. In a terminal, it is left once the prompt stands. */
async function recorded({ line, cwd, env }: Subject, terminal = false): Promise<readonly string[]> {
  const file = join(world.folder, `${crypto.randomUUID()}.order`);
  const how = { cwd, env: { ...env, TERM: "xterm-256color", BUN_BYTECODE_ORDER_OUT: file } };
  if (terminal) {
    const child = Bun.spawn([...line], { ...how, terminal: { cols: 100, rows: 30 } });
    await Bun.sleep(PROMPT_MS);
    child.terminal?.write("\x04");
    await child.exited;
  } else await Bun.spawn([...line], { ...how, stdio: ["ignore", "ignore", "inherit"] }).exited;
  return (await Bun.file(file).text()).trimEnd().split("\n");
}
