// A person's session on the built binary, in a real pseudo-terminal: inputs, stopping, leaving, coming back.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, call } from "../mock/reply.ts";
import { running } from "../support/processes.ts";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

const MINUTE = 60_000;

test(
  "repl > an answer, every line once, nothing cleared; Ctrl-C twice leaves, and says how to come back",
  async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `- item number ${index + 1}.`);
    await using at = await sitDown([{ text: `Here you are:\n\n${lines.join("\n")}\n\nThat was all.`, deltas: 7 }]);
    const claw = await at.open();
    claw.write("list them\r");
    await claw.shows("That was all.");
    await claw.shows(idle);
    claw.write("\x03");
    await claw.shows("again to quit");
    claw.write("\x03");
    expect(await claw.exited).toBe(0);
    const seen = await claw.lines();
    for (let item = 1; item <= 60; item++) expect(seen.filter((line) => line.includes(`item number ${item}.`))).toHaveLength(1);
    expect(seen.filter((line) => line.startsWith("> list them"))).toHaveLength(1);
    expect(claw.written).not.toMatch(/\x1b\[[23]J/);
    expect(seen.join("\n")).toMatch(/To go on: claw -r [0-9a-f-]{36}$/);
  },
  MINUTE,
);

test(
  "repl > claw TEXT starts with it; commands run; an unknown one is said; /exit's kin by Ctrl-D",
  async () => {
    await using at = await sitDown([{ text: "Hello to you." }]);
    const claw = at.start(["say hello"], { rows: 50 });
    await claw.shows("Hello to you.");
    await claw.shows(idle);
    claw.write("/version\r");
    await claw.shows(/\nbun \d/);
    await claw.shows(idle);
    claw.write("/versoin \r");
    await claw.shows('Did you mean "/version"');
    await claw.shows(idle);
    claw.write("\x04");
    expect(await claw.exited).toBe(0);
    expect(at.mock.requests).toHaveLength(1);
  },
  MINUTE,
);

test(
  "repl > Esc stops a stream that would never end, and the next input is answered",
  async () => {
    await using at = await sitDown([{ text: "Once upon a time", fault: { kind: "stall", after: 4 } }, { text: "Something else." }]);
    const claw = await at.open();
    claw.write("tell me a story\r");
    await claw.shows("esc to stop");
    await at.mock.arrived(1);
    claw.write("\x1b");
    // Nothing but the Esc can have ended this request.
    await at.mock.abandoned(1);
    await claw.shows("Interrupted.");
    await claw.shows(idle);
    claw.write("and now?\r");
    await claw.shows("Something else.");
  },
  MINUTE,
);

test(
  "repl > Esc stops a command that runs, and its process is gone",
  async () => {
    await using at = await sitDown([bash("echo begun; exec sleep 4343")]);
    const claw = await at.open(["--permission-mode", "danger-full-access"]);
    claw.write("wait\r");
    await claw.shows("begun");
    claw.write("\x1b");
    await claw.shows("Interrupted.");
    await claw.shows(idle);
    expect(running("sleep 4343")).toBe(0);
  },
  MINUTE,
);

test(
  "repl > what is entered while a turn runs goes to the model between two steps, or after it",
  async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using at = await sitDown([
      {
        blocks: [
          { type: "wait", until: first.promise },
          { type: "call", tool: "bash", input: { command: "true" } },
        ],
      },
      { blocks: [{ type: "wait", until: second.promise }, "First answer."] },
      { text: "Second answer." },
    ]);
    const claw = await at.open();
    claw.write("go\r");
    await at.mock.arrived(1);
    claw.write("also mind the edges\r");
    await claw.shows("⏵ also mind the edges");
    first.resolve();
    await at.mock.arrived(2);
    expect(toldIn(at.mock, 1)).toContain("also mind the edges");
    claw.write("one more thing\r");
    await claw.shows("⏵ one more thing");
    second.resolve();
    await claw.shows("Second answer.");
    expect(at.mock.requests).toHaveLength(3);
    const seen = (await claw.lines()).join("\n");
    expect(seen.indexOf("First answer.")).toBeLessThan(seen.indexOf("> one more thing"));
    expect(seen.split("mind the edges")).toHaveLength(2);
  },
  MINUTE,
);

test(
  "repl > Esc brings what waited back into the prompt",
  async () => {
    await using at = await sitDown([{ text: "", fault: { kind: "stall", after: 1 } }]);
    const claw = await at.open();
    claw.write("go\r");
    await at.mock.arrived(1);
    claw.write("later\r");
    await claw.shows("⏵ later");
    claw.write("\x1b");
    await claw.shows("Interrupted.");
    await claw.shows(/^> later$/m);
  },
  MINUTE,
);

test(
  "repl > -c goes on: the end of the conversation is shown, and the model has it",
  async () => {
    await using at = await sitDown([{ text: "A first answer." }, { text: "A second answer." }]);
    const claw = at.start(["remember the word plum"]);
    await claw.shows("A first answer.");
    await claw.shows(idle);
    claw.write("\x04");
    expect(await claw.exited).toBe(0);
    const again = at.start(["-c"]);
    await again.shows("A first answer.");
    expect((await again.lines()).join("\n")).toContain("> remember the word plum");
    again.write("which word?\r");
    await again.shows("A second answer.");
    expect(toldIn(at.mock, 1)).toContain("remember the word plum");
  },
  MINUTE,
);

test(
  "repl > ! runs a line, and the model hears of it with the next input; # is added to the file that is picked",
  async () => {
    await using at = await sitDown([{ text: "I see." }]);
    writeFileSync(join(at.scratch.work, "AGENTS.md"), "# Rules\n");
    const claw = await at.open();
    claw.write("!echo shell-$((40+2)); exit 3\r");
    await claw.shows("shell-42");
    await claw.shows("exit code 3");
    await claw.shows(idle);
    claw.write("#always use tabs\r");
    await claw.shows("1. AGENTS.md");
    claw.write("1");
    await claw.shows("Added to");
    expect(readFileSync(join(at.scratch.work, "AGENTS.md"), "utf8")).toBe("# Rules\n- always use tabs\n");
    await claw.shows(idle);
    claw.write("did you see?\r");
    await claw.shows("I see.");
    for (const part of ["shell-42", "[exit code 3]", "always use tabs"]) expect(toldIn(at.mock, 0)).toContain(part);
  },
  MINUTE,
);

test(
  "repl > ! does not run what a rule denies, whatever the mode",
  async () => {
    await using at = await sitDown([]);
    const claw = await at.open(["--permission-mode", "allow", "--disallowedTools", "Bash(touch *)"]);
    claw.write("!touch made.txt\r");
    await claw.shows(/the rule .*touch.* denies it/);
    await claw.shows(idle);
    claw.write("!touch x; touch made.txt\r");
    await claw.shows((rows) => rows.filter((row) => row.includes("denies it")).length === 2);
    expect(existsSync(join(at.scratch.work, "made.txt"))).toBe(false);
  },
  MINUTE,
);

test(
  "repl > Ctrl-G edits the input in $EDITOR; Ctrl-O shows the last call in full",
  async () => {
    const listing = Array.from({ length: 40 }, (_, index) => `row-${index}`).join("\n");
    await using at = await sitDown([call("read_file", { path: "rows.txt" }), { text: "Read it." }]);
    writeFileSync(join(at.scratch.work, "rows.txt"), `${listing}\n`);
    const editor = join(at.scratch.home, "edit");
    writeFileSync(editor, '#!/bin/sh\necho "editor has the terminal"\nprintf "%s, and mended" "$(cat "$1")" > "$1"\n');
    chmodSync(editor, 0o755);
    const claw = await at.open([], { env: { VISUAL: editor }, rows: 60 });
    claw.write("as typed\x07");
    await claw.shows("> as typed, and mended");
    claw.write("\r");
    await claw.shows("Read it.");
    await claw.shows(idle);
    expect(toldIn(at.mock, 0)).toContain("as typed, and mended");
    claw.write("\x0f");
    await claw.shows("row-39");
  },
  MINUTE,
);

test(
  "repl > Esc twice on an empty prompt goes back, where there is a command for it",
  async () => {
    await using at = await sitDown([{ text: "An answer." }]);
    const claw = at.start(["a question"]);
    await claw.shows("An answer.");
    await claw.shows(idle);
    claw.write("\x1b");
    await claw.shows("esc again to rewind");
    claw.write("\x1b");
    await claw.shows(/^> \/rewind$/m);
    await claw.shows(/❯ 1\. a question/);
  },
  MINUTE,
);
