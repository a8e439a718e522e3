// What the measured programs run in: a scratch home and workspace, the model server, the floors, plugins and a long session.
import { copyFile, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { compile, ensureBuilt } from "../build.ts";
import { run, type Subject } from "./measure.ts";
import type { ServerLog } from "./server.ts";

/** How long the tool `slow_read` takes, in milliseconds. */
export const slowness = 200;

export interface World extends AsyncDisposable {
  readonly claw: string;
  readonly empty: string;
  /** Scratch of this run, removed at its end. */
  readonly folder: string;
  /** claw with these words, its model played by `script`. `id` tells runs apart in the server's log; `home` is one of `homes`. */
  claws(script: string, words: readonly string[], home?: string): Subject & { readonly id: string };
  /** A workspace that is a git repository with a commit and a change. */
  readonly repository: string;
  /** The minimal client, for the same script. */
  clients(script: string): Subject & { readonly id: string };
  log(script: string, id: string): Promise<ServerLog>;
  /** Folder of a plugin with the tool `slow_read`, which only reads. */
  readonly slow: string;
  /** A home whose settings name fifty plugins that nothing in a run uses. */
  readonly crowded: string;
  /** A home with a session of ten thousand entries, and that session's file. */
  longSession(): Promise<{ readonly home: string; readonly file: string }>;
  /** The same with one of 50 MB and 20,000 entries, of which a compaction left the last fifth; `left` is how many bytes that is. */
  vastSession(): Promise<{ readonly home: string; readonly file: string; readonly left: number }>;
}

export async function createWorld(): Promise<World> {
  const root = join(import.meta.dir, "..", "..");
  const folder = await mkdtemp(join(tmpdir(), "claw-bench-"));
  const built = [await ensureBuilt(), await floor(root, "empty"), await floor(root, "client")];
  const [claw, empty, client] = [await copied(built[0]!), await copied(built[1]!), await copied(built[2]!)];
  const work = join(folder, "work");
  for (let index = 0; index < 500; index += 1) await Bun.write(join(work, "data", `${index}.txt`), `This is file number ${index}.\n`);
  const server = Bun.spawn([process.execPath, join(import.meta.dir, "server.ts")], { stdio: ["ignore", "pipe", "inherit"] });
  const origin = `http://127.0.0.1:${await firstLine(server.stdout)}`;
  const home = join(folder, "home");
  const repository = await writeRepository(join(folder, "repository"));
  const slow = await writeSlowPlugin(join(folder, "slow-read"));
  const crowded = await writeCrowdedHome(join(folder, "crowded"));
  let runs = 0;
  const nextId = () => {
    runs += 1;
    return String(runs);
  };

  const world: World = {
    claw,
    empty,
    folder,
    repository,
    slow,
    crowded,
    claws(script, words, at = home) {
      const id = nextId();
      const env = {
        PATH: process.env["PATH"] ?? "",
        HOME: at,
        ANTHROPIC_API_KEY: "bench",
        ANTHROPIC_BASE_URL: `${origin}/${script}/${id}`,
      };
      return { id, line: [claw, ...words], cwd: work, env: { ...env, CLAW_CONFIG_HOME: join(at, ".claw") } };
    },
    clients(script) {
      const id = nextId();
      return { id, line: [client, `${origin}/${script}/${id}`, "hi"], cwd: work, env: { PATH: process.env["PATH"] ?? "", HOME: home } };
    },
    log: async (script, id) => (await fetch(`${origin}/${script}/${id}/log`)).json() as Promise<ServerLog>,
    longSession: () => writeLongSession(join(folder, "long"), (at) => world.claws("text-1", ["-p", "hi"], at)),
    vastSession: () => writeVastSession(join(folder, "vast"), (at) => world.claws("text-1", ["-p", "hi"], at)),
    async [Symbol.asyncDispose]() {
      server.kill();
      await server.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** A plugin's folder, which is returned. */
export async function writePlugin(folder: string, name: string, contributes: object, source: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const pack = { name, version: "1.0.0", type: "module", exports: "./index.ts", claw: { api: 1, contributes } };
  await Bun.write(join(folder, "package.json"), JSON.stringify(pack));
  await Bun.write(join(folder, "index.ts"), source);
  return folder;
}

/** A copy in a file of its own: how a file's pages lie in memory depends on how it was written, and where they lie badly a start takes a third longer. */
export async function copied(from: string): Promise<string> {
  const to = join(dirname(from), `bench-${basename(from).replace("floor-", "")}`);
  await rm(to, { force: true });
  await copyFile(from, to);
  return to;
}

// --- internal ---

async function floor(root: string, name: string): Promise<string> {
  const file = join(root, "dist", `floor-${name}`);
  await compile(join(import.meta.dir, `${name}.ts`), file);
  return file;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) break;
  }
  return text.trim();
}

async function writeRepository(folder: string): Promise<string> {
  await Bun.write(join(folder, "a.txt"), "a\n");
  const git = async (...words: string[]) => {
    const identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
    const code = await Bun.spawn(["git", ...identity, ...words], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] }).exited;
    if (code !== 0) throw new Error(`git ${words.join(" ")}: exit ${code}`);
  };
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", ".");
  await git("commit", "--quiet", "--message=First");
  await Bun.write(join(folder, "a.txt"), "b\n");
  return folder;
}

function writeSlowPlugin(folder: string): Promise<string> {
  const source = `import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
export default definePlugin({
  setup({ contribute }) {
    contribute("tool", defineTool({
      name: "slow_read", description: "Reads slowly.", input: v.strictObject({ name: v.string() }),
      access: () => "read", subject: ({ name }) => name,
      async run({ name }) {
        await new Promise((resolve) => setTimeout(resolve, ${slowness}));
        return { content: [{ type: "text", text: name }] };
      },
    }));
  },
});
`;
  return writePlugin(folder, "bench-slow-read", { tool: ["slow_read"] }, source);
}

async function writeCrowdedHome(home: string): Promise<string> {
  const plugins: Record<string, object> = {};
  for (let index = 0; index < 50; index += 1) {
    const source = `import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";
export default definePlugin({
  setup({ contribute }) {
    contribute("command", defineCommand({
      name: "extra-${index}", summary: "One of many.", args: v.strictObject({}), run: async () => ({ kind: "done" }),
    }));
  },
});
`;
    const commands = [{ name: `extra-${index}`, summary: "One of many.", slash: true }];
    plugins[await writePlugin(join(home, "extras", String(index)), `bench-extra-${index}`, { command: commands }, source)] = {};
  }
  await Bun.write(join(home, ".claw", "settings.json"), JSON.stringify({ plugins }));
  return home;
}

/** A real session of one turn, its two messages repeated until there are ten thousand entries. */
async function writeVastSession(home: string, first: (home: string) => Subject): Promise<{ home: string; file: string; left: number }> {
  await run(first(home));
  const [found] = [...new Bun.Glob("sessions/**/*.jsonl").scanSync({ cwd: join(home, ".claw") })];
  if (found === undefined) throw new Error("a run with -p kept no session");
  const file = join(home, ".claw", found);
  const lines = (await Bun.file(file).text()).trimEnd().split("\n");
  const said = (text: string, role = "user") => ({ role, content: [{ type: "text", text }] });
  let parent = (JSON.parse(lines.at(-1) ?? "") as { readonly id: string }).id;
  let left = 0;
  for (let entries = lines.length - 1; entries < 20_000; entries += 1) {
    const link = { id: String(Number(parent) + 1), parent, at: Date.now() };
    const message = said(`${entries} `.repeat(420), entries % 2 === 0 ? "user" : "assistant");
    const fold = { type: "fold", ...link, by: "bench", dropped: 1, all: true, summary: [said("All that was before.")] };
    const line = JSON.stringify(entries === 16_000 ? fold : { type: "message", ...link, message });
    lines.push(line);
    if (entries >= 16_000) left += line.length + 1;
    parent = link.id;
  }
  const { mode } = await stat(file);
  await Bun.write(file, `${lines.join("\n")}\n`, { mode: mode & 0o777 });
  return { home, file, left };
}
async function writeLongSession(home: string, first: (home: string) => Subject): Promise<{ home: string; file: string }> {
  await run(first(home));
  const [found] = [...new Bun.Glob("sessions/**/*.jsonl").scanSync({ cwd: join(home, ".claw") })];
  if (found === undefined) throw new Error("a run with -p kept no session");
  const file = join(home, ".claw", found);
  const lines = (await Bun.file(file).text()).trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line));
  const turn = records.filter((entry) => entry.type === "message");
  let last = records.at(-1);
  let entries = lines.length - 1;
  for (let count = Number(last.id); entries < 10_000; entries += 1) {
    count += 1;
    last = { ...turn[entries % turn.length], id: String(count), parent: last.id };
    lines.push(JSON.stringify(last));
  }
  const { mode } = await stat(file);
  await Bun.write(file, `${lines.join("\n")}\n`, { mode: mode & 0o777 });
  return { home, file };
}
