// `claw init` on the built binary: shown first, written with --yes or when a person says so, never over what is there.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createScratch } from "../support/binary.ts";
import { sitDown } from "../support/sitting.ts";
import { runInTerminal } from "../support/terminal.ts";

test("init > shows, needs --yes where nobody can be asked, and changes nothing that is there", async () => {
  await using scratch = await createScratch();
  writeFileSync(join(scratch.work, "go.mod"), "module example.org/tool\n");
  const shown = await scratch.run(["init"]);
  expect([shown.code, readdirSync(scratch.work)]).toEqual([2, ["go.mod"]]);
  expect(shown.out).toContain("--- CLAUDE.md\n# example.org/tool");
  const done = await scratch.run(["init", "agents", "--yes", "--output-format", "json"]);
  expect(JSON.parse(done.out)).toMatchObject({
    kind: "init",
    status: "ok",
    stack: ["Go"],
    files: [
      { path: "AGENTS.md", state: "created" },
      { path: ".claw/settings.json", state: "created" },
    ],
  });
  const text = readFileSync(join(scratch.work, "AGENTS.md"), "utf8");
  expect(text).toContain("- Test: `go test ./...`");
  expect((await scratch.run(["init", "--yes"])).out).toContain("AGENTS.md is there already and stays as it is.");
  expect([existsSync(join(scratch.work, "CLAUDE.md")), readFileSync(join(scratch.work, "AGENTS.md"), "utf8")]).toEqual([false, text]);
  // What was written is read by the next session without a complaint.
  expect(JSON.parse((await scratch.run(["memory", "--output-format", "json"])).out)).toMatchObject({ instruction_files: 1, warnings: [] });
  expect((await scratch.run(["config", "show"])).code).toBe(0);
});

test("init > a person at a terminal is asked", async () => {
  await using scratch = await createScratch();
  writeFileSync(join(scratch.work, "Cargo.toml"), '[package]\nname = "tool"\n');
  await using run = runInTerminal({ argv: [scratch.binary, "init"], cwd: scratch.work, env: { HOME: scratch.home } });
  await run.shows("Write CLAUDE.md, .claw/settings.json? [y/N]");
  expect(existsSync(join(scratch.work, "CLAUDE.md"))).toBe(false);
  run.write("y\r");
  expect(await run.exited).toBe(0);
  expect(readFileSync(join(scratch.work, "CLAUDE.md"), "utf8")).toContain("cargo test");
});

test("/init > in a session the text is shown above the question", async () => {
  await using sitting = await sitDown([]);
  writeFileSync(join(sitting.scratch.work, "go.mod"), "module example.org/tool\n");
  const run = await sitting.open([], { rows: 60 });
  run.write("/init\r");
  await run.shows("Write CLAUDE.md, .claw/settings.json?");
  expect((await run.lines()).join("\n")).toContain("go test ./...");
  expect(existsSync(join(sitting.scratch.work, "CLAUDE.md"))).toBe(false);
  run.write("\r");
  await run.shows("Wrote CLAUDE.md, .claw/settings.json.");
  expect(existsSync(join(sitting.scratch.work, "CLAUDE.md"))).toBe(true);
}, 60_000);
