// Files put back on the built binary: after a run that changed them with tools and commands, by `claw rewind`.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

const text = (scratch: Scratch, path: string): string => readFileSync(join(scratch.work, path), "utf8");
async function play(scratch: Scratch, steps: readonly Reply[], words: readonly string[]): Promise<void> {
  scratch.serve({ replies: [...steps, { text: "done" }] });
  const { code, err } = await scratch.ask([...words, "--dangerously-skip-permissions"]);
  if (code !== 0) throw new Error(err);
}

test("rewind --code > puts back what a run's tools and commands changed, and redo brings it again", async () => {
  await using scratch = await createScratch();
  const git = (words: string): string => Bun.spawnSync(["sh", "-c", `git ${words}`], { cwd: scratch.work }).stdout.toString();
  for (const [path, content] of Object.entries({ "a.txt": "one\n", "b.txt": "one\n" })) writeFileSync(join(scratch.work, path), content);
  git("init -q . && git add a.txt && git -c user.name=x -c user.email=x@y commit -qm first");
  const before = [git("status --porcelain"), git("ls-files -s"), git("rev-parse HEAD")];
  await play(scratch, [call("read_file", { path: "a.txt" }), call("write_file", { path: "a.txt", content: "two\n" })], ["-p", "first"]);
  await play(scratch, [call("bash", { command: "echo three > a.txt; echo three > b.txt; echo new > c.txt" })], ["-c", "-p", "second"]);
  expect([text(scratch, "a.txt"), text(scratch, "b.txt"), text(scratch, "c.txt")]).toEqual(["three\n", "three\n", "new\n"]);
  const preview = await scratch.run(["rewind", "-c", "1", "--preview"]);
  expect(preview.out).toBe("  a.txt: put back\n  b.txt: put back\n  c.txt: removed\n");
  expect((await scratch.run(["rewind", "-c", "1", "--code"])).out).toStartWith("3 files:\n");
  expect([text(scratch, "a.txt"), text(scratch, "b.txt"), existsSync(join(scratch.work, "c.txt"))]).toEqual(["two\n", "one\n", false]);
  expect((await scratch.run(["rewind", "-c", "redo"])).code).toBe(0);
  expect([text(scratch, "a.txt"), text(scratch, "c.txt")]).toEqual(["three\n", "new\n"]);
  expect((await scratch.run(["rewind", "-c", "2", "--both"])).code).toBe(0);
  expect([text(scratch, "a.txt"), text(scratch, "b.txt"), existsSync(join(scratch.work, "c.txt"))]).toEqual(["one\n", "one\n", false]);
  expect([git("status --porcelain"), git("ls-files -s"), git("rev-parse HEAD")]).toEqual(before);
});
