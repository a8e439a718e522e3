// The cases of what every turn pays so that nothing is lost: a line in the session's file, and a checkpoint of what the turn changed.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { interleave, median, type Row, run } from "./measure.ts";
import { calling } from "./server.ts";
import { type World, writePlugin } from "./world.ts";

/** A message of 1 kB more in a session, at its beginning and when it is long. */
export async function appending(world: World): Promise<readonly Row[]> {
  const home = join(world.folder, "appending");
  const source = `import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";
export default definePlugin({
  setup({ contribute }) {
    contribute("command", defineCommand({
      name: "appending", summary: "Appends, and says how long it took.", args: v.array(v.string()),
      async run(_args, { session }) {
        const times = [];
        for (let count = 0; count < 10; count += 1) {
          const start = performance.now();
          for (let at = 0; at < 1_000; at += 1)
            await session.append({ role: at % 2 === 0 ? "user" : "assistant", content: [{ type: "text", text: "0123456789abcdef".repeat(64) }] });
          times.push((performance.now() - start) / 1_000);
        }
        return { kind: "done", notice: "took " + times.join(" "), data: { kind: "appending", path: session.path ?? "" } };
      },
    }));
  },
});
`;
  const command = [{ name: "appending", summary: "Appends, and says how long it took.", shell: true }];
  const folder = await writePlugin(join(world.folder, "bench-appending"), "bench-appending", { command }, source);
  // A command's own session is kept when it is one that was there.
  await run(world.claws("text-1", ["-p", "hi"], home));
  const subject = world.claws("text-1", ["--plugin-dir", folder, "-c", "appending"], home);
  const { out } = await run({ ...subject, expects: "took " });
  const times = /took ([\d. ]+)/.exec(out)![1]!.trim().split(" ").map(Number);
  const [file] = [...new Bun.Glob("sessions/**/*.jsonl").scanSync({ cwd: join(home, ".claw") })];
  const lines = file === undefined ? 0 : (await Bun.file(join(home, ".claw", file)).text()).split("\n").length - 1;
  if (lines < 10_000) throw new Error(`the session's file has ${lines} lines, not 10,000`);
  return [
    { what: "append of 1 kB to a session", unit: "ms", ours: median(times), limit: 0.2 },
    { what: "the same after 9,000", unit: "ms", ours: times.at(-1)!, limit: 0.2 },
  ];
}

/** What a turn takes longer because its three changed files can be put back, in a repository of 10,000. */
export async function checkpoint(world: World, runs: number): Promise<readonly Row[]> {
  const repository = await writeTree(join(world.folder, "checkpointed"));
  const [kept, plain] = [join(world.folder, "kept"), join(world.folder, "plain")];
  const settings = { plugins: { "@claw/feature-checkpoints": { enabled: false } } };
  await Bun.write(join(plain, ".claw", "settings.json"), JSON.stringify(settings));
  let version = 0;
  const turn = async (home: string, tool: "write_file" | "bash") => {
    version += 1;
    const paths = [0, 1, 2].map((at) => `folder-${at}/${version % 90}.txt`);
    // What was not read is not overwritten.
    const read = paths.map((path) => ["read_file", { path }] as const);
    const write = paths.map((path) => ["write_file", { path, content: `version ${version}\n` }] as const);
    const command = paths.map((path) => `echo version ${version} > ${path}`).join(" && ");
    const script = calling(tool === "bash" ? [["bash", { command }]] : [...read, ...write]);
    const subject = world.claws(script, ["-p", "hi", "--permission-mode", "danger-full-access"], home);
    const { wall } = await run({ ...subject, cwd: repository, expects: "fine" });
    const { arrivals, ends } = await world.log(script, subject.id);
    if ((await Bun.file(join(repository, paths[2]!)).text()) !== `version ${version}\n`) throw new Error("the turn changed nothing");
    return { wall, step: arrivals[1]! - ends[0]! };
  };
  type Turn = Awaited<ReturnType<typeof turn>>;
  const more = (what: keyof Turn, ours: readonly Turn[], floor: readonly Turn[]) =>
    median(ours.map((one) => one[what])) - median(floor.map((one) => one[what]));
  const all = await interleave(runs, {
    wrote: () => turn(kept, "write_file"),
    plainly: () => turn(plain, "write_file"),
    ran: () => turn(kept, "bash"),
    bare: () => turn(plain, "bash"),
  });
  return [
    { what: "checkpoint of 3 files of 10,000, changed by tools, more", unit: "ms", ours: more("wall", all.wrote, all.plainly), limit: 30 },
    { what: "the same, changed by a command: what the turn waits", unit: "ms", ours: more("step", all.ran, all.bare), limit: 30 },
    { what: "the same, with what is done after the turn", unit: "ms", ours: more("wall", all.ran, all.bare) },
  ];
}

// --- internal ---

/** A repository of a hundred folders of a hundred files, all committed. */
async function writeTree(folder: string): Promise<string> {
  for (let at = 0; at < 100; at += 1) {
    await mkdir(join(folder, `folder-${at}`), { recursive: true });
    const files = Array.from({ length: 100 }, (_, index) => join(folder, `folder-${at}`, `${index}.txt`));
    await Promise.all(files.map((file) => Bun.write(file, `This is ${file}.\n`)));
  }
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  for (const words of [
    ["init", "--quiet"],
    ["add", "."],
    ["commit", "--quiet", "--message=First"],
  ])
    await run({ line: ["git", ...identity, ...words], cwd: folder, env: { PATH: process.env["PATH"] ?? "", HOME: folder } });
  return folder;
}
