// The status line on the built binary: what it says, and the user's own command in its place.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idle, type Sitting, sitDown } from "../support/sitting.ts";

const MINUTE = 60_000;

function settings(at: Sitting, where: "home" | "work", statusLine: unknown): void {
  mkdirSync(join(at.scratch[where], ".claw"), { recursive: true });
  writeFileSync(join(at.scratch[where], ".claw", "settings.json"), JSON.stringify({ statusLine }));
}

test(
  "status line > model, mode, branch, and after a turn how full the context is",
  async () => {
    await using at = await sitDown([{ text: "Some answer." }]);
    mkdirSync(join(at.scratch.work, ".git"));
    writeFileSync(join(at.scratch.work, ".git", "HEAD"), "ref: refs/heads/a-branch\n");
    const claw = at.start();
    await claw.shows(/ · workspace-write · a-branch/);
    claw.write("hello there\r");
    await claw.shows("Some answer.");
    await claw.shows(/ · workspace-write · \d+% of context .*a-branch/);
  },
  MINUTE,
);

test(
  "status line > a command of the user's own replaces it, and is told of the session; not even a trusted project can name one",
  async () => {
    await using at = await sitDown([]);
    settings(at, "home", { type: "command", command: `sed 's/.*"permission_mode":"\\([a-z-]*\\)".*/own line: \\1/'` });
    settings(at, "work", { type: "command", command: "touch made-by-project; echo project line" });
    const claw = at.start(["--trust"]);
    await claw.shows("own line: workspace-write");
    claw.write("\x1b[Z");
    await claw.shows(/own line: (?!workspace-write)/);
    await claw.shows(idle);
    expect((await claw.lines()).join("\n")).not.toContain("project line");
    expect(await Bun.file(join(at.scratch.work, "made-by-project")).exists()).toBe(false);
  },
  MINUTE,
);
