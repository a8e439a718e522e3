import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type CommandOutcome, defineCommand, definePlugin, type Json, type Plugin, type TurnScope } from "claw";
import { Checkpoints, keptSession } from "claw/kit";
import { createHarness, type Harness, pluginContract } from "claw/testing";
import * as v from "valibot";

pluginContract(import.meta.dir);

/** A command that hands out what a command has. */
function spy(told: { scope?: TurnScope }): Plugin {
  const run = async (_: readonly string[], scope: TurnScope): Promise<CommandOutcome> => {
    told.scope = scope;
    return { kind: "done" };
  };
  return definePlugin({
    setup: ({ contribute }) =>
      void contribute("command", defineCommand({ name: "spy", summary: "Hands out its scope", args: v.array(v.string()), run })),
  });
}
interface Rig extends AsyncDisposable {
  readonly harness: Harness;
  readonly points: Checkpoints;
  scope(): Promise<TurnScope>;
  bash(command: string): Promise<void>;
  write(path: string, content: string): Promise<void>;
  /** Where the session stands. */
  last(): string | null;
  text(path: string): string;
  git(words: string): string;
}
async function rig(files: Readonly<Record<string, string | Uint8Array>>, { repository = true } = {}): Promise<Rig> {
  const told: { scope?: TurnScope } = {};
  const own = ["checkpoints", "shell", "tree", "workspace", "processes"].map((name) => `feature/${name}`);
  const plugins = [...own, "tool/write-file", "tool/read-file", "tool/bash", "permission-mode/allow", "store/jsonl", spy(told)];
  const harness = await createHarness({ plugins, files, config: { store: "jsonl", permissionMode: "allow" } });
  const { workspace } = harness;
  const git = (words: string): string => {
    const { stdout, exitCode, stderr } = Bun.spawnSync(["sh", "-c", `git ${words}`], { cwd: workspace });
    if (exitCode !== 0) throw new Error(stderr.toString());
    return stdout.toString();
  };
  if (repository) git("init -q . && git add -A && git -c user.name=x -c user.email=x@y commit -qm first --allow-empty");
  const call = async (tool: string, input: Json): Promise<void> => {
    const { failed, content } = await harness.call(tool, input);
    if (failed === true) throw new Error(JSON.stringify(content));
  };
  return {
    harness,
    points: await harness.host.use(Checkpoints),
    async scope() {
      await harness.shell.run(await harness.host.get("command", "spy"), []);
      if (told.scope === undefined) throw new Error("no scope");
      return told.scope;
    },
    bash: (command) => call("bash", { command }),
    async write(path, content) {
      if (existsSync(join(workspace, path))) await call("read_file", { path });
      await call("write_file", { path, content });
    },
    last: () => keptSession(harness.shell.session)?.last ?? null,
    text: (path) => readFileSync(join(workspace, path), "utf8"),
    git,
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}

test("restore > what tools and commands changed is put back, untracked and ignored files too, and the user's git is untouched", async () => {
  await using at = await rig({ "a.txt": "one\n", "gone.txt": "here\n", ".gitignore": "*.log\n", "new.log": "old log\n" });
  writeFileSync(join(at.harness.workspace, "loose.txt"), "untracked\n");
  writeFileSync(join(at.harness.workspace, "a.txt"), "one, staged\n");
  at.git("add a.txt");
  writeFileSync(join(at.harness.workspace, "a.txt"), "one, edited\n");
  const before = [at.git("status --porcelain"), at.git("rev-parse HEAD"), at.git("ls-files -s"), at.git("count-objects")];
  const start = at.last();
  await at.write("new.log", "new log\n");
  await at.write("made/by/tool.txt", "x\n");
  await at.bash("echo two > a.txt; rm gone.txt; echo more >> loose.txt; mkdir -p deep; echo y > deep/er.txt; chmod +x loose.txt");
  const scope = await at.scope();
  expect((await at.points.list(scope)).map(({ kind, paths }) => [kind, paths.toSorted()])).toEqual([
    ["turn", ["new.log"]],
    ["turn", ["made/by/tool.txt"]],
    ["turn", ["a.txt", "deep/er.txt", "gone.txt", "loose.txt"]],
  ]);
  const preview = await at.points.preview(start, scope);
  expect(preview.map(({ path, action }) => [path, action])).toEqual([
    ["a.txt", "restore"],
    ["deep/er.txt", "delete"],
    ["gone.txt", "create"],
    ["loose.txt", "restore"],
    ["made/by/tool.txt", "delete"],
    ["new.log", "restore"],
  ]);
  expect(at.text("a.txt")).toBe("two\n");
  expect((await at.points.restore(start, scope)).skipped).toEqual([]);
  expect([at.text("a.txt"), at.text("gone.txt"), at.text("loose.txt"), at.text("new.log")]).toEqual([
    "one, edited\n",
    "here\n",
    "untracked\n",
    "old log\n",
  ]);
  expect([existsSync(join(at.harness.workspace, "deep")), existsSync(join(at.harness.workspace, "made"))]).toEqual([false, false]);
  expect(lstatSync(join(at.harness.workspace, "loose.txt")).mode & 0o111).toBe(0);
  expect([at.git("status --porcelain"), at.git("rev-parse HEAD"), at.git("ls-files -s"), at.git("count-objects")]).toEqual(before);
  expect(await at.points.preview(start, scope)).toEqual([]);
});

test("redo > takes the last putting back, back, and again", async () => {
  await using at = await rig({ "a.txt": "one\n" });
  const start = at.last();
  await at.bash("echo two > a.txt; echo b > b.txt");
  const scope = await at.scope();
  expect(await at.points.redo(scope)).toBeUndefined();
  await at.points.restore(start, scope);
  expect([at.text("a.txt"), existsSync(join(at.harness.workspace, "b.txt"))]).toEqual(["one\n", false]);
  expect((await at.points.redo(scope))?.changes).toHaveLength(2);
  expect([at.text("a.txt"), at.text("b.txt")]).toEqual(["two\n", "b\n"]);
  await at.points.redo(scope);
  expect(at.text("a.txt")).toBe("one\n");
  await at.bash("echo three > a.txt");
  expect(await at.points.redo(await at.scope())).toBeUndefined();
});

test("restore > to the middle, and what the person changed between two turns stays", async () => {
  await using at = await rig({ "a.txt": "1\n", "mine.txt": "mine\n", "both.txt": "1\n" });
  await at.bash("echo 2 > a.txt; echo 2 > both.txt");
  const middle = at.last();
  await at.scope();
  await at.points.list(await at.scope());
  writeFileSync(join(at.harness.workspace, "mine.txt"), "mine, changed\n");
  await at.bash("echo 3 > a.txt; echo 3 > both.txt");
  await at.points.list(await at.scope());
  writeFileSync(join(at.harness.workspace, "both.txt"), "by hand\n");
  const scope = await at.scope();
  expect(await at.points.preview(middle, scope)).toEqual([
    { path: "a.txt", action: "restore", changedSince: false },
    { path: "both.txt", action: "restore", changedSince: true },
  ]);
  await at.points.restore(middle, scope);
  expect([at.text("a.txt"), at.text("both.txt"), at.text("mine.txt")]).toEqual(["2\n", "2\n", "mine, changed\n"]);
  await at.points.restore(null, scope);
  expect([at.text("a.txt"), at.text("both.txt"), at.text("mine.txt")]).toEqual(["1\n", "1\n", "mine, changed\n"]);
});

test("restore > bytes, line ends, modes, links and strange names come back as they were", async () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
  await using at = await rig({
    "b.bin": bytes,
    "crlf.txt": "a\r\nb\n",
    ".gitattributes": "*.txt text eol=lf\n",
    "sp ace\té\n.txt": "strange\n",
    "run.sh": "#!/bin/sh\n",
  });
  const { workspace } = at.harness;
  chmodSync(join(workspace, "run.sh"), 0o755);
  symlinkSync("b.bin", join(workspace, "link"));
  await at.bash("rm -f link b.bin run.sh crlf.txt sp*; ln -s elsewhere link; mkdir x");
  const { skipped } = await at.points.restore(null, await at.scope());
  expect(skipped).toEqual([]);
  expect([readFileSync(join(workspace, "b.bin")).equals(bytes), at.text("crlf.txt"), at.text("sp ace\té\n.txt")]).toEqual([
    true,
    "a\r\nb\n",
    "strange\n",
  ]);
  expect([readlinkSync(join(workspace, "link")), (lstatSync(join(workspace, "run.sh")).mode & 0o111) !== 0]).toEqual(["b.bin", true]);
});

test("restore > a folder that is no repository, and a turn that was cut off", async () => {
  await using at = await rig({ "a.txt": "one\n" }, { repository: false });
  const start = at.last();
  await at.bash("echo two > a.txt; echo b > b.txt");
  await at.points.list(await at.scope());
  const [folder = ""] = readdirSync(join(at.harness.home, "checkpoints"));
  const log = join(at.harness.home, "checkpoints", folder, "sessions", `${at.harness.shell.session.id}.jsonl`);
  // As a crash leaves it: without its end, and with half a line.
  const lines = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => !line.includes('"end"'));
  writeFileSync(log, `${lines.join("\n")}\n{"type":"en`);
  const scope = await at.scope();
  expect((await at.points.preview(start, scope)).map(({ path }) => path)).toEqual(["a.txt", "b.txt"]);
  await at.points.restore(start, scope);
  expect([at.text("a.txt"), existsSync(join(at.harness.workspace, "b.txt"))]).toEqual(["one\n", false]);
});

test("restore > does not follow a link that took a folder's place, and says so", async () => {
  await using at = await rig({ "sub/a.txt": "one\n" });
  const { workspace } = at.harness;
  await at.bash("echo two > sub/a.txt");
  await at.points.list(await at.scope());
  renameSync(join(workspace, "sub"), join(workspace, "moved"));
  mkdirSync(join(at.harness.home, "outside"));
  symlinkSync(join(at.harness.home, "outside"), join(workspace, "sub"));
  const { changes, skipped } = await at.points.restore(null, await at.scope());
  expect([changes, skipped]).toEqual([[], [{ path: "sub/a.txt", why: "its folder is somewhere else now" }]]);
  expect(readdirSync(join(at.harness.home, "outside"))).toEqual([]);
});

test("before > what only reads leaves nothing behind, and what git keeps is not kept again", async () => {
  await using at = await rig(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`d/${index}.txt`, `${index}\n`])));
  await at.bash("ls d | head -3; cat d/1.txt");
  expect(existsSync(join(at.harness.home, "checkpoints"))).toBe(false);
  await at.bash("echo x > d/1.txt");
  await at.points.list(await at.scope());
  const [folder = ""] = readdirSync(join(at.harness.home, "checkpoints"));
  const base = join(at.harness.home, "checkpoints", folder);
  const objects = [...new Bun.Glob("objects/??/*").scanSync({ cwd: base })];
  // Two pictures of two folders each, and the one content that is new.
  expect(objects.length).toBeLessThanOrEqual(6);
  expect(lstatSync(base).mode & 0o077).toBe(0);
});

test("before > a home that cannot be written holds nothing up", async () => {
  await using at = await rig({ "a.txt": "one\n" });
  writeFileSync(join(at.harness.home, "checkpoints"), "no folder");
  await at.write("a.txt", "two\n");
  await at.bash("echo three > a.txt");
  expect([at.text("a.txt"), await at.points.list(await at.scope())]).toEqual(["three\n", []]);
});

test("snapshot > a repository in the folder is left alone, and so are the programs that it names", async () => {
  await using at = await rig({ "a.txt": "a", "inner/f.txt": "one", "inner/.gitattributes": "*.txt filter=x\n" });
  const inner = (words: string): string => at.git(`-C inner ${words}`);
  inner("init -q && git -C inner add . && git -C inner -c user.name=x -c user.email=x@y commit -qm first");
  for (const key of ["core.fsmonitor", "filter.x.clean"]) inner(`config ${key} 'touch ${at.harness.home}/${key};cat'`);
  await at.write("inner/f.txt", "two");
  for (const name of ["b.txt", "c.txt", "d.txt"]) {
    await at.bash(`echo x > ${name}`);
    await at.harness.submit("on");
  }
  expect(readdirSync(at.harness.home).filter((name) => /core|filter/.test(name))).toEqual([]);
});
