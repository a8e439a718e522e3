// The budgets of start, step and size by what they are meant for: the kernel with the plugins of a one-shot run alone. The whole of claw, which has
// three times as many, is in the rows before.
import { join } from "node:path";
import { compile } from "../build.ts";
import { expecting, first, type Marked } from "./first.ts";
import { interleave, median, type Row, run } from "./measure.ts";
import { copied, type World } from "./world.ts";

export async function basics(world: World, runs: number): Promise<readonly Row[]> {
  const root = join(import.meta.dir, "..", "..");
  const built = join(root, "dist", "floor-basics");
  await compile(join(root, "scripts", "claw.ts"), built, { instead: only(BASICS) });
  const binary = await copied(built);
  const home = join(world.folder, "basics");
  await Bun.write(join(home, ".claw", "settings.json"), JSON.stringify({ provider: "anthropic" }));
  const claws = (script: string): Marked => ({ ...world.claws(script, [], home), line: [binary, "-p", "hi"] });
  const text = await interleave(runs, {
    ours: () => first(world, "text-1", () => claws("text-1")),
    floor: () => first(world, "text-1", () => world.clients("text-1")),
  });
  const loop = await interleave(runs, {
    ours: () => run(expecting(claws("loop-50"))),
    floor: () => run(expecting(world.clients("loop-50"))),
  });
  const at = <K extends string>(of: readonly Readonly<Record<K, number>>[], key: K) => median(of.map((one) => one[key]));
  const note = `${BASICS.length} plugins`;
  const row = (what: string, ours: number, floor: number, limit: number): Row => ({ what: `basics: ${what}`, unit: "ms", ours, floor, limit, note });
  return [
    row("one-line answer, wall", at(text.ours, "wall"), at(text.floor, "wall"), 2.3),
    row("start to first request", at(text.ours, "sent"), at(text.floor, "sent"), 3),
    row("50 steps of one read, CPU", at(loop.ours, "cpu"), at(loop.floor, "cpu"), 3.5),
    {
      what: "basics: binary over an empty one",
      unit: "MB",
      ours: (Bun.file(binary).size - Bun.file(world.empty).size) / 1e6,
      limit: 6,
      note,
    },
  ];
}

// --- internal ---

/** What a one-shot run that does real work is made of. */
const BASICS = [
  ...["config", "demo", "doctor", "help", "status", "system-prompt", "version"].map((name) => `command-${name}`),
  ...["environment", "limits", "memory-files", "processes", "retry", "system-prompt", "tree", "workspace"].map((name) => `feature-${name}`),
  ...["allow", "danger-full-access", "prompt", "read-only", "workspace-write"].map((name) => `permission-mode-${name}`),
  ...["bash", "edit-file", "glob-search", "grep-search", "read-file", "task-output", "task-stop", "write-file"].map((name) => `tool-${name}`),
  ...["json", "stream-json", "text"].map((name) => `renderer-${name}`),
  ...["compactor-summary", "frontend-cli", "frontend-print", "provider-anthropic", "provider-scripted", "store-jsonl", "store-memory"],
];

/** Leaves these in the list of bundled plugins, and no others. */
function only(names: readonly string[]): (path: string, text: string) => string {
  const listed = /^(?: {2}"@claw\/([^"]+)": |import \w+ from "\.\.\/plugins\/([^/]+)\/([^/]+)\/).*\n/gm;
  const kept = (one: string, name: string | undefined, kind: string, folder: string) => (names.includes(name ?? `${kind}-${folder}`) ? one : "");
  return (path, text) => (path.endsWith("bundled.gen.ts") ? text.replace(listed, kept) : text);
}
