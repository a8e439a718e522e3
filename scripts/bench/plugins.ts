// The cases of plugins from outside that were installed: adding one, and what a hundred cost at every start.
import { join } from "node:path";
import { interleave, median, peak, type Row, run } from "./measure.ts";
import { type World, writePlugin } from "./world.ts";

/** `claw plugin add` of a folder, over what Bun's package manager takes to install the same. */
export async function adding(world: World, runs: number): Promise<readonly Row[]> {
  const folder = await writeCommand(world, "bench-added");
  let count = 0;
  const ours = async () => {
    count += 1;
    const subject = world.claws("text-1", ["plugin", "add", folder, "--yes"], join(world.folder, "adding", String(count)));
    return (await run({ ...subject, expects: "bench-added" })).wall;
  };
  const floor = async () => {
    count += 1;
    const cwd = join(world.folder, "installing", String(count));
    await Bun.write(join(cwd, "package.json"), JSON.stringify({ private: true, dependencies: { "bench-added": `file:${folder}` } }));
    const { env } = world.claws("text-1", []);
    const line = [world.claw, "install", "--ignore-scripts", "--linker=hoisted", "--backend=copyfile", `--cache-dir=${join(cwd, "cache")}`];
    return (await run({ line, cwd, env: { ...env, BUN_BE_BUN: "1" } })).wall;
  };
  const all = await interleave(Math.max(3, Math.round(runs / 3)), { ours, floor });
  const least = median(all.floor);
  const note = `the installer alone: ${least.toFixed(0)} ms`;
  return [{ what: "plugin add of a folder, over the installer", unit: "ms", ours: median(all.ours) - least, limit: 500, note }];
}

/** A start with a hundred installed plugins that nothing in it uses. */
export async function installed(world: World, runs: number): Promise<readonly Row[]> {
  const most = 100;
  const [home, none] = [join(world.folder, "hundred"), join(world.folder, "none")];
  await Bun.write(join(home, ".claw", "settings.json"), JSON.stringify({ plugins: { "@claw/feature-plugin-store": { trial: false } } }));
  const folders = await Promise.all(Array.from({ length: most }, (_, index) => writeCommand(world, `bench-installed-${index}`)));
  await run({ ...world.claws("text-1", ["plugin", "add", ...folders, "--yes"], home), expects: `bench-installed-${most - 1}` });
  const asked = (at: string) => ({ ...world.claws("text-1", ["-p", "hi"], at), expects: "fine" });
  const sent = async (at: string) => {
    const subject = asked(at);
    const { start } = await run(subject);
    return (await world.log("text-1", subject.id)).arrivals[0]! - start;
  };
  const all = await interleave(runs, { many: () => sent(home), none: () => sent(none) });
  const held = await interleave(5, { many: () => peak(asked(home)), none: () => peak(asked(none)) });
  const [many, least] = [held.many, held.none].map((of) => of.filter((value) => value !== undefined));
  return [
    { what: `${most} installed plugins, start to first request, more`, unit: "ms", ours: median(all.many) - median(all.none), limit: 15 },
    ...(many === undefined || least === undefined || many.length === 0
      ? []
      : [{ what: `${most} installed plugins, peak memory, more`, unit: "MB" as const, ours: (median(many) - median(least)) / 1e6, limit: 10 }]),
  ];
}

// --- internal ---

/** A command, not a tool: that a tool's schema takes room in a request is another matter. */
function writeCommand(world: World, name: string): Promise<string> {
  const source = `import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";
export default definePlugin({
  setup({ contribute }) {
    contribute("command", defineCommand({
      name: "${name}", summary: "One of many.", args: v.array(v.string()), run: async () => ({ kind: "done" }),
    }));
  },
});
`;
  const command = [{ name, summary: "One of many.", slash: true }];
  return writePlugin(join(world.folder, "packages", name), name, { command }, source);
}
