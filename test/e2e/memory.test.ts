// Instruction files on the built binary: every source listed with its size, rules by path sent when they matter, changes told after a restart.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { call } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";
import { idle, sitDown } from "../support/sitting.ts";

function write(scratch: Scratch, files: Readonly<Record<string, string>>, root = scratch.work): void {
  for (const [path, text] of Object.entries(files)) scratch.put(join(root, path), text);
}

test("memory > lists every source from the git root down, the user's first, with what each imports and is about", async () => {
  await using scratch = await createScratch();
  write(scratch, { ".claw/CLAUDE.md": "Mine.", ".claude/CLAUDE.md": "Mine too." }, scratch.home);
  write(scratch, {
    ".git/HEAD": "ref: refs/heads/main",
    "CLAUDE.md": "Top. @docs/style.md @~/.ssh/id",
    "docs/style.md": "Style.",
    ".claw/rules/ts.md": "---\npaths: [src/**/*.ts]\n---\nNo any.",
    "AGENTS.local.md": "Local.",
    "sub/AGENTS.md": "Below.",
  });
  write(scratch, { ".ssh/id": "SECRET" }, scratch.home);
  const { out } = await scratch.run(["memory", "--output-format", "json"], { cwd: join(scratch.work, "sub") });
  const told = JSON.parse(out) as { files: { path: string; level: string; paths: unknown }[]; warnings: string[] };
  const short = (path: string): string => path.replace(scratch.work, "W").replace(scratch.home, "H");
  expect(told.files.map(({ path }) => short(path))).toEqual([
    ...["H/.claw/CLAUDE.md", "H/.claude/CLAUDE.md"],
    ...["W/CLAUDE.md", "W/docs/style.md", "W/.claw/rules/ts.md", "W/AGENTS.local.md", "W/sub/AGENTS.md"],
  ]);
  expect(told.warnings).toEqual([expect.stringContaining("is outside the workspace")]);
  expect(out).not.toContain("SECRET");
  const text = (await scratch.run(["memory"], { cwd: join(scratch.work, "sub") })).out;
  expect(text).toContain("ts.md: sent once the model touches src/**/*.ts\n");
  expect((await scratch.run(["memory", "show", "style.md"], { cwd: join(scratch.work, "sub") })).out).toEndWith("\n\nStyle.\n");
  expect(JSON.parse((await scratch.run(["memory", "--bare", "--output-format", "json"])).out)).toMatchObject({ instruction_files: 0 });
});

test("rules and changes > reach the model in messages, while the system prompt stays the same", async () => {
  await using scratch = await createScratch();
  write(scratch, { ".claw/rules/ts.md": "---\npaths: src/**/*.ts\n---\nNo any here.", "CLAUDE.md": "First words.", "src/a.ts": "x", "b.md": "y" });
  const read = (path: string) => call("read_file", { path });
  scratch.serve({
    replies: [
      read("b.md"),
      () => {
        write(scratch, { "CLAUDE.md": "Second words." });
        return read("src/a.ts");
      },
      { text: "done" },
      { text: "again" },
    ],
  });
  expect((await scratch.ask(["-p", "go"])).code).toBe(0);
  const bodies = scratch.mock.requests.map(({ text }) => JSON.parse(text) as { system: unknown; messages: unknown[] });
  expect(new Set(bodies.map(({ system }) => JSON.stringify(system))).size).toBe(1);
  const said = bodies.map(({ messages }) => JSON.stringify(messages));
  expect(said.map((text) => [text.includes("No any here."), text.includes("Second words.")])).toEqual([
    [false, false],
    [false, false],
    [true, true],
  ]);
  write(scratch, { "CLAUDE.md": "Third words." });
  expect((await scratch.ask(["-c", "-p", "more"])).code).toBe(0);
  const last = scratch.mock.requests.at(-1)?.text ?? "";
  // In the prompt, and where the second were told.
  expect(last.split("Third words.")).toHaveLength(3);
});

test("a person at a session > lists the files, edits one in their own editor, and the model is told", async () => {
  await using sitting = await sitDown([{ text: "first answer" }, { text: "second answer" }]);
  sitting.scratch.put("AGENTS.md", "Old rule.\n");
  const editor = sitting.scratch.put(join(sitting.scratch.home, "editor.sh"), 'echo "Use tabs." >> "$1"\n');
  const run = await sitting.open([], { env: { EDITOR: `sh ${editor}` }, columns: 120 });
  run.write("hi\r");
  await run.shows("first answer");
  await run.shows(idle);
  run.write("/memory\r");
  await run.shows("1 file, 9 characters");
  run.write("/memory edit AGENTS.md\r");
  await run.shows("AGENTS.md is saved");
  run.write("go on\r");
  await run.shows("second answer");
  expect(sitting.mock.requests[0]?.text).not.toContain("Use tabs.");
  expect(sitting.mock.requests[1]?.text).toContain("Use tabs.");
  run.write("/compact\r");
  await run.shows("Nothing was compacted: the session is small");
  run.write("/context\r");
  await run.shows("What each plugin costs in a request");
}, 60_000);
