// What happens to the terminal of a session on the built binary: sizes, suspending, closing, terminals that can do little.
import { expect, test } from "bun:test";
import { idle, sitDown } from "../support/sitting.ts";

const MINUTE = 60_000;

test(
  "repl > a new size loses nothing and draws nothing twice",
  async () => {
    await using at = await sitDown([{ text: "Words that stay where they are." }]);
    const claw = at.start(["speak up now"]);
    await claw.shows("stay where they are.");
    await claw.shows(idle);
    for (const [columns, rows] of [
      [60, 20],
      [1, 1],
      [120, 40],
      [80, 24],
    ] as const) {
      claw.resize(columns, rows);
      if (columns > 1) await claw.shows(idle);
    }
    claw.write("typed after");
    await claw.shows("> typed after");
    const seen = await claw.lines();
    expect(seen.filter((line) => line.includes("Words that stay"))).toHaveLength(1);
    expect(seen.filter((line) => line.includes("typed after"))).toHaveLength(1);
  },
  MINUTE,
);

test(
  "repl > Ctrl-Z gives the terminal to the shell, fg brings it back",
  async () => {
    await using at = await sitDown([{ text: "Still here." }]);
    const shell = at.start([], { argv: ["bash", "--norc", "--noprofile", "-i"], env: { PS1: "shell$ " } });
    await shell.shows("shell$");
    shell.write(`${at.scratch.binary}\r`);
    await shell.shows(idle);
    shell.write("\x1a");
    await shell.shows("Stopped");
    shell.write("echo in-the-$((1+1))-shell\r");
    await shell.shows("in-the-2-shell");
    shell.write("fg\r");
    await shell.shows((rows) => rows.findLastIndex((row) => row.trimEnd() === ">") > rows.findLastIndex((row) => row.includes("fg")));
    shell.write("there?\r");
    await shell.shows("Still here.");
  },
  MINUTE,
);

test(
  "repl > a closed terminal and a signal end claw, also in the middle of a turn",
  async () => {
    await using at = await sitDown([
      { text: "", fault: { kind: "stall", after: 1 } },
      { text: "", fault: { kind: "stall", after: 1 } },
    ]);
    const closed = at.start(["wait for me"]);
    await at.mock.arrived(1);
    closed.hangUp();
    await at.mock.abandoned(1);
    await closed.exited;
    const ended = at.start(["wait for me"]);
    await at.mock.arrived(2);
    process.kill(ended.pid, "SIGTERM");
    expect(await ended.exited).toBe(143);
    const interrupted = await at.open();
    process.kill(interrupted.pid, "SIGINT");
    expect(await interrupted.exited).toBe(130);
    // What was changed is given back: bracketed paste is off.
    expect(interrupted.written.lastIndexOf("\x1b[?2004l")).toBeGreaterThan(interrupted.written.lastIndexOf("\x1b[?2004h"));
  },
  MINUTE,
);

test(
  "repl > NO_COLOR has no colours; TERM=dumb takes lines and moves no cursor",
  async () => {
    await using at = await sitDown([{ text: "**Plain** enough." }, { text: "Dumb enough." }]);
    const grey = at.start(["hi there you"], { env: { NO_COLOR: "1" } });
    await grey.shows("Plain enough.");
    expect(grey.written).not.toMatch(/\x1b\[[\d;]*3[0-8][;m]/);
    const dumb = at.start([], { env: { TERM: "dumb" } });
    await dumb.shows(/^>/m);
    dumb.write("hi\r");
    await dumb.shows("Dumb enough.");
    expect(dumb.written).not.toContain("\x1b");
    // The terminal has shown it already.
    expect((await dumb.lines()).filter((line) => line.endsWith("hi"))).toEqual(["hi"]);
    dumb.write("\x04");
    expect(await dumb.exited).toBe(0);
  },
  MINUTE,
);

test(
  "repl > the first code of a language has its colours, in an answer that comes in one piece and in a session that is gone on with",
  async () => {
    const answer = "Look:\n\n```rust\nfn main() {\n    let x = 5;\n}\n```\n\nThat is it.";
    await using at = await sitDown([{ text: answer, deltas: 1 }]);
    const colored = /\x1b\[[\d;]+mlet\x1b\[/;
    const rows = (lines: readonly string[]): readonly string[] => lines.slice(lines.indexOf("Look:"), lines.indexOf("That is it.") + 1);
    const claw = await at.open();
    claw.write("go\r");
    await claw.shows("That is it.");
    await claw.shows(idle);
    expect(claw.written).toMatch(colored);
    const shown = ["Look:", "", "  fn main() {", "      let x = 5;", "  }", "", "That is it."];
    expect(rows(await claw.lines())).toEqual(shown);
    claw.write("\x04");
    expect(await claw.exited).toBe(0);
    const again = at.start(["-c"]);
    await again.shows("That is it.");
    expect(again.written).toMatch(colored);
    expect(rows(await again.lines())).toEqual(shown);
  },
  MINUTE,
);
